"""Pictures that Pillow decodes: 8-bit PNG, BMP, WebP, CMYK JPEG, and what tifffile does not interpret."""

from io import BytesIO
from typing import cast

import numpy as np
from PIL import Image

from models.contract.errors import UnreadablePhotographError
from models.contract.photographs.bit_depth import eight_bits
from models.contract.photographs.camera_fields import camera_fields
from models.contract.photographs.formats import PhotographFormat
from models.contract.photographs.sizes import MAX_PIXELS, check_size
from models.contract.photographs.stored_picture import Mode, StoredPicture
from models.contract.photographs.transparency import without_alpha

Image.MAX_IMAGE_PIXELS = MAX_PIXELS

_MANAGED = ("L", "RGB", "CMYK", "LAB")
_OPAQUE: dict[str, Mode] = {"1": "L", "YCbCr": "RGB", "RGBX": "RGB", "HSV": "RGB"}
_TRANSPARENT = ("LA", "PA", "La", "RGBa", "RGBA")


def opened(content: bytes, kind: PhotographFormat, least_side_px: int) -> Image.Image:
    """Open a picture without decoding it, its size checked; raises UnreadablePhotographError."""
    try:
        picture = Image.open(BytesIO(content), formats=(kind.value,))
    except Image.DecompressionBombError:
        # Pillow itself refuses the size that a header declares, before check_size can.
        limit = MAX_PIXELS // 1_000_000
        raise UnreadablePhotographError(
            f"The picture is too large; the limit is {limit} megapixels."
        ) from None
    check_size(*picture.size, least_side_px)
    return picture


def check_single(picture: Image.Image) -> None:
    """Refuse animations: nobody but the clinician knows which frame is meant."""
    count = int(getattr(picture, "n_frames", 1))
    if count > 1:
        raise UnreadablePhotographError(
            f"The file holds {count} animation frames; please save the one you mean as a file of its own."
        )


def decoded(picture: Image.Image) -> StoredPicture:
    """Decode an opened picture to one of the managed modes."""
    picture.load()
    profile: bytes | None = picture.info.get("icc_profile")
    camera = camera_fields(picture)
    if picture.mode in _MANAGED:
        return StoredPicture(np.array(picture), cast("Mode", picture.mode), camera, profile)
    if picture.mode in _OPAQUE:
        mode = _OPAQUE[picture.mode]
        return StoredPicture(np.array(picture.convert(mode)), mode, camera, profile)
    if picture.mode == "P" and "transparency" not in picture.info:
        return StoredPicture(np.array(picture.convert("RGB")), "RGB", camera, profile)
    if picture.mode == "P" or picture.mode in _TRANSPARENT:
        layers = np.array(picture.convert("RGBA"))
        colours, notes = without_alpha(layers[..., :3], layers[..., 3])
        return StoredPicture(colours, "RGB", camera, profile, notes=notes)
    if picture.mode.startswith("I") or picture.mode == "F":
        levels, notes = eight_bits(np.asarray(picture), bits=16)
        return StoredPicture(levels, "L", camera, profile, notes=notes)
    raise UnreadablePhotographError(
        f"Pictures of the kind '{picture.mode}' cannot be read; please export as PNG."
    )
