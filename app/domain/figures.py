"""How figures are written: a number and its unit are never torn apart at the end of a line."""

import re

_NO_BREAK = "\N{NO-BREAK SPACE}"
_BEFORE_UNIT = re.compile(r"(?<=[0-9]) (?=(?:%|[mµ]?m²?|px²?|ms|years|L\*(?:a\*)?(?:b\*)?)(?!\w))")
_NOT_BROKEN = re.compile(rf"(?<=[0-9<>]){_NO_BREAK}")
_AFTER_SIGN = re.compile(r"(?<=[<>]) (?=[0-9])")


def unbroken(text: str) -> str:
    """Return text with no-break spaces between numbers and their units, and after < and >."""
    return _AFTER_SIGN.sub(_NO_BREAK, _BEFORE_UNIT.sub(_NO_BREAK, text))


def with_common_spaces(text: str) -> str:
    """Return text without the no-break spaces of ``unbroken``, for programs."""
    return _NOT_BROKEN.sub(" ", text)


def percent(probability: float) -> str:
    """Return a probability as a percentage without false precision."""
    if 0 < probability < 0.01:
        return unbroken("< 1 %")
    return unbroken("> 99 %" if 0.99 < probability < 1 else f"{100 * probability:.0f} %")
