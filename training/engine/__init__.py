"""The training loop and what it needs; torch lives here."""
