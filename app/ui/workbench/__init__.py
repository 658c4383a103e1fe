"""The open case: the canvas with its bars, and what happens when its mask changes."""
