"""Bytes to arrays and back: readers, colour, orientation, masks, thumbnails."""
