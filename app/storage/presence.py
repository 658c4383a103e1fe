"""Knows whether other processes have the data folder open; the system forgets those that died.

Each process holds a shared lock on one small SQLite file, and SQLite's locks work alike on every system.
Whoever enters, or wants to be alone, passes through a second file, so that nobody enters meanwhile.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from models.contract.files.private_files import create_private, make_private_folder

_PATIENCE_S = 120.0
"""How long a process waits at the entrance while another one clears up."""


class Presence:
    """This process's place among those that have a data folder open."""

    def __init__(self, folder: Path) -> None:
        make_private_folder(folder)
        self._entrance, self._room = folder / "entrance.sqlite", folder / "room.sqlite"
        for file in (self._entrance, self._room):
            create_private(file)
        with self._at_entrance():
            self._own = _connected(self._room, patience_s=_PATIENCE_S)
            _hold_shared(self._own)

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Say whether no other process has the folder open; if so, none can open it until the block ends."""
        with self._at_entrance():
            self._own.execute("ROLLBACK")
            try:
                with closing(_connected(self._room, patience_s=0.0)) as whole:
                    yield _took_exclusively(whole)
            finally:
                _hold_shared(self._own)

    def leave(self) -> None:
        """Give up the place."""
        self._own.close()

    @contextmanager
    def _at_entrance(self) -> Iterator[None]:
        with closing(_connected(self._entrance, patience_s=_PATIENCE_S)) as entrance:
            entrance.execute("BEGIN EXCLUSIVE")
            yield


def _connected(file: Path, *, patience_s: float) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{file.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=patience_s,
        isolation_level=None,
        check_same_thread=False,
    )


def _hold_shared(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN")
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()


def _took_exclusively(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        return False
    return True
