"""What answers add up to, and where that lies by their form. A total exists only once all is answered."""

from collections.abc import Mapping
from typing import Final

from app.domain.analysis.triage import Band
from app.domain.errors import InvalidFieldError
from app.domain.readings.form import NO, YES, Criterion, Outcome, ReadingForm
from app.translation import _

_BAND_AT_ODDS: Final = {Outcome.BELOW: Band.URGENT, Outcome.REACHED: Band.ROUTINE}


def unanswered(form: ReadingForm, values: Mapping[str, int]) -> tuple[Criterion, ...]:
    """Return the criteria of a form that have no answer yet."""
    return tuple(criterion for criterion in form.criteria if criterion.name not in values)


def total_points(form: ReadingForm, values: Mapping[str, int]) -> int | None:
    """Return the points of a form, in its smallest steps; None unless it is answered in full and sound."""
    if unanswered(form, values) or what_is_wrong(form, values):
        return None
    return sum(criterion.choice(values[criterion.name]).points for criterion in form.criteria)


def total_figure(form: ReadingForm, points: int) -> float | int:
    """Return a total as the publication counts it: a whole number, or with tenths."""
    return points if form.points_per_unit == 1 else points / form.points_per_unit


def outcome_of(form: ReadingForm, values: Mapping[str, int]) -> Outcome | None:
    """Return where a reading lies by its form; None without a total."""
    points = total_points(form, values)
    if points is None:
        return None
    if any(criterion.excludes and values[criterion.name] == YES for criterion in form.criteria):
        return Outcome.BELOW
    if points >= form.reached_from:
        return Outcome.REACHED
    if form.between_from is not None and points >= form.between_from:
        return Outcome.BETWEEN
    return Outcome.BELOW


def what_is_wrong(form: ReadingForm, values: Mapping[str, int]) -> str:
    """Return the sentence about answers that the form cannot have; "" when there is none."""
    for group in form.groups:
        answers = [values.get(criterion.name) for criterion in group.criteria]
        if group.needs_one and all(answer == NO for answer in answers):
            return _(group.needs_one)
    for pair in form.contradictions:
        if values.get(pair.one) == YES and values.get(pair.other) == YES:
            return _(pair.sentence)
    return ""


def check_answers(form: ReadingForm, values: Mapping[str, int]) -> None:
    """Accept answers that a reading may be stored with, some of them missing.

    Raises:
        InvalidFieldError: nothing is answered, something is not the form's, or answers contradict.
    """
    if not values:
        raise InvalidFieldError("reading", _("Nothing is confirmed yet, so there is no reading to record."))
    for name, value in values.items():
        criterion = form.criterion(name)
        if criterion is None or not criterion.permits(value):
            raise InvalidFieldError(
                name,
                _("“{value}” is no answer to “{criterion}” of the form {form}.").format(
                    value=value,
                    criterion=name if criterion is None else _(criterion.label),
                    form=_(form.label),
                ),
            )
    if sentence := what_is_wrong(form, values):
        raise InvalidFieldError("reading", sentence)


def is_at_odds(outcome: Outcome | None, band: Band | None) -> bool:
    """Say whether a reading and the band of a score point to opposite ends."""
    return outcome is not None and band is not None and _BAND_AT_ODDS.get(outcome) is band
