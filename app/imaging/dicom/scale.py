"""Size and shape of a DICOM picture's pixels; pixels that are not square are made so, once, at import.

A lesion measured on pixels that are taller than wide would be measured squeezed.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from pydicom.dataset import FileDataset

from app.domain.image import Calibration
from app.imaging.dicom.stored_frame import Note
from app.imaging.limits import check_dimensions
from models.contract.arrays import RgbImage

_SQUARE_TOLERANCE = 0.01
_LONGEST_PIXEL = 4.0
"""Twice as long as wide is what interlaced video comes to; beyond this it is a mistake."""

_PLAUSIBLE_MM_PER_PX = (0.0005, 0.5)
"""A dermoscope shows 5 to 60 mm on 500 to 8,000 pixels; anything far outside is a filled-in default."""

_SOURCE = "DICOM pixel spacing"
_CANNOT_BE_READ = "the declared pixel spacing cannot be read and is not used"
_IMPLAUSIBLE = "the declared pixel spacing is implausible for dermoscopy and not used"
_NO_SHAPE = "the declared shape of the pixels cannot be used; they are taken as square"
_CONTRADICTION = (
    "pixel spacing and pixel aspect ratio contradict each other; neither is used, pixels are taken as square"
)


@dataclass(frozen=True, slots=True)
class PixelScale:
    """How large and how tall pixels are; ``height_to_width`` is 1 for square ones."""

    calibration: Calibration | None = None
    height_to_width: float = 1.0
    notes: tuple[Note, ...] = ()


def scale_of(dataset: FileDataset) -> PixelScale:
    """Return scale and shape from Pixel Spacing (down, across; mm) and Pixel Aspect Ratio (down, across)."""
    spacing, spacing_notes = _spacing_mm(dataset)
    ratio, ratio_notes = _aspect_ratio(dataset)
    if spacing is None:
        return PixelScale(None, ratio, (*spacing_notes, *ratio_notes, *_shape_notes(ratio)))
    down_mm, across_mm = spacing
    shape = _rounded(down_mm / across_mm)
    if ratio != 1 and abs(shape / ratio - 1) > 2 * _SQUARE_TOLERANCE:
        return PixelScale(notes=(("scale", _CONTRADICTION),))
    if not 1 / _LONGEST_PIXEL <= shape <= _LONGEST_PIXEL:
        return PixelScale(notes=(("scale", _NO_SHAPE),))
    side_mm = (down_mm + across_mm) / 2 if shape == 1 else min(down_mm, across_mm)
    return PixelScale(Calibration(side_mm, _SOURCE), shape, (*ratio_notes, *_shape_notes(shape)))


def squared(pixels: RgbImage, scale: PixelScale) -> RgbImage:
    """Return (H, W, 3) uint8 with square pixels, enlarged along the longer side of the stored ones.

    Raises:
        UnreadableFileError: the enlarged picture is too large.
    """
    if scale.height_to_width == 1:
        return pixels
    height_px, width_px = pixels.shape[:2]
    height_px = round(height_px * max(1.0, scale.height_to_width))
    width_px = round(width_px * max(1.0, 1 / scale.height_to_width))
    check_dimensions(width_px, height_px)
    return np.asarray(
        cv2.resize(pixels, (width_px, height_px), interpolation=cv2.INTER_LINEAR), dtype=np.uint8
    )


def _spacing_mm(dataset: FileDataset) -> tuple[tuple[float, float] | None, tuple[Note, ...]]:
    try:
        spacing = dataset.get("PixelSpacing")
        if not spacing:
            return None, ()
        down_mm, across_mm = (float(side) for side in spacing)
    except (TypeError, ValueError):
        return None, (("scale", _CANNOT_BE_READ),)
    low, high = _PLAUSIBLE_MM_PER_PX
    if not (low <= down_mm <= high and low <= across_mm <= high):
        return None, (("scale", _IMPLAUSIBLE),)
    return (down_mm, across_mm), ()


def _aspect_ratio(dataset: FileDataset) -> tuple[float, tuple[Note, ...]]:
    try:
        declared = dataset.get("PixelAspectRatio")
        if not declared:
            return 1.0, ()
        down, across = (float(side) for side in declared)
        ratio = down / across
    except (TypeError, ValueError, ZeroDivisionError):
        return 1.0, (("scale", _NO_SHAPE),)
    if not 1 / _LONGEST_PIXEL <= ratio <= _LONGEST_PIXEL:
        return 1.0, (("scale", _NO_SHAPE),)
    return _rounded(ratio), ()


def _rounded(ratio: float) -> float:
    return 1.0 if abs(ratio - 1) <= _SQUARE_TOLERANCE else ratio


def _shape_notes(ratio: float) -> tuple[Note, ...]:
    if ratio == 1:
        return ()
    form = f"{ratio:.3g} times as high as wide" if ratio > 1 else f"{1 / ratio:.3g} times as wide as high"
    words = f"the declared pixels are not square ({form}); the picture was resampled to square pixels"
    return (("scale", words),)
