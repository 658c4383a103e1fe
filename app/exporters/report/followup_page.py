"""The page of a report on which two visits of the lesion are compared."""

from dataclasses import dataclass
from datetime import date

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
        *_course(found),
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


def _course(found: VisitComparison) -> list[Flowable]:
    lines = course_lines(found.course)
    if not lines:
        return []
    heading = say(_("All visits ({count} images)").format(count=len(found.course)), HEADING)
    return [KeepTogether([heading, course_drawing(lines, CONTENT_WIDTH), Spacer(1, 2 * mm)])]


def _visit_words(day: date, first: date, disclosed: CaseDisclosure) -> str:
    """Which visit a picture is of; de-identified by the days since the first one."""
    if disclosed.is_deidentified:
        return _("Visit, day {days}").format(days=(day - first).days)
    return _("Visit of {day}").format(day=day_words(day))


def _outlined(pixels: RgbImage, mask: BoolMask | None) -> RgbImage:
    printed = drawable(pixels, _PRINTED_SIDE_PX)
    return with_boundary(printed, mask) if mask is not None and bool(mask.any()) else printed


def _side_by_side(left: list[Flowable], right: list[Flowable]) -> Table:
    table = Table([[left, right]], colWidths=[_HALF, _HALF])
    table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("ALIGN", (0, 0), (-1, -1), "CENTER")]))
    return table
