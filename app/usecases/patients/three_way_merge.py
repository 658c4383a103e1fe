"""Puts an edit onto what is stored now, so that two windows do not undo each other's work."""

from dataclasses import replace

from app.domain.errors import StorageError
from app.domain.fields import Edited, changed_fields
from app.translation import _


def merged(before: Edited, after: Edited, stored: Edited) -> Edited:
    """Return ``stored`` with the fields in which ``after`` differs from ``before``.

    Raises:
        StorageError: somebody else has given one of these fields another value since ``before`` was read.
    """
    edited = {name: getattr(after, name) for name in changed_fields(before, after)}
    for name, value in edited.items():
        if getattr(stored, name) not in (getattr(before, name), value):
            raise StorageError(
                _(
                    "Somebody changed the same field in another window; look at the new value and repeat "
                    "your change if it is still needed."
                )
            )
    return replace(stored, **edited)
