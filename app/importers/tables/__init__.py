"""Tables of metadata: read from CSV, XLSX or JSON, their columns recognised, their cells understood."""
