"""The page of a report on which two visits of the lesion are compared."""

from dataclasses import dataclass
from datetime import date

import cv2
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, PageBreak, Spacer, Table, TableStyle

from app.exporters.deidentification import CaseDisclosure
from app.exporters.image_rendering import drawable, jpeg, with_boundary
from app.exporters.report.course_drawing import course_drawing
from app.exporters.report.images import DrawnImage, placed
from app.exporters.report.style import CONTENT_WIDTH, HEADING, SMALL, pairs_table, say
from app.text.followup import (
    ERROR_ASSUMPTIONS,
    course_lines,
    day_words,
    growth_lines,
    growth_notes,
    registration_words,
)
from app.translation import _
from app.usecases.followup.visit_comparison import VisitComparison
from models.contract.arrays import BoolMask, RgbImage

_PRINTED_SIDE_PX = 1500
_HALF = CONTENT_WIDTH / 2
_MARK_RGB = (255, 210, 122)
_LEAST_RING_SHARE = 0.008
"""Of the picture's width: as small as a ring may be drawn."""


@dataclass(frozen=True, slots=True)
class DrawnFollowUp:
    """A comparison with its pictures drawn."""

    comparison: VisitComparison
    earlier: bytes
    later: bytes
    size_px: tuple[int, int]
    """Width and height of both pictures, which show one frame."""


def drawn_follow_up(comparison: VisitComparison) -> DrawnFollowUp:
    """Draw both images in the frame of the later one, each with its own boundary."""
    earlier = _outlined(comparison.laid.pixels, comparison.laid.mask)
    later = _outlined(comparison.later_pixels, comparison.later_mask)
    later = _marked(later, comparison)
    return DrawnFollowUp(comparison, jpeg(earlier), jpeg(later), (later.shape[1], later.shape[0]))


def followup_page(drawn: DrawnFollowUp | None, disclosed: CaseDisclosure) -> list[Flowable]:
    """Return a page with both visits, the growth and the course; nothing without an earlier visit."""
    if drawn is None:
        return []
    found = drawn.comparison
    width, height = drawn.size_px
    first = found.course[0].visited_on if found.course else found.earlier.visit.visited_on
    pictures = [
        placed(DrawnImage(content, width, height, _visit_words(case.visit.visited_on, first, disclosed)))
        for content, case in ((drawn.earlier, found.earlier), (drawn.later, found.later))
    ]
    return [
        PageBreak(),
        say(_("Follow-up"), HEADING),
        _side_by_side(pictures[0], pictures[1]),
        say(found.refusal if found.registration is None else registration_words(found.registration), SMALL),
        *_growth(found),
        *_marks(found, disclosed),
        *_course(found, disclosed),
    ]


def _growth(found: VisitComparison) -> list[Flowable]:
    parts: list[Flowable] = [say(_("Growth"), HEADING)]
    if (growth := found.growth) is not None:
        pairs = [
            (line.name, "; ".join(part for part in (line.words, line.sizes) if part))
            for line in growth_lines(growth)
        ]
        parts.append(pairs_table(pairs, CONTENT_WIDTH, label_share=0.2))
    parts += [say(note, SMALL) for note in growth_notes(growth)]
    if growth is not None:
        parts.append(say(_(ERROR_ASSUMPTIONS), SMALL))
    return [KeepTogether(parts)]


def _marks(found: VisitComparison, disclosed: CaseDisclosure) -> list[Flowable]:
    """What people marked as new; a note may name somebody, so a de-identified report leaves it out."""
    if not found.marks:
        return []
    pairs = [
        (
            _("Mark {number}").format(number=number),
            f"{_('note left out') if disclosed.is_deidentified else mark.note or _('no note')}; "
            f"{disclosed.when(mark.created_at)}, {disclosed.who(mark.author)}",
        )
        for number, mark in enumerate(found.marks, start=1)
    ]
    return [
        say(_("New structures, marked by a person"), HEADING),
        pairs_table(pairs, CONTENT_WIDTH, label_share=0.12),
    ]


def _course(found: VisitComparison, disclosed: CaseDisclosure) -> list[Flowable]:
    lines = course_lines(found.course)
    if not lines:
        return []
    heading = say(_("All visits ({count} images)").format(count=len(found.course)), HEADING)
    first, last = found.course[0].visited_on, found.course[-1].visited_on
    span = _("{first} to {last}").format(
        first=_day_words(first, first, disclosed), last=_day_words(last, first, disclosed)
    )
    drawing = course_drawing(lines, CONTENT_WIDTH)
    return [KeepTogether([heading, drawing, Spacer(1, 1 * mm), say(span, SMALL)])]


def _visit_words(day: date, first: date, disclosed: CaseDisclosure) -> str:
    """Which visit a picture is of."""
    return _("Visit: {day}").format(day=_day_words(day, first, disclosed))


def _day_words(day: date, first: date, disclosed: CaseDisclosure) -> str:
    """A day; de-identified how long after the first visit it was."""
    return _("day {days}").format(days=(day - first).days) if disclosed.is_deidentified else day_words(day)


def _outlined(pixels: RgbImage, mask: BoolMask | None) -> RgbImage:
    printed = drawable(pixels, _PRINTED_SIDE_PX)
    return with_boundary(printed, mask) if mask is not None and bool(mask.any()) else printed


def _marked(printed: RgbImage, comparison: VisitComparison) -> RgbImage:
    """The later image with an ellipse and a number for each mark; a point is a small ring."""
    drawn = printed.copy()
    scale = printed.shape[1] / comparison.later_pixels.shape[1]
    least, line = round(_LEAST_RING_SHARE * printed.shape[1]), max(1, round(printed.shape[1] / 500))
    for number, mark in enumerate(comparison.marks, start=1):
        centre = round(mark.x_px * scale), round(mark.y_px * scale)
        radii = tuple(max(round(radius * scale), least) for radius in (mark.radius_x_px, mark.radius_y_px))
        place = centre[0] + radii[0] + 2 * line, centre[1] - radii[1]
        for colour, width in (((0, 0, 0), line + 2), (_MARK_RGB, line)):
            cv2.ellipse(drawn, centre, radii, 0, 0, 360, colour, width, cv2.LINE_AA)
            cv2.putText(
                drawn, str(number), place, cv2.FONT_HERSHEY_SIMPLEX, line / 2, colour, width, cv2.LINE_AA
            )
    return drawn


def _side_by_side(left: list[Flowable], right: list[Flowable]) -> Table:
    table = Table([[left, right]], colWidths=[_HALF, _HALF])
    table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("ALIGN", (0, 0), (-1, -1), "CENTER")]))
    return table
