"""Masks, regions, probability maps and outlined images, a file of pixels for each case."""
