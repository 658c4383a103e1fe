"""How old a patient was at a visit: as it was entered, else by the year of birth."""

from dataclasses import dataclass

from app.domain.lesion import Visit
from app.domain.people.patient import Patient


@dataclass(frozen=True, slots=True)
class Age:
    """An age in whole years, and whether it was computed from the year of birth."""

    years: int
    is_computed: bool


def age_at_visit(patient: Patient, visit: Visit) -> Age | None:
    """Return the age, None when neither it nor the year of birth is known.

    A computed age is that reached in the year of the visit, so it may be one too high; it is not capped.
    """
    if visit.age_years is not None:
        return Age(visit.age_years, is_computed=False)
    if patient.birth_year is None:
        return None
    return Age(max(0, visit.visited_on.year - patient.birth_year), is_computed=True)
