"""All acts of the store: who did what, when, and about which case."""
