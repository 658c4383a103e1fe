"""Bytes to upright sRGB pixels and back; may import use cases, domain and models.contract.

``ImageReader`` in readers.py fills the ImageReader port. Photographs are decoded by
models.contract.photographs, which training reads with, too; a new format is a line in file_kind.py. A new
DICOM coding is a line in dicom_frame.py.
"""
