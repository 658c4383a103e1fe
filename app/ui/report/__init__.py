"""Getting cases out: the report and export dialog."""
