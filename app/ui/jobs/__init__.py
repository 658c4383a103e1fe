"""Work off the UI thread, and its results back on it."""
