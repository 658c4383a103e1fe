"""Bytes to upright sRGB pixels and back; may import use cases, domain and models.contract.

``FileImageReader`` in readers.py fills the ImageReader port. A new photograph format is a line in
file_kind.py and, if Pillow gives it a new mode, a branch in tones.py; a new DICOM coding is a line in
dicom_frame.py.
"""
