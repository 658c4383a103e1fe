"""The figures of a trained model on held-out images, and what is fitted on validation images."""
