"""The last step of the audit trail, noted beside the database.

SQLite keeps what was stored last in ``cases.sqlite-wal`` until it is taken over into ``cases.sqlite``. A copy
of the data folder without the former opens without a complaint and lacks these steps; so does an older
database that was put in the place of a newer one. The note, written after each step, tells such a database
from a whole one. A note may be behind the database, as after a crash, but never ahead of it.
"""

import hashlib
import logging
import sqlite3
from contextlib import closing
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from app.domain.errors import StorageError
from app.storage.database import connect
from app.translation import _, ngettext
from models.contract.files.atomic_files import write_whole

NOTE_NAME = "last_step.json"

_LOG = logging.getLogger(__name__)
_COLUMNS = "sequence, at, who, what, subject, detail, weights_sha256"
_LAST = f"SELECT {_COLUMNS} FROM audit_event ORDER BY sequence DESC LIMIT 1"
_AT = f"SELECT {_COLUMNS} FROM audit_event WHERE sequence = ?"


class LastStep(BaseModel):
    """A step by its number, and a checksum of what is stored about it."""

    model_config = ConfigDict(frozen=True)

    sequence: int
    sha256: str


def note_last_step(database: Path) -> None:
    """Note the last step of a database; a disk that takes no note leaves the older one."""
    try:
        step = _found(database, _LAST)
        if step is not None and step != _noted(_note_of(database)):
            write_whole(_note_of(database), step.model_dump_json().encode())
    except (OSError, sqlite3.Error) as error:
        _LOG.warning("The last step could not be noted: %s", type(error).__name__)


def check_last_step(database: Path) -> None:
    """Check that a database holds the step that was noted.

    Raises:
        StorageError: it does not; nothing was changed.
    """
    noted = _noted(_note_of(database))
    if noted is None:
        return
    try:
        last = _found(database, _LAST)
        same = _found(database, _AT, noted.sequence)
    except sqlite3.DatabaseError:
        # A damaged or foreign database has a sentence of its own.
        return
    if same == noted:
        return
    raise StorageError(
        _(
            "The case store {difference}: {name}-wal was not copied with it, or another {name} was "
            "put in its place. Copy the whole data folder again while Naevus is closed; or, to go on "
            "with the cases that are here, delete {note_name} in the data folder."
        ).format(difference=_difference(noted, last), name=database.name, note_name=NOTE_NAME)
    )


def _difference(noted: LastStep, last: LastStep | None) -> str:
    lacking = noted.sequence - (last.sequence if last else 0)
    if lacking <= 0:
        return _("is not the one that was used here last")
    return ngettext("lacks its last step", "lacks its last {lacking} steps", lacking).format(lacking=lacking)


def _note_of(database: Path) -> Path:
    return database.with_name(NOTE_NAME)


def _noted(note: Path) -> LastStep | None:
    try:
        return LastStep.model_validate_json(note.read_bytes())
    except (OSError, ValidationError):
        return None


def _found(database: Path, query: str, *values: int) -> LastStep | None:
    """Return a step of the database; None when there is none, also for want of a table."""
    if not database.exists():
        return None
    with closing(connect(database, mode="ro")) as connection:
        try:
            row = connection.execute(query, values).fetchone()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return None
            raise
    if row is None:
        return None
    return LastStep(sequence=row[0], sha256=hashlib.sha256(repr(tuple(row)).encode()).hexdigest())
