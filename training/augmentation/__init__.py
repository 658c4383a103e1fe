"""Random variations of training images and masks."""
