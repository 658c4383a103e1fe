"""One SQLite file: how it is opened, how a transaction begins, how it is copied, how its errors read.

Write-ahead log, so that readers and one writer do not wait for each other; ``synchronous=FULL``, so that
what was committed survives a power cut. A second instance waits up to ten seconds for its turn.
"""

import errno
import os
import sqlite3
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from app.domain.errors import StorageError
from app.translation import _
from models.contract.files.private_files import create_private, make_private_folder

BUSY_SECONDS = 10.0
"""How long a writer waits for another writer."""

WRITING = "naevus_writing"
"""Execution option of a connection whose transactions take the write lock at once."""


def connect(path: Path, *, mode: str = "rw", foreign_keys: bool = True) -> sqlite3.Connection:
    """Open the file; ``mode`` is SQLite's ro, rw or rwc, and nothing but rwc ever creates a file.

    A new file is private; SQLite gives the files beside it (-wal, -shm) the same mode.
    """
    if mode == "rwc":
        create_private(path)
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        connection.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
        connection.execute("PRAGMA synchronous=FULL")
        if mode != "ro":
            connection.execute("PRAGMA journal_mode=WAL")
            # What was committed goes into the database file at once, so that a copy of that file is nearly
            # always whole; a reader may hold the last steps back in the log for a while.
            connection.execute("PRAGMA wal_autocheckpoint=1")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def open_engine(path: Path, *, mode: str = "rw", foreign_keys: bool = True) -> Engine:
    """Return an engine on an existing file; transactions begin explicitly, so that they cover DDL too."""
    engine = create_engine(
        "sqlite://",
        creator=lambda: connect(path, mode=mode, foreign_keys=foreign_keys),
        poolclass=QueuePool,
        # Else errors quote what was to be stored, and the log would name patients.
        hide_parameters=True,
    )
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    is_writing = connection.get_execution_options().get(WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")


def back_up(path: Path, copy: Path) -> None:
    """Write a consistent copy of the database, also while others use it; ``copy`` is complete or absent."""
    make_private_folder(copy.parent)
    part = copy.with_name(copy.name + ".part")
    create_private(part)
    source, target = connect(path, mode="ro"), sqlite3.connect(part)
    try:
        source.backup(target)
    finally:
        target.close()
        source.close()
    with part.open("rb+") as stream:
        os.fsync(stream.fileno())
    part.replace(copy)


def storage_error(error: SQLAlchemyError | sqlite3.Error | OSError) -> StorageError:
    """Return the sentence for what the database or the disk said."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    # An OSError's own text also holds the path, in which any word may occur.
    words = cause.strerror if isinstance(cause, OSError) else None
    said = (words or str(cause)).lower()
    if "full" in said or (isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT)):
        return StorageError(
            _("The disk is full, so the last step was not stored; free some space and repeat it.")
        )
    if "readonly" in said or "read-only" in said or isinstance(cause, PermissionError):
        return StorageError(
            _("The case store is read-only; allow writing to the data folder, or choose another one.")
        )
    if "locked" in said or "busy" in said:
        return StorageError(
            _(
                "Another window is writing to the case store for a long time; wait a moment and "
                "repeat the step."
            )
        )
    if "disk i/o" in said:
        # SQLite says so when it cannot make the files beside the database; the database itself may be sound.
        return StorageError(
            _(
                "The disk with the case store cannot be read or written; it may be full, "
                "disconnected or broken. "
                "The case store is left as it is."
            )
        )
    if "malformed" in said or "not a database" in said:
        return StorageError(
            _("The case store is damaged and is left as it is; restore it from a backup of the data folder.")
        )
    if "unable to open" in said:
        return StorageError(_("The case store cannot be opened; check that its data folder can be written."))
    return StorageError(_("The case store refused the step and is unchanged: {cause}.").format(cause=cause))
