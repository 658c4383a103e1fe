"""PNG: 8 bits by Pillow, which refuses damaged ones; 16 bits by OpenCV, because Pillow cuts them to 8."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.contract.errors import DamagedPhotographError
from models.contract.photographs.bit_depth import eight_bits, used_bits
from models.contract.photographs.camera_fields import camera_fields
from models.contract.photographs.colour_encoding import ColourEncoding
from models.contract.photographs.formats import PhotographFormat
from models.contract.photographs.pillow_picture import check_single, decoded, opened
from models.contract.photographs.png_colour import declared_encoding, has_coding_points, transparent_colour
from models.contract.photographs.stored_picture import Note, StoredPicture
from models.contract.photographs.transparency import without_alpha

_BIT_DEPTH_AT = 24
"""Where the header chunk, which always comes first, has the bits of a sample."""


def png_picture(content: bytes, least_side_px: int) -> StoredPicture:
    """Decode a PNG file; raises UnreadablePhotographError, or one of DECODER_FAILURES where it is damaged."""
    with opened(content, PhotographFormat.PNG, least_side_px) as picture:
        check_single(picture)
        encoding = declared_encoding(content)
        if content[_BIT_DEPTH_AT] == 16:
            stored = _deep_picture(content, picture, encoding)
        else:
            stored = replace(_without_key(decoded(picture), content), encoding=encoding)
    return replace(stored, profile=None) if has_coding_points(content) else stored


def _without_key(stored: StoredPicture, content: bytes) -> StoredPicture:
    """Take the one colour that a picture of 8 bits or fewer may declare transparent for what it is."""
    colours = stored.levels[..., None] if stored.mode == "L" else stored.levels
    key = transparent_colour(content, colours.shape[2])
    if key is None:
        return stored
    # Pillow has scaled samples of fewer bits to 8.
    bits = min(content[_BIT_DEPTH_AT], 8)
    levels, notes = _keyed(colours, np.array(key) % (1 << bits) * (255 // ((1 << bits) - 1)), colours)
    return replace(stored, levels=levels[..., 0] if stored.mode == "L" else levels, notes=notes)


def _keyed(
    samples: NDArray[np.uint8] | NDArray[np.uint16], key: NDArray[np.int64], levels: NDArray[np.uint8]
) -> tuple[NDArray[np.uint8], tuple[Note, ...]]:
    is_key = (samples == key).all(axis=2)
    return without_alpha(levels, np.where(is_key, 0, 255).astype(np.uint8))


def _deep_picture(content: bytes, picture: Image.Image, encoding: ColourEncoding | None) -> StoredPicture:
    # Pillow's decoding only looks for damage, which OpenCV passes over.
    picture.load()
    samples = _sixteen_bit_samples(content, picture.size)
    colours = np.ascontiguousarray(samples[..., 2::-1] if samples.shape[2] >= 3 else samples[..., :1])
    levels, notes = _reduced(colours, encoding)
    if samples.shape[2] in (2, 4):
        levels, alpha_notes = without_alpha(levels, (samples[..., -1] >> 8).astype(np.uint8))
        notes += alpha_notes
    elif (key := transparent_colour(content, colours.shape[2])) is not None:
        # OpenCV has made the key of a colour picture an alpha channel, but not that of a grey one.
        levels, alpha_notes = _keyed(colours, np.array(key), levels)
        notes += alpha_notes
    is_grey = levels.shape[2] == 1
    return StoredPicture(
        levels=levels[..., 0] if is_grey else levels,
        mode="L" if is_grey else "RGB",
        camera=camera_fields(picture),
        profile=None if encoding is not None else picture.info.get("icc_profile"),
        notes=notes,
    )


def _sixteen_bit_samples(content: bytes, size: tuple[int, int]) -> NDArray[np.uint16]:
    """Return (H, W, C) of blue, green and red or of grey, with alpha last where there is one."""
    samples = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    if samples is None or samples.dtype != np.uint16 or samples.shape[1::-1] != size:
        raise DamagedPhotographError("The PNG picture is damaged or was not copied completely.")
    return np.asarray(samples[..., None] if samples.ndim == 2 else samples, dtype=np.uint16)


def _reduced(
    colours: NDArray[np.uint16], encoding: ColourEncoding | None
) -> tuple[NDArray[np.uint8], tuple[Note, ...]]:
    if encoding is None:
        return eight_bits(colours, bits=16)
    # Before the depth is reduced: of linear light, 8 bits leave a dozen levels to the dark half of a picture.
    top = (1 << used_bits(int(colours.max()), 16)) - 1
    whole = (colours.astype(np.uint32) * 65_535 // top).astype(np.uint16)
    rgb = whole if whole.shape[2] == 3 else np.repeat(whole, 3, axis=2)
    return encoding.to_srgb(rgb), (("bit depth", "16 bits reduced to 8"), encoding.note)
