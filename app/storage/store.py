"""The case store as a whole: a data folder with ``cases.sqlite``, ``blobs/`` and ``backups/``."""

import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Self

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.domain.clock import Clock
from app.domain.errors import StorageError
from app.domain.ids import BlobName
from app.domain.store_finding import StoreFinding
from app.storage.blobs import BlobStore
from app.storage.database import connect, open_engine, storage_error
from app.storage.last_step import check_last_step, note_last_step
from app.storage.leftovers import export_noted, sweep_workspaces
from app.storage.line_renewal import Renewing, renew_lines, unseen
from app.storage.migrate import bring_up_to_date, revision_of
from app.storage.presence import Presence
from app.storage.rows import (
    BoundaryAssessmentRow,
    BoundaryPredictionRow,
    ImageRow,
    MaskRevisionRow,
    OtherLesionRow,
)
from app.storage.unit_of_work import UnitOfWork
from app.translation import _
from models.contract.files.private_files import close_to_others, make_private_folder, open_to_others

_LOG = logging.getLogger(__name__)

DATABASE_NAME = "cases.sqlite"
_MODELS = "models"
"""Folder of the data folder that tells nothing of patients."""


class CaseStore:
    """An open data folder; several instances may have it open at once."""

    def __init__(self, engine: Engine, blobs: BlobStore, folder: Path, clock: Clock) -> None:
        self.blobs = blobs
        self._engine = engine
        self.folder = folder
        self._clock = clock
        self._presence = Presence(folder / "presence")
        self._opened_at = time.time()

    @classmethod
    def open(cls, folder: Path, clock: Clock, *, renewing: Renewing = unseen) -> Self:
        """Open or create the store in ``folder``; raises StorageError with the sentence to show.

        ``renewing`` is told how far it is when lines of an earlier version have to be renewed.
        """
        database, blobs = folder / DATABASE_NAME, BlobStore(folder / "blobs")
        try:
            make_private_folder(folder)
            is_lost = not _holds_cases(database) and not blobs.is_empty()
        except OSError as error:
            raise storage_error(error) from error
        if is_lost:
            raise StorageError(
                _(
                    "The data folder has stored images but its {database_name} is missing or empty; restore "
                    "it from a backup of the data folder."
                ).format(database_name=DATABASE_NAME)
            )
        check_last_step(database)
        bring_up_to_date(database, folder / "backups")
        note_last_step(database)
        renew_lines(database, renewing)
        try:
            return cls(open_engine(database), blobs, folder, clock)
        except (OSError, sqlite3.Error) as error:
            raise storage_error(error) from error

    def writing(self) -> UnitOfWork:
        """Return a transaction that waits for its turn to write, so nothing read in it can go stale."""
        return UnitOfWork(self._engine, self._clock, is_writing=True, after_commit=self._note_last_step)

    def reading(self) -> UnitOfWork:
        """Return a transaction that only reads; it never waits for a writer."""
        return UnitOfWork(self._engine, self._clock, is_writing=False)

    def examine(self) -> Iterator[StoreFinding]:
        """Check the database, every stored file, and what crashes have left behind."""
        database = self.folder / DATABASE_NAME
        try:
            yield StoreFinding(
                is_problem=False,
                sentence=_("Database schema {schema} at {database}.").format(
                    schema=revision_of(database), database=database
                ),
            )
            yield from _examined_database(database)
            yield from self._examined_blobs(self._named_blobs())
            yield self._examined_privacy()
        except (OSError, SQLAlchemyError) as error:
            raise storage_error(error) from error

    def sweep(self) -> int:
        """Clear up what killed processes left, unless another process has the folder open; say how much."""
        try:
            with self._presence.alone() as is_alone:
                if not is_alone:
                    return 0
                count = self.blobs.set_aside(self._named_blobs)
                count += sweep_workspaces(self.folder, before=self._opened_at)
        except (OSError, sqlite3.Error, SQLAlchemyError) as error:
            raise storage_error(error) from error
        if count:
            _LOG.info("%d leftovers of processes that were killed are cleared up", count)
        return count

    def exporting(self, target: Path) -> AbstractContextManager[None]:
        """Note that files are being written to ``target``, for the sweep after a crash."""
        return export_noted(self.folder, target)

    def open_to_others(self) -> int:
        """Return how many files and folders of the data folder other users of the machine may open."""
        try:
            folder = self.folder.resolve()
            found = (path.relative_to(folder) for path in open_to_others(folder))
            return sum(1 for path in found if path.parts[:1] != (_MODELS,))
        except OSError as error:
            raise storage_error(error) from error

    def close_to_others(self) -> None:
        """Make the data folder private; raises StorageError when its disk does not allow that."""
        try:
            left = close_to_others(self.folder.resolve())
        except OSError as error:
            raise storage_error(error) from error
        if left:
            raise StorageError(
                _(
                    "{count} files of the data folder cannot be made private: they are another user's, or "
                    "the disk keeps no access rights; move the data folder to a disk that does."
                ).format(count=len(left))
            )

    def _examined_privacy(self) -> StoreFinding:
        if count := self.open_to_others():
            sentence = _(
                "Other users of this computer may open {count} files or folders of the data folder; "
                "“naevus doctor --mend” makes them private."
            ).format(count=count)
            return StoreFinding(is_problem=True, sentence=sentence)
        return StoreFinding(
            is_problem=False, sentence=_("No other user of this computer may open the files.")
        )

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()
        self._presence.leave()

    def _note_last_step(self) -> None:
        note_last_step(self.folder / DATABASE_NAME)

    def _named_blobs(self) -> set[BlobName]:
        columns = (
            ImageRow.original,
            ImageRow.upright,
            ImageRow.thumbnail,
            BoundaryPredictionRow.mask,
            BoundaryPredictionRow.probability,
            BoundaryAssessmentRow.disagreement,
            MaskRevisionRow.mask,
            OtherLesionRow.mask,
        )
        with Session(self._engine) as session:
            return {BlobName(name) for column in columns for name in session.scalars(select(column)) if name}

    def _examined_blobs(self, named: set[BlobName]) -> Iterator[StoreFinding]:
        sound = 0
        for name in sorted(named):
            try:
                self.blobs.get(name)
                sound += 1
            except StorageError as error:
                yield StoreFinding(is_problem=True, sentence=str(error))
        yield StoreFinding(
            is_problem=False,
            sentence=_("{sound} stored files are complete and unchanged.").format(sound=sound),
        )
        orphans = sum(1 for name in self.blobs.names() if name not in named)
        if orphans:
            yield StoreFinding(
                is_problem=False,
                sentence=_(
                    "{orphans} stored files belong to no case; the next start puts them aside. If cases are "
                    "missing, copy the whole data folder again, {database_name}-wal included."
                ).format(orphans=orphans, database_name=DATABASE_NAME),
            )
        unfinished = len(self.blobs.unfinished())
        if unfinished:
            yield StoreFinding(
                is_problem=False,
                sentence=_("{unfinished} unfinished files were left by a crash.").format(
                    unfinished=unfinished
                ),
            )


def _holds_cases(database: Path) -> bool:
    """Say whether there is a database with tables; one that cannot be read is not taken for an empty one."""
    if not database.exists() or database.stat().st_size == 0:
        return False
    try:
        return revision_of(database) is not None
    except (sqlite3.Error, StorageError):
        return True


def _examined_database(database: Path) -> Iterator[StoreFinding]:
    with closing(connect(database, mode="ro")) as connection:
        answers = [str(answer) for (answer,) in connection.execute("PRAGMA integrity_check(20)")]
        orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
    if answers == ["ok"] and not orphans:
        yield StoreFinding(is_problem=False, sentence=_("The database is sound."))
        return
    for answer in answers if answers != ["ok"] else []:
        yield StoreFinding(
            is_problem=True, sentence=_("The database is damaged: {answer}.").format(answer=answer)
        )
    if orphans:
        yield StoreFinding(
            is_problem=True, sentence=_("{count} entries refer to missing ones.").format(count=len(orphans))
        )
