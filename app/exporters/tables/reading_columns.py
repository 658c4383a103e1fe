"""Columns of a table about readings: of each form the total, where that lies, and every answer."""

from app.domain.case import Case
from app.domain.readings.forms import FORMS
from app.domain.readings.reading import newest_by_form
from app.domain.readings.totals import outcome_of, total_figure, total_points
from app.exporters.csv_cells import Cell

_JOINT = " | "

READING_COLUMNS = tuple(
    f"naevus_reading_{form.name}_{what}" for form in FORMS for what in ("total", "outcome", "criteria")
)


def reading_cells(case: Case) -> dict[str, Cell]:
    """Return the newest reading of each form; a total only where all of it is answered.

    The outcome is 'below' or 'reached' by the form's threshold, or 'between' its two.
    """
    cells: dict[str, Cell] = {}
    newest = newest_by_form(case.readings)
    for form in FORMS:
        if (reading := newest.get(form.name)) is None:
            continue
        points, outcome = total_points(form, reading.values), outcome_of(form, reading.values)
        cells |= {
            f"naevus_reading_{form.name}_total": None if points is None else total_figure(form, points),
            f"naevus_reading_{form.name}_outcome": None if outcome is None else outcome.value,
            f"naevus_reading_{form.name}_criteria": _JOINT.join(
                f"{answer.criterion}={answer.value}" for answer in reading.answers
            ),
        }
    return cells


def readers(case: Case) -> str | None:
    """Return who recorded the newest reading of each form; names of staff, so never de-identified."""
    newest = newest_by_form(case.readings).values()
    return _JOINT.join(f"{reading.form}: {reading.author}" for reading in newest) or None
