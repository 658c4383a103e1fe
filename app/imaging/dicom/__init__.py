"""DICOM files to upright sRGB pixels."""
