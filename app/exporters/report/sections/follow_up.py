"""The page on which two visits of the lesion are compared; nothing without an earlier visit."""

from datetime import date

from app.exporters.deidentification import CaseDisclosure
from app.exporters.report.content import (
    Columns,
    NewPage,
    Pairs,
    Part,
    PlacedImage,
    Together,
    heading,
    small,
)
from app.exporters.report.facts import ReportFacts
from app.exporters.report.visit_images import DrawnFollowUp
from app.text.followup import ERROR_ASSUMPTIONS, day_words, growth_lines, growth_notes, registration_words
from app.translation import _
from app.usecases.followup.visit_comparison import VisitComparison


def follow_up(facts: ReportFacts) -> list[Part]:
    """Return both visits, the growth between them, what is new, and the course over all visits."""
    if (drawn := facts.follow_up) is None:
        return []
    found = drawn.comparison
    return [
        NewPage(),
        heading(_("Follow-up")),
        _both_visits(drawn, facts.disclosed),
        small(found.refusal if found.registration is None else registration_words(found.registration)),
        *_growth(found),
        *_marks(found, facts.disclosed),
        *_course(drawn, facts.disclosed),
    ]


def _both_visits(drawn: DrawnFollowUp, disclosed: CaseDisclosure) -> Columns:
    found = drawn.comparison
    first = found.course[0].visited_on
    captions = [
        _("Visit: {day}").format(day=_day_words(case.visit.visited_on, first, disclosed))
        for case in (found.earlier, found.later)
    ]
    pictures = [
        [PlacedImage(drawn.visit_image(caption, is_later=is_later))]
        for caption, is_later in zip(captions, (False, True), strict=True)
    ]
    return Columns(pictures, (0.5, 0.5), is_centred=True)


def _growth(found: VisitComparison) -> list[Part]:
    parts: list[Part] = [heading(_("Growth"))]
    if found.growth is not None:
        pairs = [
            (line.name, "; ".join(part for part in (line.words, line.sizes) if part))
            for line in growth_lines(found.growth)
        ]
        parts.append(Pairs(pairs, label_share=0.2))
    parts += [small(note) for note in growth_notes(found.growth, found.registration)]
    if found.growth is not None:
        parts.append(small(_(ERROR_ASSUMPTIONS)))
    return [Together(parts)]


def _marks(found: VisitComparison, disclosed: CaseDisclosure) -> list[Part]:
    """What people marked as new; a note may name somebody, so a de-identified report leaves it out."""
    if not found.marks:
        return []
    pairs = [
        (
            _("Mark {number}").format(number=number),
            f"{_('note left out') if disclosed.is_deidentified else mark.note or _('no note')}; "
            f"{disclosed.when(mark.created_at)}, {disclosed.who_words(mark.author)}",
        )
        for number, mark in enumerate(found.marks, start=1)
    ]
    return [heading(_("New structures, marked by a person")), Pairs(pairs, label_share=0.12)]


def _course(drawn: DrawnFollowUp, disclosed: CaseDisclosure) -> list[Part]:
    if not drawn.courses:
        return []
    course = drawn.comparison.course
    first, last = course[0].visited_on, course[-1].visited_on
    span = _("{first} to {last}").format(
        first=_day_words(first, first, disclosed), last=_day_words(last, first, disclosed)
    )
    columns: list[list[Part]] = [
        [
            small(f"{one.line.name}: {one.line.words(one.line.points[-1][1])}"),
            PlacedImage(one.chart, most_height_mm=18.0, most_width_mm=56.0, is_captioned=False),
        ]
        for one in drawn.courses
    ]
    title = heading(_("All visits ({count} images)").format(count=len(course)))
    return [Together([title, Columns(columns, [1 / len(columns)] * len(columns)), small(span)])]


def _day_words(day: date, first: date, disclosed: CaseDisclosure) -> str:
    """A day; de-identified how long after the first visit it was."""
    return _("day {days}").format(days=(day - first).days) if disclosed.is_deidentified else day_words(day)
