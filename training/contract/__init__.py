"""Plans, events, data-set and run-folder formats: plain data, no torch."""
