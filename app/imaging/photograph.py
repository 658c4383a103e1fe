"""JPEG, PNG, TIFF, BMP and WebP to upright sRGB pixels.

Pillow reads the header (size, profile, orientation) of every format and decodes all but ordinary JPEG, which
OpenCV's libjpeg-turbo decodes several times faster, bit for bit the same, refusing truncated pictures.
"""

from dataclasses import dataclass
from datetime import date
from io import BytesIO

import cv2
import numpy as np
from PIL import Image

from app.domain.errors import UnreadableFileError
from app.imaging.colour_profile import conversion_to_srgb
from app.imaging.exif_day import taken_on
from app.imaging.file_kind import JPEG, TIFF, FileKind
from app.imaging.limits import MAX_PIXELS, check_dimensions
from app.imaging.orientation import ORIENTATION_TAG, orientation_note, upright
from app.imaging.tones import manageable
from models.contract.arrays import RgbImage

Image.MAX_IMAGE_PIXELS = MAX_PIXELS

_NEW_SUBFILE_TYPE_TAG = 254
_REDUCED_RESOLUTION = 1
_DECODER_FLAGS = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION

Provenance = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Photograph:
    """A decoded photograph, what was done to it, and the day on which its camera took it."""

    pixels: RgbImage
    """(H, W, 3) uint8, upright sRGB."""
    provenance: Provenance
    taken_on: date | None


def read_photograph(content: bytes, kind: FileKind) -> Photograph:
    """Decode a photograph; raises UnreadableFileError or one of DECODER_FAILURES."""
    with _opened(content, kind) as picture:
        check_dimensions(*picture.size)
        _check_single(picture, kind)
        exif = picture.getexif()
        orientation, day = _orientation(exif), taken_on(exif)
        profile: bytes | None = picture.info.get("icc_profile")
        if kind is JPEG and picture.mode == "RGB":
            stored, notes = _turbo_decoded(content, profile)
        else:
            stored, notes = _decoded(picture, profile)
    # Pillow turns TIFF pixels itself while loading them.
    pixels = stored if kind is TIFF else upright(stored, orientation)
    done = tuple(note for note in (*notes, orientation_note(orientation)) if note is not None)
    return Photograph(pixels, done, day)


def _opened(content: bytes, kind: FileKind) -> Image.Image:
    try:
        return Image.open(BytesIO(content), formats=(kind.decoder,))
    except Image.DecompressionBombError:
        # Pillow itself refuses the size that a header declares, before check_dimensions can.
        limit = MAX_PIXELS // 1_000_000
        raise UnreadableFileError(f"The picture is too large; the limit is {limit} megapixels.") from None


def _orientation(exif: Image.Exif) -> int:
    value = exif.get(ORIENTATION_TAG, 1)
    return value if isinstance(value, int) else 1


def _check_single(picture: Image.Image, kind: FileKind) -> None:
    """Refuse files with several pictures: nobody but the clinician knows which one is meant.

    JPEG files with an attached preview or gain map (MPO) have one main picture, which comes first.
    """
    count = int(getattr(picture, "n_frames", 1))
    if kind is JPEG or count == 1:
        return
    if kind is TIFF and _others_are_previews(picture, count):
        return
    what = "pages" if kind is TIFF else "animation frames"
    raise UnreadableFileError(
        f"The file holds {count} {what}; please save the one you mean as a file of its own."
    )


def _others_are_previews(picture: Image.Image, count: int) -> bool:
    kinds = []
    for page in range(1, count):
        picture.seek(page)
        kinds.append(getattr(picture, "tag_v2", {}).get(_NEW_SUBFILE_TYPE_TAG, 0))
    picture.seek(0)
    return all(isinstance(value, int) and value & _REDUCED_RESOLUTION for value in kinds)


def _turbo_decoded(content: bytes, profile: bytes | None) -> tuple[RgbImage, list[tuple[str, str] | None]]:
    pixels = cv2.imdecode(np.frombuffer(content, np.uint8), _DECODER_FLAGS)
    if pixels is None:
        raise UnreadableFileError("The JPEG picture is damaged or was not copied completely.")
    conversion = conversion_to_srgb(profile, "RGB")
    rgb = np.asarray(pixels, dtype=np.uint8)
    if conversion.transform is None:
        return rgb, [conversion.note]
    return conversion.applied(Image.fromarray(rgb)), [conversion.note]


def _decoded(picture: Image.Image, profile: bytes | None) -> tuple[RgbImage, list[tuple[str, str] | None]]:
    picture.load()
    plain, note = manageable(picture)
    conversion = conversion_to_srgb(profile, plain.mode)
    return conversion.applied(plain), [note, conversion.note]
