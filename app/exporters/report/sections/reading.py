"""Readings: the newest of each form, a line each in the short report, with every answer in the long one."""

from app.domain.case import Case
from app.domain.readings.form import ReadingForm
from app.domain.readings.forms import form_named
from app.domain.readings.reading import Reading, newest_by_form
from app.exporters.report.content import (
    Box,
    BoxKind,
    Gap,
    Lines,
    Pairs,
    Part,
    Together,
    Words,
    WordStyle,
    heading,
    small,
)
from app.exporters.report.facts import ReportFacts
from app.text.readings import READING_NOTE, answers_words, form_words, odds_words, reading_words
from app.translation import _


def reading_totals(facts: ReportFacts) -> list[Part]:
    """Return what the newest reading of each form came to; nothing where there is none."""
    found = newest_by_form(facts.case.readings).values()
    if not found:
        return []
    rows = [(form_words(one.form), _told(one, facts.case), _by(one, facts)) for one in found]
    table = Lines((_("Form"), _("Total"), _("By")), rows, (0.3, 0.44, 0.26), is_dense=True)
    return [Together([heading(_("Readings")), small(_(READING_NOTE)), table])]


def full_readings(facts: ReportFacts) -> list[Part]:
    """Return the newest reading of each form with all its answers; nothing where there is none."""
    boxes = [_boxed(reading, facts) for reading in newest_by_form(facts.case.readings).values()]
    if not boxes:
        return []
    first, *others = boxes
    head = Together([heading(_("Readings")), small(_(READING_NOTE)), Gap(3), first])
    return [head, *(part for box in others for part in (Gap(4), Together([box])))]


def _boxed(reading: Reading, facts: ReportFacts) -> Part:
    form = form_named(reading.form)
    source = "" if form is None else _(" Source: {source}").format(source=form.source)
    return Box(
        [
            Words(form_words(reading.form), WordStyle.BOX_TITLE),
            Words(_told(reading, facts.case)),
            Pairs(answers_words(reading), columns=2, label_share=0.7),
            small(_("By {who}.").format(who=_by(reading, facts)) + source),
        ],
        BoxKind.DECISION,
    )


def _told(reading: Reading, case: Case) -> str:
    form = form_named(reading.form)
    odds = "" if form is None else _odds(form, reading, case)
    return f"{reading_words(reading)} {odds}".strip()


def _odds(form: ReadingForm, reading: Reading, case: Case) -> str:
    return odds_words(form, reading.values, None if case.priority is None else case.priority.band)


def _by(reading: Reading, facts: ReportFacts) -> str:
    return f"{facts.disclosed.who_words(reading.author)}, {facts.disclosed.when(reading.created_at)}"
