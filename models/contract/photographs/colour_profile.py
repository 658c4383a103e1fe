"""Embedded ICC profiles: converted to sRGB once, on reading, so that everything inside is sRGB."""

from dataclasses import dataclass
from io import BytesIO
from typing import cast

import numpy as np
from PIL import Image, ImageCms

from models.contract.arrays import RgbImage

_SAME_COLOUR_LEVELS = 2
"""Profiles whose whole colour cube stays within this many of 255 levels are sRGB under another name."""


COLOUR_PROFILE = "colour profile"
"""What a line of provenance with a profile's name is about; people name profiles, also after themselves."""

_UNUSABLE = "the embedded colour profile does not fit or is damaged; colours taken as sRGB"


@dataclass(frozen=True, slots=True)
class SrgbConversion:
    """How pixels of one mode become sRGB; ``transform`` is None where they are sRGB already."""

    transform: ImageCms.ImageCmsTransform | None
    note: tuple[str, str] | None

    def applied(self, picture: Image.Image) -> RgbImage:
        """Return (H, W, 3) uint8 sRGB of a picture whose mode the conversion was made for."""
        if self.transform is None:
            return np.array(picture.convert("RGB"), dtype=np.uint8)
        converted = cast("Image.Image", ImageCms.applyTransform(picture, self.transform))
        return np.array(converted, dtype=np.uint8)


def conversion_to_srgb(profile: bytes | None, mode: str) -> SrgbConversion:
    """Return the conversion for an embedded profile and a Pillow mode (L, RGB, CMYK or LAB)."""
    if mode == "LAB" and not profile:
        lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
        return SrgbConversion(_transform(lab, mode), (COLOUR_PROFILE, "converted from L*a*b*"))
    if not profile:
        return SrgbConversion(None, None)
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        name = ImageCms.getProfileDescription(source).strip() or "unnamed profile"
        transform = _transform(source, mode)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return SrgbConversion(None, (COLOUR_PROFILE, _UNUSABLE))
    if mode == "RGB" and _keeps_colours(transform):
        return SrgbConversion(None, (COLOUR_PROFILE, f"{name}: same as sRGB"))
    return SrgbConversion(transform, (COLOUR_PROFILE, f"converted from {name} to sRGB"))


def _transform(source: ImageCms.ImageCmsProfile, mode: str) -> ImageCms.ImageCmsTransform:
    return ImageCms.buildTransform(
        source,
        ImageCms.createProfile("sRGB"),
        mode,
        "RGB",
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )


def _keeps_colours(transform: ImageCms.ImageCmsTransform) -> bool:
    steps = np.linspace(0, 255, 9).astype(np.uint8)
    cube = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(9, 81, 3)
    seen = np.array(ImageCms.applyTransform(Image.fromarray(cube), transform), dtype=np.int16)
    return int(np.abs(seen - cube).max()) <= _SAME_COLOUR_LEVELS
