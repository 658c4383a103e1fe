"""One training run from its plan to its published model."""
