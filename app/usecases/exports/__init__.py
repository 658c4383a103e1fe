"""Cases written to files."""
