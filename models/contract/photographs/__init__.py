"""Photographs (JPEG, PNG, TIFF, BMP, WebP) to upright sRGB pixels, for the application and for training.

``read_photograph`` in reader.py is the only way in, so that the same file gives the same pixels at import, in
converters, in checks of data folders and in training. A new format is a line in formats.py and a module that
returns a StoredPicture. May import numpy, OpenCV, Pillow, simplejpeg, tifffile and models.contract.
"""
