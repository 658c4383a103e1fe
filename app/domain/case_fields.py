"""From what was typed into a form to what may be stored; every function says in words what is wrong.

Empty text always means "unknown" and gives None. Rules: ISIC metadata dictionary 5.1.
"""

import re
from datetime import date
from difflib import get_close_matches

from app.domain.errors import InvalidFieldError
from app.domain.lesion import Lesion, Visit
from app.domain.people.patient import Patient
from app.domain.revision import Decision
from app.domain.vocabulary import Vocabulary

OLDEST_AGE_YEARS = 85
"""Stands for this age and everything above (ISIC), because great age identifies a person."""

HIGHEST_AGE_YEARS = 120
"""Nobody who is photographed is older; more is a slip of the finger."""

LARGEST_DIAMETER_MM = 999.99
"""ISIC stores the size as decimal(5, 2)."""

EARLIEST_BIRTH_YEAR = 1900

_MM_PER_UNIT = {"um": 0.001, "µm": 0.001, "μm": 0.001, "mm": 1.0, "cm": 10.0, "": 1.0}

_LIMBS = ("upper extremity", "lower extremity", "palms/soles")

_SITES_OF_SPECIAL_SITE = {
    "acral NOS": _LIMBS,
    "nail NOS": _LIMBS,
    "fingernail": ("upper extremity", "palms/soles"),
    "toenail": ("lower extremity", "palms/soles"),
    "acral palms or soles": _LIMBS,
    "oral or genital": ("oral/genital", "head/neck", "anterior torso"),
}

_AGE = re.compile(r"([0-9]{1,3})\+?")

_NUMBER = re.compile(r"[0-9]*\.?[0-9]+(e-?[0-9]{1,2})?")

_SIZE = re.compile(r"^([0-9]+(?:[.,][0-9]+)?)\s*([a-zµμ]*)$")


def choice(field: str, text: str | None, permitted: tuple[str, ...]) -> str | None:
    """Return the permitted value that was meant, upper and lower case alike."""
    wanted = (text or "").strip()
    if not wanted:
        return None
    for value in permitted:
        if value.casefold() == wanted.casefold():
            return value
    raise InvalidFieldError(
        field, f"“{wanted}” is not permitted here; choose one of: {', '.join(permitted)}."
    )


def age_years(text: str | int | None) -> int | None:
    """Return an age in whole years; 85, "85+" and everything from there to 120 give 85."""
    wanted = str(text).strip() if text is not None else ""
    if not wanted:
        return None
    found = _AGE.fullmatch(wanted)
    if found is None:
        raise InvalidFieldError(
            "age_years",
            f"“{wanted}” is no age: it is a whole number of years, from 0; 85 and above count as 85.",
        )
    if int(found[1]) > HIGHEST_AGE_YEARS:
        raise InvalidFieldError(
            "age_years", f"“{wanted}” is no age: it lies between 0 and {HIGHEST_AGE_YEARS} years."
        )
    return min(int(found[1]), OLDEST_AGE_YEARS)


def birth_year(text: str | int | None, *, today: date) -> int | None:
    """Return a year of birth."""
    wanted = str(text).strip() if text is not None else ""
    if not wanted:
        return None
    if not re.fullmatch(r"[0-9]{4}", wanted) or not EARLIEST_BIRTH_YEAR <= int(wanted) <= today.year:
        raise InvalidFieldError(
            "birth_year", f"The year of birth has four digits, {EARLIEST_BIRTH_YEAR} to {today.year}."
        )
    return int(wanted)


def diameter_mm(text: str | float | None) -> float | None:
    """Return a lesion's longest diameter in mm from text in um, mm (also without a unit) or cm."""
    wanted = str(text).strip() if text is not None else ""
    if not wanted:
        return None
    exact_mm = _millimetres(wanted)
    if exact_mm is None:
        raise InvalidFieldError(
            "clin_size_long_diam_mm",
            "The size is a number with a unit, for example 6.5 mm, 0.65 cm or 6500 um.",
        )
    size_mm = round(exact_mm, 2)
    if not 0 < size_mm <= LARGEST_DIAMETER_MM:
        raise InvalidFieldError(
            "clin_size_long_diam_mm", f"The size lies between 0.01 mm and {LARGEST_DIAMETER_MM} mm."
        )
    return size_mm


def length_mm(text: str) -> float | None:
    """Return the length of a line on a ruler in mm from text in um, mm (also without a unit) or cm."""
    wanted = text.strip()
    if not wanted:
        return None
    found_mm = _millimetres(wanted)
    if found_mm is None or found_mm <= 0:
        raise InvalidFieldError(
            "length_mm", f"“{wanted}” is no length: type a number above 0, such as 5 or 0.5 cm."
        )
    return found_mm


def mm_per_px(text: str | float | None) -> float | None:
    """Return the side of a pixel in mm."""
    wanted = str(text).strip().replace(",", ".") if text is not None else ""
    if not wanted:
        return None
    if _NUMBER.fullmatch(wanted) is None or not 0.0001 <= float(wanted) <= 1:
        raise InvalidFieldError(
            "mm_per_px", "The scale is the side of one pixel in mm, between 0.0001 and 1."
        )
    return float(wanted)


def check_patient(patient: Patient, vocabulary: Vocabulary, *, today: date) -> None:
    """Raise InvalidFieldError when a patient may not be stored like this."""
    if not patient.code.strip():
        raise InvalidFieldError("code", "A patient needs a patient number or code.")
    _check_exact("sex", patient.sex, vocabulary.sexes)
    _check_exact("fitzpatrick_skin_type", patient.fitzpatrick_skin_type, vocabulary.skin_types)
    birth_year(patient.birth_year, today=today)


def check_lesion(lesion: Lesion, vocabulary: Vocabulary) -> None:
    """Raise InvalidFieldError when a lesion may not be stored like this."""
    _check_exact("site", lesion.site, vocabulary.sites)
    _check_exact("site_special", lesion.site_special, vocabulary.special_sites)
    diameter_mm(lesion.clin_size_long_diam_mm)
    check_site(lesion)


def check_site(lesion: Lesion, *, edited: str = "site_special") -> None:
    """Raise InvalidFieldError, at the ``edited`` field, when the special site does not go with the site."""
    fitting = _SITES_OF_SPECIAL_SITE.get(lesion.site_special or "")
    if lesion.site is not None and fitting is not None and lesion.site not in fitting:
        raise InvalidFieldError(edited, f"“{lesion.site_special}” does not go with the site “{lesion.site}”.")


def check_visit(visit: Visit, *, today: date) -> None:
    """Raise InvalidFieldError when a visit may not be stored like this."""
    if visit.visited_on > today:
        raise InvalidFieldError("visited_on", "A visit cannot lie in the future.")
    if visit.age_years is not None and not 0 <= visit.age_years <= OLDEST_AGE_YEARS:
        raise InvalidFieldError("age_years", "The age lies between 0 and 85; 85 stands for 85 and older.")


def check_age(patient: Patient, visit: Visit, *, edited: str = "age_years") -> None:
    """Raise InvalidFieldError, at the ``edited`` field, when age at a visit and year of birth contradict."""
    if patient.birth_year is None or visit.age_years is None:
        return
    reached = min(visit.visited_on.year - patient.birth_year, OLDEST_AGE_YEARS)
    if visit.age_years not in (reached, reached - 1):
        raise InvalidFieldError(
            edited,
            f"Someone born in {patient.birth_year} was not {visit.age_years} years old at the visit of "
            f"{visit.visited_on:%d %b %Y}.",
        )


def check_decision(decision: Decision, vocabulary: Vocabulary) -> None:
    """Raise InvalidFieldError when a clinician's decision may not be stored like this."""
    if decision.diagnosis is not None and vocabulary.diagnosis(decision.diagnosis) is None:
        raise InvalidFieldError("diagnosis", _unknown_diagnosis(decision.diagnosis, vocabulary))
    _check_exact("diagnosis_confirm_type", decision.diagnosis_confirm_type, vocabulary.confirm_types)
    _check_exact("management", decision.management, vocabulary.managements)
    if decision.diagnosis_confirm_type is not None and decision.diagnosis is None:
        raise InvalidFieldError(
            "diagnosis_confirm_type",
            "How a diagnosis was confirmed can only be said together with the diagnosis.",
        )
    if not (decision.diagnosis or decision.management or decision.comment.strip()):
        raise InvalidFieldError("diagnosis", "A decision needs a diagnosis, a management or a comment.")


def _millimetres(wanted: str) -> float | None:
    found = _SIZE.match(wanted.lower())
    if found is None or found[2] not in _MM_PER_UNIT:
        return None
    return float(found[1].replace(",", ".")) * _MM_PER_UNIT[found[2]]


def _unknown_diagnosis(wanted: str, vocabulary: Vocabulary) -> str:
    name_by_folded = {known.name.casefold(): known.name for known in vocabulary.diagnoses}
    near = [name_by_folded[found] for found in get_close_matches(wanted.casefold(), name_by_folded)]
    hint = f"near it are: {' / '.join(near)}" if near else "the page Decision of the window shows them all"
    return f"“{wanted}” is not in the list of diagnoses; {hint}."


def _check_exact(field: str, value: str | None, permitted: tuple[str, ...]) -> None:
    if value is not None and value not in permitted:
        raise InvalidFieldError(
            field, f"“{value}” is not permitted here; choose one of: {', '.join(permitted)}."
        )
