"""Corrections frozen into snapshots, and the training runs that learn from them."""
