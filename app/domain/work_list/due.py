"""How long a case may wait for its decision, by its band."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from app.domain.analysis.triage import Band


@dataclass(frozen=True, slots=True)
class DueDays:
    """Within how many days after its import a case of each band is to be decided."""

    urgent: int = 14
    soon: int = 28
    routine: int = 90

    def of(self, band: Band) -> int:
        """Return the days of a band."""
        return {Band.URGENT: self.urgent, Band.SOON: self.soon, Band.ROUTINE: self.routine}[band]


DEFAULT_DUE_DAYS = DueDays()


@dataclass(frozen=True, slots=True)
class Reckoning:
    """By what a search is understood: the present moment, the days of the bands, and who "me" is."""

    now: datetime
    due: DueDays = DEFAULT_DUE_DAYS
    user: str = ""

    def overdue_before(self, band: Band, *, in_days: int = 0) -> datetime:
        """Return the moment before which a case of a band was imported if it is overdue ``in_days`` from now.

        A case is overdue from the day after its last day on, by the days of this machine's clock.
        """
        last_day = self.now.astimezone().date() - timedelta(days=self.due.of(band) - in_days)
        return datetime.combine(last_day, time()).astimezone()


@dataclass(frozen=True, slots=True)
class Waiting:
    """How long an undecided case has been waiting."""

    days: int
    """Since its import, by days of the calendar."""
    days_overdue: int
    """0 while it is not overdue, and without a band."""


def waiting_of(imported_at: datetime, band: Band | None, reckoning: Reckoning) -> Waiting:
    """Return how long a case that is not decided has been waiting, and since when it is overdue."""
    today = reckoning.now.astimezone().date()
    days = max((today - imported_at.astimezone().date()).days, 0)
    overdue = 0 if band is None else max(days - reckoning.due.of(band), 0)
    return Waiting(days, overdue)
