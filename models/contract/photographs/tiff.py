"""TIFF: tifffile gives raw samples of any layout; this module alone says what they mean (TIFF 6.0).

Kinds that tifffile leaves coded (subsampled YCbCr, L*a*b*, fax) are decoded by Pillow.
"""

from dataclasses import replace
from io import BytesIO
from typing import Any, Final

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from models.contract.errors import DamagedPhotographError, UnreadablePhotographError
from models.contract.photographs.bit_depth import eight_bits
from models.contract.photographs.camera_fields import CameraFields, camera_fields, whole_number
from models.contract.photographs.failures import DECODER_FAILURES
from models.contract.photographs.formats import PhotographFormat
from models.contract.photographs.orientation import orientation_note
from models.contract.photographs.pillow_picture import decoded as pillow_decoded
from models.contract.photographs.pillow_picture import opened
from models.contract.photographs.sizes import MAX_PIXELS, check_size
from models.contract.photographs.stored_picture import Note, StoredPicture
from models.contract.photographs.transparency import without_alpha

MOST_DIRECTORIES: Final = 64
"""A picture with previews has a dozen; longer chains are stacks, or made to keep a reader busy."""

_REDUCED_RESOLUTION = 1
_MIN_IS_WHITE, _MIN_IS_BLACK, _RGB, _PALETTE, _CMYK, _YCBCR = 0, 1, 2, 3, 5, 6
_CODED = (_YCBCR, 8, 9, 10)
"""Photometric interpretations for Pillow: YCbCr, and L*a*b* in three ways."""

_SAMPLES_BY_PHOTOMETRIC = {_MIN_IS_WHITE: 1, _MIN_IS_BLACK: 1, _RGB: 3, _PALETTE: 1, _CMYK: 4}
_NO_COMPRESSION = 1
_FAX = (2, 3, 4)
_PREMULTIPLIED, _SEPARATE_ALPHA = 1, 2
_MOST_SAMPLES = 8
_ORIENTATION, _MAX_SAMPLE_VALUE, _NEW_SUBFILE_TYPE, _PROFILE = 274, 281, 254, 34_675
_DAMAGED = "The TIFF picture is damaged or was not copied completely."


def tiff_picture(content: bytes, least_side_px: int) -> StoredPicture:
    """Decode a TIFF file.

    Raises:
        DamagedPhotographError: part of the picture is missing.
        UnreadablePhotographError: it holds several pictures, or has a size or kind that is not accepted.
    """
    with tifffile.TiffFile(BytesIO(content)) as file:
        page = _single_page(file)
        check_size(page.imagewidth, page.imagelength, least_side_px)
        _check_layout(page)
        _check_whole(page, len(content))
        if int(page.photometric) in _CODED or int(page.compression) in _FAX:
            return _by_pillow(content, least_side_px)
        if int(page.photometric) not in _SAMPLES_BY_PHOTOMETRIC:
            raise UnreadablePhotographError(
                "The TIFF holds raw camera data or the like; please export as PNG."
            )
        if int(page.compression) != _NO_COMPRESSION:
            _look_for_damage(content)
        return _interpreted(content, page, _samples(page))


def _single_page(file: tifffile.TiffFile) -> tifffile.TiffPage:
    """Return the main picture; others that are no previews of it make it unknown which one is meant."""
    pages: list[Any] = []
    for page in file.pages:
        pages.append(page)
        if len(pages) > MOST_DIRECTORIES:
            raise UnreadablePhotographError(
                f"The file holds more than {MOST_DIRECTORIES} pages; "
                "please save the one you mean as a file of its own."
            )
    if not pages:
        raise DamagedPhotographError(_DAMAGED)
    if not all(_number(page, _NEW_SUBFILE_TYPE, 0) & _REDUCED_RESOLUTION for page in pages[1:]):
        raise UnreadablePhotographError(
            f"The file holds {len(pages)} pages; please save the one you mean as a file of its own."
        )
    main: tifffile.TiffPage = pages[0]
    return main


def _number(page: Any, tag: int, default: int) -> int:  # noqa: ANN401 - pages come in two types
    return whole_number(page.tags.valueof(tag), default=default)


def _check_layout(page: tifffile.TiffPage) -> None:
    """Refuse what would take more memory than its picture: many samples, wide ones, or huge tiles."""
    is_huge = page.is_tiled and page.tilewidth * page.tilelength > MAX_PIXELS
    if is_huge or page.samplesperpixel > _MOST_SAMPLES or page.bitspersample > 64 or page.imagedepth != 1:
        raise UnreadablePhotographError("The TIFF has a layout that cannot be read; please export as PNG.")


def _check_whole(page: tifffile.TiffPage, length_bytes: int) -> None:
    """Refuse pictures whose strips or tiles are absent or reach beyond the file; decoders fill them up."""
    pieces = list(zip(page.dataoffsets, page.databytecounts, strict=True))
    if not pieces or any(count < 1 or start < 8 or start + count > length_bytes for start, count in pieces):
        raise DamagedPhotographError(_DAMAGED)
    if int(page.compression) == _NO_COMPRESSION and not page.is_tiled:
        needed_bits = page.imagewidth * page.imagelength * page.samplesperpixel * page.bitspersample
        is_subsampled = int(page.photometric) == _YCBCR
        if not is_subsampled and sum(page.databytecounts) * 8 < needed_bits:
            raise DamagedPhotographError(_DAMAGED)


def _look_for_damage(content: bytes) -> None:
    """Let Pillow's libtiff decode, too: it refuses data that end early, which others fill up."""
    try:
        with Image.open(BytesIO(content), formats=("TIFF",)) as picture:
            picture.load()
    except UnidentifiedImageError:
        # A kind that Pillow does not know; then nobody contradicts.
        return


def _samples(page: tifffile.TiffPage) -> NDArray[Any]:
    """Return (H, W, S) samples as stored."""
    samples = np.asarray(page.asarray(maxworkers=1))
    if samples.ndim == 2:
        return samples[..., None]
    if samples.ndim == 3 and samples.shape[1:] == (page.imagelength, page.imagewidth):
        return np.moveaxis(samples, 0, 2)
    if samples.ndim != 3 or samples.shape[:2] != (page.imagelength, page.imagewidth):
        raise DamagedPhotographError(_DAMAGED)
    return samples


def _interpreted(content: bytes, page: tifffile.TiffPage, samples: NDArray[Any]) -> StoredPicture:
    photometric = int(page.photometric)
    count = _SAMPLES_BY_PHOTOMETRIC[photometric]
    if samples.shape[2] < count:
        raise DamagedPhotographError(_DAMAGED)
    levels, notes = _levels(page, samples[..., :count])
    if samples.shape[2] > count and page.extrasamples:
        levels, alpha_notes = _without_alpha(page, levels, samples[..., count])
        notes += alpha_notes
    is_grey = levels.shape[2] == 1
    return StoredPicture(
        levels=np.ascontiguousarray(levels[..., 0] if is_grey else levels),
        mode="L" if is_grey else ("CMYK" if photometric == _CMYK else "RGB"),
        camera=_camera(content, page),
        profile=_profile(page),
        notes=notes,
    )


def _levels(page: tifffile.TiffPage, samples: NDArray[Any]) -> tuple[NDArray[np.uint8], tuple[Note, ...]]:
    if int(page.photometric) == _PALETTE:
        return _looked_up(page, samples[..., 0]), ()
    declared_top = _number(page, _MAX_SAMPLE_VALUE, 0) or None
    levels, notes = eight_bits(samples, bits=page.bitspersample, declared_top=declared_top)
    return (255 - levels if int(page.photometric) == _MIN_IS_WHITE else levels), notes


def _looked_up(page: tifffile.TiffPage, samples: NDArray[Any]) -> NDArray[np.uint8]:
    colours = page.colormap
    if colours is None or samples.max() >= colours.shape[1]:
        raise DamagedPhotographError(_DAMAGED)
    # The standard has 16 bits; programs of old wrote 8, which is known by the upper ones being empty.
    table = colours.astype(np.uint8) if colours.max() <= 255 else (colours >> 8).astype(np.uint8)
    return np.ascontiguousarray(table.T[samples])


def _without_alpha(
    page: tifffile.TiffPage, levels: NDArray[np.uint8], extra: NDArray[Any]
) -> tuple[NDArray[np.uint8], tuple[Note, ...]]:
    """Apply an extra channel that is said to be alpha; others belong to the program that wrote them."""
    kind = int(page.extrasamples[0])
    # Samples of one bit come as bool.
    if kind not in (_PREMULTIPLIED, _SEPARATE_ALPHA) or extra.dtype.kind not in "ub":
        return levels, ()
    top = (1 << page.bitspersample) - 1
    alpha = (extra.astype(np.float64) * (255 / top)).astype(np.uint8)
    return without_alpha(levels, alpha, is_premultiplied=kind == _PREMULTIPLIED)


def _camera(content: bytes, page: tifffile.TiffPage) -> CameraFields:
    """Return the fields; of kinds of TIFF that Pillow does not know, the orientation only."""
    try:
        with Image.open(BytesIO(content), formats=("TIFF",)) as picture:
            known = camera_fields(picture)
    except DECODER_FAILURES:
        known = CameraFields()
    return replace(known, orientation=_number(page, _ORIENTATION, 1))


def _profile(page: tifffile.TiffPage) -> bytes | None:
    profile = page.tags.valueof(_PROFILE)
    return profile if isinstance(profile, bytes) else None


def _by_pillow(content: bytes, least_side_px: int) -> StoredPicture:
    with opened(content, PhotographFormat.TIFF, least_side_px) as picture:
        stored = pillow_decoded(picture)
    # Pillow has turned the pixels of a TIFF while loading them.
    note = orientation_note(stored.camera.orientation)
    notes = stored.notes if note is None else (*stored.notes, note)
    return replace(stored, camera=replace(stored.camera, orientation=1), notes=notes)
