"""How long a case has been waiting for its decision, in words."""

from app.domain.case import CaseLine
from app.domain.work_list.due import Reckoning
from app.translation import ngettext


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
