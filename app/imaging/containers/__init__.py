"""Files that hold several images: archives, DICOM directories, TIFF pages, frames of a DICOM file.

``contained_files`` names what is in a file; a plain image is its only content. Each image is read from a file
of its own in a workspace that is cleared behind it, so that a large archive is never unpacked as a whole.
"""
