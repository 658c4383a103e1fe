"""Days as cameras and DICOM writers put them down; what is no day is none and never costs the picture."""

import re
from datetime import date

_DAY = re.compile(r"([0-9]{4})[:.-]?([0-9]{2})[:.-]?([0-9]{2})")
_FIRST_YEAR = 1981
"""Earlier days are clocks that were never set (1970, 1980) or stand for a removed date (1900)."""


def written_day(text: str) -> date | None:
    """Return the day with which a date and time begins, as in 2021:05:04 10:11:12 or 20210504101112."""
    found = _day(text)
    return found if found is not None and found.year >= _FIRST_YEAR else None


def is_day(text: str) -> bool:
    """Say whether text begins with a day that is in the calendar."""
    return _day(text) is not None


def _day(text: str) -> date | None:
    found = _DAY.match(text.strip())
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None
