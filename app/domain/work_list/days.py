"""Spans of days as they are typed: ``2026``, ``2026-03``, ``2026-03-14``, ``2026-01-01..2026-03-31``."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from app.domain.errors import InvalidFieldError
from app.translation import _

_DAY = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")
_BETWEEN = ".."


@dataclass(frozen=True, slots=True)
class DaySpan:
    """From a day to another one, both of them included; None leaves a side open."""

    first: date | None
    last: date | None


def day_span(text: str) -> DaySpan:
    """Return the days that a text means; a side of the dots may be left out.

    Raises:
        InvalidFieldError: the text means no days, or they are in the wrong order.
    """
    if _BETWEEN not in text:
        return _span_of(text)
    begin, _dots, end = text.partition(_BETWEEN)
    span = DaySpan(_span_of(begin).first if begin else None, _span_of(end).last if end else None)
    is_turned = span.first is not None and span.last is not None and span.last < span.first
    if is_turned or span == DaySpan(None, None):
        raise _refused(text)
    return span


def _span_of(text: str) -> DaySpan:
    """Return the first and the last day of a year, a month or a day."""
    if (found := _DAY.fullmatch(text)) is None:
        raise _refused(text)
    year, month, day = (None if part is None else int(part) for part in found.groups())
    try:
        first = date(year or 0, month or 1, day or 1)
        last_month = month or 12
        last = date(first.year, last_month, day or monthrange(first.year, last_month)[1])
    except ValueError as error:
        raise _refused(text) from error
    return DaySpan(first, last)


def _refused(text: str) -> InvalidFieldError:
    return InvalidFieldError(
        "search",
        _("“{text}” is no span of days; write 2026, 2026-03, 2026-03-14 or 2026-01-01..2026-03-31.").format(
            text=text
        ),
    )
