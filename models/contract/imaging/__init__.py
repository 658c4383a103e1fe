"""Images and masks on their way into a network and back."""
