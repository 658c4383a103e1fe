"""Tags: free words that people put on cases."""

from app.domain.errors import InvalidFieldError
from app.translation import _

LONGEST_TAG = 40
NOBODY = "nobody"
"""What a search calls a case that is assigned to no person."""


def checked_tag(text: str) -> str:
    """Return a tag as it is stored, with single spaces.

    Raises:
        InvalidFieldError: it is empty, too long, or has a mark that a search could not tell apart.
    """
    tag = " ".join(text.split())
    if not tag:
        raise InvalidFieldError("tag", _("A tag needs at least one letter."))
    if len(tag) > LONGEST_TAG:
        raise InvalidFieldError("tag", _("A tag has at most {most} letters.").format(most=LONGEST_TAG))
    if '"' in tag or not tag.isprintable():
        raise InvalidFieldError("tag", _("A tag has no quotation marks."))
    return tag


def checked_person(text: str) -> str:
    """Return the name of a person whom cases are assigned to; "" stands for nobody.

    Raises:
        InvalidFieldError: the name has a mark that a search could not tell apart.
    """
    name = " ".join(text.split())
    if '"' in name or not (name.isprintable() or not name):
        raise InvalidFieldError("assigned_to", _("A name has no quotation marks."))
    return "" if name.casefold() == NOBODY else name


def same_tag(tag: str, other: str) -> bool:
    """Say whether two tags differ in capital letters at most."""
    return tag.casefold() == other.casefold()
