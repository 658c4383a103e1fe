"""How a language writes numbers and dates."""

from dataclasses import dataclass
from datetime import date

_ENGLISH_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Notation:
    """The signs of numbers, the order of a date and the names of months in dates."""

    decimal: str = "."
    group: str = ","
    """Between thousands."""
    date_pattern: str = "dd MMM yyyy"
    """dd, MM and yyyy are numbers, MMM is the name of the month."""
    months: tuple[str, ...] = _ENGLISH_MONTHS


def numeral(text: str, notation: Notation) -> str:
    """Return a number, written with a decimal point and with commas between thousands, in a notation."""
    return text.translate({ord("."): notation.decimal, ord(","): notation.group})


def date_text(day: date, notation: Notation) -> str:
    """Return a day in a notation; never in that of the system, which Qt may have set."""
    named = {
        "dd": f"{day.day:02d}",
        "MMM": notation.months[day.month - 1],
        "MM": f"{day.month:02d}",
        "yyyy": f"{day.year:04d}",
    }
    text = notation.date_pattern
    for part, written in named.items():
        if part in text:
            text = text.replace(part, written, 1)
    return text
