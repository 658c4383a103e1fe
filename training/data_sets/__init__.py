"""Data folders as a whole: checked, counted, split anew, and made from public layouts.

Light code: the contract, numpy, OpenCV and Pillow, no torch. Tables are read row by row, because the largest
public one has 400,000. ``layouts`` holds one file per layout; ``training.cli.data`` are the commands.
"""
