"""Searches that people keep under a name."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.case_filter import CaseFilter
from app.domain.errors import InvalidFieldError
from app.translation import _

LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """A search under a name; a later one of the same name takes its place, an empty one takes it away."""

    name: str
    search: str
    author: str
    created_at: datetime


def checked_name(text: str) -> str:
    """Return the name of a filter as it is kept.

    Raises:
        InvalidFieldError: it is empty, too long, or that of a part of the work list.
    """
    name = " ".join(text.split())
    if not name:
        raise InvalidFieldError("filter_name", _("A filter needs a name."))
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidFieldError(
            "filter_name", _("The name of a filter has at most {most} letters.").format(most=LONGEST_NAME)
        )
    if name.casefold() in {shown.value for shown in CaseFilter}:
        raise InvalidFieldError(
            "filter_name", _("“{name}” is a part of the work list already.").format(name=name)
        )
    return name
