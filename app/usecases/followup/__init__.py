"""The images of one lesion compared over its visits."""
