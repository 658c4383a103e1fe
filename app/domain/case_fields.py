"""From what was typed into a form to what may be stored; every function says in words what is wrong.

Empty text always means "unknown" and gives None. Rules: ISIC metadata dictionary 5.1.
"""

import re
from datetime import date

from app.domain.errors import InvalidFieldError
from app.translation import _

OLDEST_AGE_YEARS = 85
"""Stands for this age and everything above (ISIC), because great age identifies a person."""

HIGHEST_AGE_YEARS = 120
"""Nobody who is photographed is older; more is a slip of the finger."""

LARGEST_DIAMETER_MM = 999.99
"""ISIC stores the size as decimal(5, 2)."""

EARLIEST_BIRTH_YEAR = 1900

_MM_PER_UNIT = {"um": 0.001, "µm": 0.001, "μm": 0.001, "mm": 1.0, "cm": 10.0, "": 1.0}

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
    raise not_permitted(field, wanted, permitted)


def not_permitted(field: str, value: object, permitted: tuple[str, ...]) -> InvalidFieldError:
    """Return the error about a value that is none of those of its field."""
    return InvalidFieldError(
        field,
        _("“{value}” is not permitted here; choose one of: {permitted}.").format(
            value=value, permitted=", ".join(permitted)
        ),
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
            _(
                "“{wanted}” is no age: it is a whole number of years, from 0; 85 and above count as 85."
            ).format(wanted=wanted),
        )
    if int(found[1]) > HIGHEST_AGE_YEARS:
        raise InvalidFieldError(
            "age_years",
            _("“{wanted}” is no age: it lies between 0 and {highest_age_years} years.").format(
                wanted=wanted, highest_age_years=HIGHEST_AGE_YEARS
            ),
        )
    return min(int(found[1]), OLDEST_AGE_YEARS)


def birth_year(text: str | int | None, *, today: date) -> int | None:
    """Return a year of birth."""
    wanted = str(text).strip() if text is not None else ""
    if not wanted:
        return None
    if not re.fullmatch(r"[0-9]{4}", wanted) or not EARLIEST_BIRTH_YEAR <= int(wanted) <= today.year:
        raise InvalidFieldError(
            "birth_year",
            _("The year of birth has four digits, {earliest_birth_year} to {year}.").format(
                earliest_birth_year=EARLIEST_BIRTH_YEAR, year=today.year
            ),
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
            _("The size is a number with a unit, for example 6.5 mm, 0.65 cm or 6500 um."),
        )
    size_mm = round(exact_mm, 2)
    if not 0 < size_mm <= LARGEST_DIAMETER_MM:
        raise InvalidFieldError(
            "clin_size_long_diam_mm",
            _("The size lies between 0.01 mm and {largest_diameter_mm} mm.").format(
                largest_diameter_mm=LARGEST_DIAMETER_MM
            ),
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
            "length_mm",
            _("“{wanted}” is no length: type a number above 0, such as 5 or 0.5 cm.").format(wanted=wanted),
        )
    return found_mm


def mm_per_px(text: str | float | None) -> float | None:
    """Return the side of a pixel in mm."""
    wanted = str(text).strip().replace(",", ".") if text is not None else ""
    if not wanted:
        return None
    if _NUMBER.fullmatch(wanted) is None or not 0.0001 <= float(wanted) <= 1:
        raise InvalidFieldError(
            "mm_per_px", _("The scale is the side of one pixel in mm, between 0.0001 and 1.")
        )
    return float(wanted)


def _millimetres(wanted: str) -> float | None:
    found = _SIZE.match(wanted.lower())
    if found is None or found[2] not in _MM_PER_UNIT:
        return None
    return float(found[1].replace(",", ".")) * _MM_PER_UNIT[found[2]]
