"""The sRGB profile that images and presentation states carry."""

from functools import cache

from PIL import ImageCms

_DEVICE_CLASS, _MOMENT, _DIGEST = slice(12, 16), slice(24, 36), slice(84, 100)
"""In the header of a profile (ICC.1, 7.2): what it is for, when it was made, and a digest of it."""


@cache
def srgb_profile() -> bytes:
    """Return an ICC profile of sRGB, the same at every export.

    It is that of an input device, as DICOM wants it (PS3.3, C.11.15); with three curves and a matrix such a
    profile differs from that of a display in nothing else.
    """
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[_DEVICE_CLASS] = b"scnr"
    profile[_MOMENT], profile[_DIGEST] = bytes(12), bytes(16)
    return bytes(profile)
