"""How long a case has been waiting for its decision, in words."""

from app.domain.case import CaseLine
from app.domain.work_list.due import Reckoning
from app.text.outcomes import status_since
from app.text.work_list import line_tip, spoken_line, status_words
from app.translation import _, ngettext


def waiting_words(line: CaseLine, reckoning: Reckoning) -> str:
    """Return for how long an undecided case waits or is overdue; "" on its first day, and once decided."""
    waiting = line.waiting(reckoning)
    if waiting is None or not waiting.days:
        return ""
    if waiting.days_overdue:
        return ngettext("Overdue by {days} day", "Overdue by {days} days", waiting.days_overdue).format(
            days=waiting.days_overdue
        )
    return ngettext("Waiting {days} day", "Waiting {days} days", waiting.days).format(days=waiting.days)


def is_overdue(line: CaseLine, reckoning: Reckoning) -> bool:
    """Say whether an undecided case has been waiting for longer than its band permits."""
    waiting = line.waiting(reckoning)
    return waiting is not None and waiting.days_overdue > 0


def status_and_waiting(line: CaseLine, reckoning: Reckoning) -> str:
    """Return what stands at the end of a line of the list: the status, and for how long the case waits."""
    waiting = line.waiting(reckoning)
    if waiting is None or not waiting.days:
        return status_since(line, reckoning.now)
    if waiting.days_overdue:
        return _("Overdue {days} d").format(days=waiting.days_overdue)
    return _("{status}, {days} d").format(status=status_words(line.status), days=waiting.days)


def spoken_waiting_line(line: CaseLine, reckoning: Reckoning) -> str:
    """Return a line as a screen reader says it, with waiting time, assignment and tags."""
    parts = (spoken_line(line), waiting_words(line, reckoning).lower(), assigned_words(line), tag_words(line))
    return ", ".join(part for part in parts if part)


def waiting_tip(line: CaseLine, reckoning: Reckoning) -> str:
    """Return all that a line may have no room for; may be empty."""
    waiting = waiting_words(line, reckoning)
    status = f"{status_words(line.status)}. {waiting}." if waiting else ""
    parts = (status, assigned_words(line), tag_words(line), line_tip(line))
    return "\n".join(part for part in parts if part)


def assigned_words(line: CaseLine) -> str:
    """Return who is to decide a case; "" where nobody is named."""
    return _("Assigned to {person}").format(person=line.assigned_to) if line.assigned_to else ""


def tag_words(line: CaseLine) -> str:
    """Return the tags of a case; "" without one."""
    return _("Tags: {tags}").format(tags=", ".join(line.tags)) if line.tags else ""
