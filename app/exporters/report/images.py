"""The pictures of the long form: image, boundary and attention overlay, each with its caption."""

from dataclasses import dataclass

from app.domain.case import Case
from app.exporters.image_rendering import drawable, jpeg, reduced, with_boundaries, with_heat
from app.exporters.report.content import DrawnImage
from app.text.figures import percent_words
from app.text.history import revision_words
from app.text.overlays import outside_warning, overlay_words
from app.translation import _
from app.usecases.analysis.colour_scales import ColourScale, attention_scale
from app.usecases.analysis.explain_score import share_inside
from app.usecases.exports.exporter import CaseFile
from models.contract.arrays import AttentionMap, RgbImage
from models.contract.imaging.overlays import SIGNED_OVERLAYS

_PRINTED_SIDE_PX = 1500
"""85 mm at 450 dots per inch."""


@dataclass(frozen=True, slots=True)
class DrawnImages:
    """All pictures of the long form."""

    plain: DrawnImage
    boundary: DrawnImage
    overlays: tuple[DrawnImage, ...]


def drawn_images(file: CaseFile) -> DrawnImages:
    """Draw the image as it was imported, with the valid mask's outline, and with each overlay."""
    printed = drawable(file.pixels, _PRINTED_SIDE_PX)
    has_lesion = file.mask is not None and bool(file.mask.any())
    outlined = with_boundaries(printed, file)
    return DrawnImages(
        plain=_drawn(reduced(file.pixels, _PRINTED_SIDE_PX), _("Image")),
        boundary=_drawn(outlined, _boundary_words(file.case, has_lesion=has_lesion)),
        overlays=tuple(_overlay(file, printed, name, found) for name, found in file.overlays.items()),
    )


def _drawn(pixels: RgbImage, caption: str, scale: ColourScale | None = None) -> DrawnImage:
    return DrawnImage(jpeg(pixels), pixels.shape[1], pixels.shape[0], caption, scale)


def _boundary_words(case: Case, *, has_lesion: bool) -> str:
    if not has_lesion:
        return _("No lesion boundary was found or drawn")
    if case.revision is None:
        return _("Boundary as predicted by the model, not corrected")
    return _("Boundary, {revision_words} by a clinician (revision {number})").format(
        revision_words=revision_words(case.revision), number=case.revision.number
    )


def _overlay(file: CaseFile, printed: RgbImage, name: str, attention: AttentionMap) -> DrawnImage:
    scale = attention_scale(is_signed=name in SIGNED_OVERLAYS)
    share = share_inside(attention, file.mask)
    inside = (
        "" if share is None else _("; {share} of it inside the boundary").format(share=percent_words(share))
    )
    warning = outside_warning(name, share)
    caption = f"{overlay_words(name)}{inside}" + (f". {warning}" if warning else "")
    return _drawn(with_heat(printed, attention, scale), caption, scale)
