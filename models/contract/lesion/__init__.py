"""What is measured on a lesion, and the tabular input made of it."""
