"""How far a case is: when something was last said about it, and what all of it is called."""

from datetime import datetime

from app.domain.case import Case
from app.domain.readings.reading import newest_by_form


def newest_moment(case: Case) -> datetime:
    """Return when something was last predicted or said about a case, else when it was imported."""
    predicted = [one.predicted_at for one in (case.boundary, case.score) if one is not None]
    said = (case.revision, case.decision, *case.readings, *case.lesion_lists)
    return max([case.image.imported_at, *predicted, *(one.created_at for one in said if one is not None)])


def stored_names(case: Case) -> tuple[str, ...]:
    """Return identifiers and hashes of everything that a report tells, to name it by."""
    said = (case.boundary, case.score, case.revision, case.decision, *newest_by_form(case.readings).values())
    scale = "" if case.image.calibration is None else f"{case.image.calibration.mm_per_px!r} mm/px"
    lists = (one.id for one in case.lesion_lists[-1:])
    is_current = "current" if case.is_score_current else ""
    return (*(one.id for one in said if one is not None), *lists, case.mask or "", scale, is_current)
