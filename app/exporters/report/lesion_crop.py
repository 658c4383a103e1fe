"""The lesion, cut out of the image: as it is, as its boundary was predicted, and as a person changed it.

All three show the same part of the image at the same size, so that the outlines can be compared.
"""

from dataclasses import dataclass

import numpy as np

from app.domain.case import Case
from app.exporters.image_rendering import drawable, jpeg, with_boundary
from app.exporters.report.content import DrawnImage
from app.exporters.report.scale_bar import with_scale_bar
from app.text.history import revision_words
from app.translation import _
from app.usecases.exports.exporter import CaseFile
from models.contract.arrays import BoolMask, RgbImage

_PRINTED_SIDE_PX = 900
"""58 mm at nearly 400 dots per inch."""
_MARGIN_SHARE = 0.18
"""Of the longer side of the lesion, on each side of it."""
_WIDTH_TO_HEIGHT = 1.25


@dataclass(frozen=True, slots=True)
class LesionCrops:
    """The lesion as it is, and with its boundaries; None where there is no such boundary."""

    plain: DrawnImage
    before: DrawnImage | None
    """With the boundary as the model drew it; only where a person has changed it."""
    after: DrawnImage | None
    """With the valid boundary."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of an image."""

    rows: slice
    columns: slice


def lesion_crops(file: CaseFile) -> LesionCrops:
    """Draw the lesion of a case; the whole image where no lesion was outlined."""
    masks = [mask for mask in (file.mask, file.predicted_mask) if mask is not None and mask.any()]
    part = part_around(masks, file.pixels.shape[0], file.pixels.shape[1])
    cut = file.pixels[part.rows, part.columns]
    printed = drawable(cut, _PRINTED_SIDE_PX)
    valid = None if file.mask is None or not file.mask.any() else file.mask
    return LesionCrops(
        plain=_drawn(_scaled(file.case, printed, cut.shape[1]), _plain_words(file.case, is_cut=bool(masks))),
        before=_outlined(printed, file.predicted_mask, part, _("Boundary as predicted by the model")),
        after=_outlined(printed, valid, part, _valid_words(file.case)),
    )


def part_around(masks: list[BoolMask], height_px: int, width_px: int) -> _Part:
    """Return the part of an image around masks (H, W), wider than high where the image has room for it."""
    if not masks:
        return _Part(slice(0, height_px), slice(0, width_px))
    inside = np.logical_or.reduce(masks)
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    high, wide = float(rows[-1] - rows[0] + 1), float(columns[-1] - columns[0] + 1)
    margin = _MARGIN_SHARE * max(high, wide)
    high, wide = high + 2 * margin, wide + 2 * margin
    high, wide = max(high, wide / _WIDTH_TO_HEIGHT), max(wide, high * _WIDTH_TO_HEIGHT)
    return _Part(
        _span((rows[0] + rows[-1] + 1) / 2, high, height_px),
        _span((columns[0] + columns[-1] + 1) / 2, wide, width_px),
    )


def _span(middle: float, length: float, most: int) -> slice:
    """Return a span about a middle, moved inwards where it would leave the image, and never longer."""
    kept = min(round(length), most)
    start = min(max(round(middle - kept / 2), 0), most - kept)
    return slice(start, start + kept)


def _scaled(case: Case, printed: RgbImage, cut_width_px: int) -> RgbImage:
    """Draw the bar of a calibrated image; no other one has a length."""
    calibration = case.image.calibration
    if calibration is None:
        return printed
    return with_scale_bar(printed, calibration.mm_per_px * cut_width_px / printed.shape[1])


def _outlined(printed: RgbImage, mask: BoolMask | None, part: _Part, caption: str) -> DrawnImage | None:
    if mask is None:
        return None
    cut = mask[part.rows, part.columns]
    return _drawn(with_boundary(printed, cut) if cut.any() else printed, caption)


def _drawn(pixels: RgbImage, caption: str) -> DrawnImage:
    return DrawnImage(jpeg(pixels), pixels.shape[1], pixels.shape[0], caption)


def _plain_words(case: Case, *, is_cut: bool) -> str:
    what = _("Lesion") if is_cut else _("Image; no lesion boundary was found or drawn")
    return what if case.image.calibration is not None else _("{what} (not calibrated)").format(what=what)


def _valid_words(case: Case) -> str:
    if case.revision is None:
        return _("Boundary as predicted by the model, not corrected")
    return _("Boundary, {revision_words} by a clinician (revision {number})").format(
        revision_words=revision_words(case.revision), number=case.revision.number
    )
