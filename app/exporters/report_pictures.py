"""The pictures of a report: image, boundary and attention overlay, each with its caption."""

from io import BytesIO

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Image, Spacer, Table, TableStyle

from app.exporters.picture import HeatScale, heat_scale, jpeg, reduced, with_boundary, with_heat
from app.exporters.report_style import CAPTION, LABEL, say
from app.exporters.report_words import overlay_words
from app.usecases.explain_score import SIGNED_OVERLAYS, share_inside
from app.usecases.ports import CaseFile
from models.contract.arrays import AttentionMap, RgbImage

PICTURE_WIDTH, PICTURE_HEIGHT = 85 * mm, 68 * mm
_PRINTED_SIDE_PX = 1500
"""85 mm at 450 dots per inch."""


def plain_picture(file: CaseFile) -> list[Flowable]:
    """Return the image as it was imported."""
    return [_placed(reduced(file.pixels, _PRINTED_SIDE_PX)), say("Image", CAPTION)]


def boundary_picture(file: CaseFile) -> list[Flowable]:
    """Return the image with the outline of the valid mask, and whose outline it is."""
    small = reduced(file.pixels, _PRINTED_SIDE_PX)
    if file.mask is None or not file.mask.any():
        return [_placed(small), say("No lesion boundary was found or drawn", CAPTION)]
    case = file.case
    if case.revision is not None:
        origin = f"Boundary, {case.revision.reason} by a clinician (revision {case.revision.number})"
    else:
        origin = "Boundary as predicted by the model, not corrected"
    return [_placed(with_boundary(small, file.mask)), say(origin, CAPTION)]


def overlay_picture(file: CaseFile, name: str, attention: AttentionMap) -> list[Flowable]:
    """Return the image with an attention overlay, its colour bar and the share inside the lesion."""
    scale = heat_scale(is_signed=name in SIGNED_OVERLAYS)
    heated = with_heat(reduced(file.pixels, _PRINTED_SIDE_PX), attention, scale)
    share = share_inside(attention, file.mask)
    inside = "" if share is None else f"; {100 * share:.0f} % of it inside the boundary"
    caption = f"What moved the score: {overlay_words(name)}{inside}"
    return [_placed(heated), Spacer(1, 2), _bar(scale), say(caption, CAPTION)]


def _placed(pixels: RgbImage) -> Image:
    height_px, width_px = pixels.shape[:2]
    scale = min(PICTURE_WIDTH / width_px, PICTURE_HEIGHT / height_px)
    return Image(BytesIO(jpeg(pixels)), width_px * scale, height_px * scale)


def _bar(scale: HeatScale) -> Table:
    is_signed = scale.lowest < 0
    low, high = ("against", "in favour") if is_signed else ("none", "most")
    bar = Image(BytesIO(jpeg(scale.bar(512, 24))), 46 * mm, 2.6 * mm)
    table = Table([[say(low, LABEL), bar, say(high, LABEL)]], colWidths=[14 * mm, 48 * mm, 18 * mm])
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("ALIGN", (1, 0), (1, 0), "CENTER"),
                ("TOPPADDING", (0, 0), (-1, -1), 0),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
                ("LEFTPADDING", (0, 0), (-1, -1), 2),
                ("RIGHTPADDING", (0, 0), (-1, -1), 2),
            ]
        )
    )
    return table
