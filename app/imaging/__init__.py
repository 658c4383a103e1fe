"""Bytes to upright sRGB pixels and back; may import domain and models.contract.

``ImageReader`` in readers.py reads every file, png_codec.py is for the store. Photographs are decoded by
models.contract.photographs, which training reads with, too; a new format is a line in file_kind.py. A new
DICOM coding is a line in dicom/frame_decoder.py.
"""
