"""Training runs as seen by the application: start the process, follow its events."""
