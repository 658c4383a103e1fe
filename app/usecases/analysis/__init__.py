"""What the models say of a case: predicted, measured, explained, compared and kept up to date."""
