"""Puts an edit onto what is stored now, so that two windows do not undo each other's work."""

from dataclasses import fields, replace
from typing import TypeVar

from app.domain.errors import StorageError
from app.domain.lesion import Lesion, Visit
from app.domain.people.patient import Patient
from app.translation import _

Record = TypeVar("Record", Patient, Lesion, Visit)


def merged(before: Record, after: Record, stored: Record) -> Record:
    """Return ``stored`` with the fields in which ``after`` differs from ``before``.

    Raises:
        StorageError: somebody else has given one of these fields another value since ``before`` was read.
    """
    edited = {
        field.name: getattr(after, field.name)
        for field in fields(before)
        if getattr(after, field.name) != getattr(before, field.name)
    }
    for name, value in edited.items():
        if getattr(stored, name) not in (getattr(before, name), value):
            raise StorageError(
                _(
                    "Somebody changed the same field in another window; look at the new value and repeat "
                    "your change if it is still needed."
                )
            )
    return replace(stored, **edited)


def edited_names(before: Record, after: Record) -> tuple[str, ...]:
    """Return the names of the edited fields, for the audit trail, without their values."""
    return tuple(
        field.name for field in fields(before) if getattr(after, field.name) != getattr(before, field.name)
    )
