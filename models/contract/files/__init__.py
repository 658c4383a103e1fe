"""Files that survive a crash, and files that are private to one user."""
