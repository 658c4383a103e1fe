"""The correction canvas: the image, its overlays, the drawing tools and the history of a correction."""
