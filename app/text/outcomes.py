"""What became of a lesion, in words, and how long a decided case has been waiting for it."""

from datetime import datetime

from app.domain.case import CaseLine
from app.domain.outcome import LesionOutcome
from app.text.patient_tree import day_words
from app.text.stored_sentences import stored_words
from app.text.work_list import status_words
from app.translation import _, ngettext


def outcome_words(outcome: LesionOutcome) -> str:
    """Return diagnosis, confirmation, day and note of an outcome; of one that was taken back, that it was."""
    if outcome.diagnosis is None:
        return _("not known")
    said = _("{diagnosis}; {confirm_type}, {day}").format(
        diagnosis=stored_words(outcome.diagnosis),
        confirm_type=stored_words(outcome.confirm_type),
        day=day_words(outcome.known_on),
    )
    return f"{said}; “{outcome.note}”" if outcome.note else said


def outcome_title(before: LesionOutcome | None, after: LesionOutcome) -> str:
    """Return what was done when an outcome was entered after another one, or as the first."""
    if after.move_id is not None:
        is_gone = after.diagnosis is None
        return _("Outcome left with its lesion after a move") if is_gone else _("Outcome holds after a move")
    if after.diagnosis is None:
        return _("Outcome taken back")
    is_first = before is None or before.diagnosis is None
    return _("Outcome recorded") if is_first else _("Outcome changed")


def days_without_outcome(line: CaseLine, now: datetime) -> int | None:
    """Return for how many days a decided case has no outcome; None for any other case."""
    if line.decided_at is None or not line.awaits_outcome:
        return None
    return max((now.astimezone().date() - line.decided_at.astimezone().date()).days, 0)


def status_since(line: CaseLine, now: datetime) -> str:
    """Return the status of a case; of a decided one whose outcome is unknown, since when it is decided."""
    days = days_without_outcome(line, now)
    if not days:
        return status_words(line.status)
    return ngettext("Decided {days} day ago", "Decided {days} days ago", days).format(days=days)
