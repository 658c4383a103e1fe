"""What the models say of a case, and how it is put into words."""
