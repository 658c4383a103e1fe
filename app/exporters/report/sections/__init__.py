"""The sections of a report, one subject in a file; each returns the parts that pages or HTML are made of."""
