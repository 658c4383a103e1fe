"""The days that a clinic gives to cases of each band."""

from app.domain.work_list.due import DueDays
from app.settings import Settings


def due_days(settings: Settings) -> DueDays:
    """Return within how many days cases of each band are to be decided, as the settings say."""
    return DueDays(settings.due_days_urgent, settings.due_days_soon, settings.due_days_routine)
