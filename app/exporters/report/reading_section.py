"""The section of a report about readings: the newest of each form, with its answers and who gave them."""

from reportlab.platypus import Flowable, KeepTogether, Spacer

from app.domain.case import Case
from app.domain.readings.form import ReadingForm
from app.domain.readings.forms import form_named
from app.domain.readings.reading import Reading, newest_by_form
from app.exporters.deidentification import CaseDisclosure
from app.exporters.report.style import (
    BOX_TITLE,
    CONTENT_WIDTH,
    DECISION_EDGE,
    HEADING,
    SMALL,
    boxed,
    pairs_table,
    say,
)
from app.text.readings import READING_NOTE, answers_words, form_words, odds_words, reading_words
from app.translation import _


def readings(case: Case, disclosed: CaseDisclosure) -> list[Flowable]:
    """Return the newest reading of each form; nothing where there is none."""
    found = newest_by_form(case.readings).values()
    if not found:
        return []
    first, *others = (_boxed(reading, case, disclosed) for reading in found)
    head = KeepTogether([say(_("Readings"), HEADING), say(_(READING_NOTE), SMALL), *first])
    return [head, *(KeepTogether(box) for box in others)]


def _boxed(reading: Reading, case: Case, disclosed: CaseDisclosure) -> list[Flowable]:
    form = form_named(reading.form)
    by = f"{disclosed.who(reading.author)}, {disclosed.when(reading.created_at)}"
    rows: list[Flowable] = [
        say(form_words(reading.form), BOX_TITLE),
        say(reading_words(reading)),
        pairs_table(answers_words(reading), CONTENT_WIDTH - 16, columns=2, label_share=0.7),
        say(_("By {who}. {source}").format(who=by, source="" if form is None else form.source), SMALL),
    ]
    if odds := "" if form is None else _odds(form, reading, case):
        rows.insert(2, say(odds))
    return [Spacer(1, 4), boxed(rows, CONTENT_WIDTH, edge=DECISION_EDGE)]


def _odds(form: ReadingForm, reading: Reading, case: Case) -> str:
    return odds_words(form, reading.values, None if case.priority is None else case.priority.band)
