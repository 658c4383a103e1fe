"""What the models said of an image, what is outstanding, and the place in the queue that follows."""
