"""Mask files to masks: the one reader of ``naevus correct``, the converters, ``data check`` and training.

Values are read as they are stored: a decoder that made eight bits of sixteen would lose a mask of 0 and 1.
What they mean is decided in ``mask_values``; ``mask_plausibility`` says what is doubtful about the result.
"""

import struct
import warnings
from collections.abc import Callable
from io import BytesIO

import cv2
import numpy as np
from PIL import Image

from models.contract.arrays import BoolMask
from models.contract.errors import NoMaskError, UnreadableMaskError
from models.contract.imaging.mask_values import MaskReading, Samples, reading_of

MOST_PIXELS = 200_000_000

_DECODER_FAILURES = (
    *(OSError, ValueError, SyntaxError, TypeError, LookupError, AttributeError, EOFError),
    *(OverflowError, ZeroDivisionError, MemoryError, RuntimeError, struct.error),
    *(Image.DecompressionBombError, cv2.error),
)
"""Decoders trust their input, so a flipped bit surfaces as almost any built-in error."""

_FORMATS = ("PNG", "TIFF", "JPEG", "BMP", "WEBP", "GIF", "PPM")
_DAMAGED = "The mask file is empty, damaged or no picture."

_ORIENTATION_TAG, _BITS_TAG, _SAMPLE_FORMAT_TAG = 274, 258, 339
_UNSIGNED = 1
_PNG_BIT_DEPTH_AT = 24
_UPRIGHT: dict[int, Callable[[Samples], Samples]] = {
    1: lambda stored: stored,
    2: lambda stored: stored[:, ::-1],
    3: lambda stored: stored[::-1, ::-1],
    4: lambda stored: stored[::-1],
    5: lambda stored: stored.swapaxes(0, 1),
    6: lambda stored: stored.swapaxes(0, 1)[:, ::-1],
    7: lambda stored: stored.swapaxes(0, 1)[::-1, ::-1],
    8: lambda stored: stored.swapaxes(0, 1)[::-1],
}
"""By EXIF orientation: how stored samples become upright."""


def read_mask(content: bytes) -> MaskReading:
    """The mask in a file's bytes, upright like the image it belongs to.

    Raises:
        UnreadableMaskError: the file is damaged or no picture.
        NoMaskError: it is a picture and no mask; the message is the sentence to show.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            colours, alpha = _samples(content)
    except _DECODER_FAILURES:
        raise UnreadableMaskError(_DAMAGED) from None
    return reading_of(colours, alpha)


def _samples(content: bytes) -> tuple[Samples, Samples | None]:
    """Stored colours (H, W) or (H, W, 3) and transparency (H, W), upright."""
    with Image.open(BytesIO(content), formats=_FORMATS) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise NoMaskError(f"The mask is too large; the limit is {MOST_PIXELS // 1_000_000} megapixels.")
        # Read before loading: Pillow turns TIFF pixels itself then, and forgets the tag.
        orientation = 1 if picture.format == "TIFF" else picture.getexif().get(_ORIENTATION_TAG, 1)
        if _has_second(picture):
            raise NoMaskError("The mask file holds several pictures; save the mask in a file of its own.")
        is_deep = _is_deep_colour(picture, content)
        colours, alpha = _deep_samples(content) if is_deep else _plain_samples(picture)
    turned = _UPRIGHT.get(orientation, _UPRIGHT[1])
    return turned(colours), None if alpha is None else turned(alpha)


def _has_second(picture: Image.Image) -> bool:
    # Looked for instead of counted: a chain of thousands of pages would be read to its end.
    try:
        picture.seek(1)
    except EOFError:
        picture.seek(0)
        return False
    return True


def _is_deep_colour(picture: Image.Image, content: bytes) -> bool:
    """Whether the picture has several channels of sixteen bits, of which Pillow keeps eight."""
    if len(picture.getbands()) == 1:
        return False
    if picture.format == "PNG":
        return content[_PNG_BIT_DEPTH_AT] > 8
    if picture.format == "TIFF":
        return max(picture.getexif().get(_BITS_TAG, (8,)), default=8) > 8
    return False


def _deep_samples(content: bytes) -> tuple[Samples, Samples | None]:
    stored = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    if stored is None:
        raise UnreadableMaskError(_DAMAGED)
    if stored.ndim == 2:
        return stored, None
    return stored[:, :, 2::-1], stored[:, :, 3] if stored.shape[2] == 4 else None


def _plain_samples(picture: Image.Image) -> tuple[Samples, Samples | None]:
    if picture.mode == "I":
        return _integers(picture), None
    if picture.mode in ("P", "PA"):
        return _palette_samples(picture)
    if picture.mode in ("LA", "RGBA", "La", "RGBa"):
        plain = picture.convert("LA" if picture.mode.startswith("L") else "RGBA")
        stored = np.asarray(plain)
        return (stored[:, :, 0] if plain.mode == "LA" else stored[:, :, :3]), stored[:, :, -1]
    if picture.mode == "1":
        return np.asarray(picture.convert("L")), None
    if picture.mode in ("L", "F", "RGB") or picture.mode.startswith("I;16"):
        return np.asarray(picture), None
    return np.asarray(picture.convert("RGB")), None


def _integers(picture: Image.Image) -> Samples:
    sample_format = picture.getexif().get(_SAMPLE_FORMAT_TAG, (_UNSIGNED,))
    stored = np.asarray(picture, dtype=np.int32)
    kinds = sample_format if isinstance(sample_format, tuple) else (sample_format,)
    # Pillow keeps unsigned 32-bit values as signed ones: all bits set would be -1, less than nothing.
    return stored.view(np.uint32) if picture.format == "TIFF" and _UNSIGNED in kinds else stored


def _palette_samples(picture: Image.Image) -> tuple[Samples, Samples | None]:
    indices = np.asarray(picture if picture.mode == "P" else picture.getchannel("P"))
    painted = np.asarray(picture.convert("RGBA"))
    colours, alpha = painted[:, :, :3], painted[:, :, 3]
    # Label tools may write a palette of one colour only; the numbers are the mask then.
    is_told_apart = (painted != painted[:1, :1]).any() or (indices == indices[0, 0]).all()
    return (colours if is_told_apart else indices), alpha


def scaled_mask(mask: BoolMask, size_px: tuple[int, int]) -> BoolMask:
    """A mask (H, W) bool at another size (height, width), each pixel that of the nearest place."""
    if mask.shape == size_px:
        return np.ascontiguousarray(mask)
    levels = np.ascontiguousarray(mask, dtype=np.uint8)
    return np.asarray(
        cv2.resize(levels, size_px[::-1], interpolation=cv2.INTER_NEAREST_EXACT), dtype=np.bool_
    )
