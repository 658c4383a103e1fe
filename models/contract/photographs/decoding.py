"""A photograph's bytes to upright sRGB pixels, in this process: decoded, coloured, turned, and looked at."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.contract.arrays import RgbImage
from models.contract.errors import (
    DamagedPhotographError,
    PartlyReadablePhotographError,
    UnreadablePhotographError,
)
from models.contract.photographs.colour_encoding import ADOBE_RGB
from models.contract.photographs.colour_profile import conversion_to_srgb
from models.contract.photographs.failures import DECODER_FAILURES, quiet_decoders
from models.contract.photographs.formats import PhotographFormat
from models.contract.photographs.jpeg import FILLING, damaged_jpeg_picture, jpeg_picture
from models.contract.photographs.orientation import orientation_note, upright
from models.contract.photographs.pillow_picture import check_single, decoded, opened
from models.contract.photographs.png import png_picture
from models.contract.photographs.stored_picture import Note, StoredPicture

_LEAST_FILLED_SHARE = 1 / 16
_FILLED_UP = "The lower part of the picture is an even grey, as a damaged or incomplete file leaves it."


@dataclass(frozen=True, slots=True)
class Photograph:
    """A decoded photograph, what was done to it, and when its camera says that it was taken."""

    pixels: RgbImage
    """(H, W, 3) uint8, upright sRGB."""
    provenance: tuple[Note, ...]
    date_time_original: str | None
    is_plain: bool
    """Whether decoders that know nothing of profiles, orientation and transparency give the same pixels."""


def decoded_photograph(content: bytes, kind: PhotographFormat, least_side_px: int = 1) -> Photograph:
    """Decode a photograph.

    Raises:
        PartlyReadablePhotographError: part of a JPEG picture is missing or corrupt.
        DamagedPhotographError: part of another picture is, or nothing can be decoded.
        UnreadablePhotographError: it cannot be used for another reason.
    """

    def whole_picture(content: bytes, least_side_px: int) -> StoredPicture:
        stored = _DECODERS[kind](content, least_side_px)
        if _is_filled_up(stored.levels):
            is_jpeg = kind is PhotographFormat.JPEG
            raise (PartlyReadablePhotographError if is_jpeg else DamagedPhotographError)(_FILLED_UP)
        return stored

    return _photograph(content, kind, least_side_px, whole_picture)


def decoded_damaged_jpeg(content: bytes, least_side_px: int = 1) -> Photograph:
    """Decode what is left of a damaged JPEG; raises UnreadablePhotographError when nothing is."""
    return _photograph(content, PhotographFormat.JPEG, least_side_px, damaged_jpeg_picture)


def _photograph(
    content: bytes,
    kind: PhotographFormat,
    least_side_px: int,
    decode: Callable[[bytes, int], StoredPicture],
) -> Photograph:
    try:
        with quiet_decoders():
            return _finished(decode(content, least_side_px))
    except MemoryError:
        raise UnreadablePhotographError("There is not enough memory to open this picture.") from None
    except DECODER_FAILURES:
        # The original error quotes header values, which may name a patient.
        raise DamagedPhotographError(
            f"The {kind.words} file is damaged, incomplete or of a variety that cannot be read."
        ) from None


def _finished(stored: StoredPicture) -> Photograph:
    rgb, colour_note, is_converted = _in_srgb(stored)
    orientation = stored.camera.orientation
    turn_note = orientation_note(orientation)
    notes = (*stored.notes, colour_note, turn_note)
    return Photograph(
        pixels=upright(rgb, orientation),
        provenance=tuple(note for note in notes if note is not None),
        date_time_original=stored.camera.date_time_original,
        is_plain=not (stored.notes or is_converted or turn_note),
    )


def _is_filled_up(levels: NDArray[np.uint8]) -> bool:
    """Say whether the picture ends in the filling of decoders; one that begins with it has a grey margin."""
    if (levels[-1] != FILLING).any() or (levels[0] == FILLING).all():
        return False
    is_even = (levels == FILLING).all(axis=tuple(range(1, levels.ndim)))
    filled = int(np.argmin(is_even[::-1]))
    return filled >= _LEAST_FILLED_SHARE * len(levels)


def _in_srgb(stored: StoredPicture) -> tuple[RgbImage, Note | None, bool]:
    """Return sRGB pixels, the line of provenance, and whether levels were changed for it."""
    encoding = ADOBE_RGB if stored.camera.is_adobe_rgb else stored.encoding
    if not stored.profile and encoding is not None and stored.mode in ("L", "RGB"):
        return encoding.to_srgb(_as_rgb(stored.levels)), encoding.note, True
    conversion = conversion_to_srgb(stored.profile, stored.mode)
    if conversion.transform is None and stored.mode in ("L", "RGB"):
        return _as_rgb(stored.levels), conversion.note, False
    size = stored.levels.shape[1::-1]
    picture = Image.frombuffer(stored.mode, size, stored.levels.tobytes(), "raw", stored.mode, 0, 1)
    return conversion.applied(picture), conversion.note, True


def _as_rgb(levels: NDArray[np.uint8]) -> RgbImage:
    return np.dstack([levels, levels, levels]) if levels.ndim == 2 else np.ascontiguousarray(levels)


def _tiff(content: bytes, least_side_px: int) -> StoredPicture:
    # tifffile and its codecs take a while to import: with the first such file, not at the start.
    from models.contract.photographs.tiff import tiff_picture

    return tiff_picture(content, least_side_px)


def _other(kind: PhotographFormat) -> Callable[[bytes, int], StoredPicture]:
    def picture_of(content: bytes, least_side_px: int) -> StoredPicture:
        with opened(content, kind, least_side_px) as picture:
            check_single(picture)
            return decoded(picture)

    return picture_of


def _heif(content: bytes, least_side_px: int) -> StoredPicture:
    # Not installed with the program: its wheels hold codecs under the LGPL and GPL.
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        raise UnreadablePhotographError(
            "HEIC photographs need the optional library pillow-heif (pip install pillow-heif); or export the "
            "photograph as JPEG."
        ) from None
    register_heif_opener()
    with opened(content, PhotographFormat.HEIF, least_side_px) as picture:
        # Phones keep a burst or a depth map beside the photograph, which the file itself calls the main one.
        return decoded(picture)


_DECODERS: dict[PhotographFormat, Callable[[bytes, int], StoredPicture]] = {
    PhotographFormat.JPEG: jpeg_picture,
    PhotographFormat.PNG: png_picture,
    PhotographFormat.TIFF: _tiff,
    PhotographFormat.BMP: _other(PhotographFormat.BMP),
    PhotographFormat.WEBP: _other(PhotographFormat.WEBP),
    PhotographFormat.AVIF: _other(PhotographFormat.AVIF),
    PhotographFormat.HEIF: _heif,
}
