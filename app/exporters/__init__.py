"""One file per export format; EXPORTERS lists them."""
