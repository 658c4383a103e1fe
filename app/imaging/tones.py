"""Pillow modes to the four that can be colour-managed: bit depth, palette and transparency."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.domain.errors import UnreadableFileError

_MANAGED = ("L", "RGB", "CMYK", "LAB")
_OPAQUE = {"1": "L", "YCbCr": "RGB", "RGBX": "RGB", "HSV": "RGB"}
_TRANSPARENT = {"LA": "RGBA", "PA": "RGBA", "La": "RGBA", "RGBa": "RGBA", "RGBA": "RGBA"}


def manageable(picture: Image.Image) -> tuple[Image.Image, tuple[str, str] | None]:
    """Return a picture as 8-bit L, RGB, CMYK or LAB, and the provenance line if something was decided."""
    if picture.mode in _MANAGED:
        return picture, None
    if picture.mode in _OPAQUE:
        return picture.convert(_OPAQUE[picture.mode]), None
    if picture.mode == "P" and "transparency" not in picture.info:
        return picture.convert("RGB"), None
    if picture.mode == "P" or picture.mode in _TRANSPARENT:
        return _on_white(picture), ("transparency", "transparent parts laid on white")
    if picture.mode.startswith("I"):
        return _from_integers(np.asarray(picture))
    if picture.mode == "F":
        return _from_floats(np.asarray(picture, dtype=np.float32))
    raise UnreadableFileError(f"Pictures of the kind '{picture.mode}' cannot be read; please export as PNG.")


def _on_white(picture: Image.Image) -> Image.Image:
    layers = picture.convert("RGBA")
    white = Image.new("RGBA", layers.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, layers).convert("RGB")


def _from_integers(values: NDArray[np.generic]) -> tuple[Image.Image, tuple[str, str]]:
    wide = values.astype(np.int64)
    if wide.min() < 0 or wide.max() > 65_535:
        raise UnreadableFileError(
            "The picture has 32-bit values; please export it with 8 or 16 bits per channel."
        )
    return Image.fromarray(((wide + 128) // 257).astype(np.uint8)), ("bit depth", "16 bits reduced to 8")


def _from_floats(values: NDArray[np.float32]) -> tuple[Image.Image, tuple[str, str]]:
    if not np.isfinite(values).all():
        raise UnreadableFileError(
            "The picture contains undefined values (NaN or infinity) and cannot be shown."
        )
    if values.min() < 0 or values.max() > 1:
        raise UnreadableFileError(
            "The picture has floating-point values outside 0 to 1, so its brightness is unknown; "
            "please export it with 8 or 16 bits per channel."
        )
    return Image.fromarray(np.rint(values * 255).astype(np.uint8)), (
        "bit depth",
        "floating point reduced to 8 bits",
    )
