"""The sRGB profile that images and presentation states carry."""

from functools import cache

from PIL import ImageCms

_MOMENT_IN_PROFILE = slice(24, 36)
"""When the profile was made, in its header; it would date the export."""


@cache
def srgb_profile() -> bytes:
    """Return an ICC profile of sRGB, the same at every export."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[_MOMENT_IN_PROFILE] = bytes(12)
    return bytes(profile)
