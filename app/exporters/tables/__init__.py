"""Tables with a line for each case."""
