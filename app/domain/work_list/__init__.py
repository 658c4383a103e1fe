"""What the work list is asked for: conditions of a search, waiting times, tags, and filters kept by name."""
