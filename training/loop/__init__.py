"""The training loop: steps, epochs, checkpoints, early stopping. It knows nothing of images."""
