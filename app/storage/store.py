"""The case store as a whole: a data folder with ``cases.sqlite``, ``blobs/`` and ``backups/``."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Self

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.domain.errors import StorageError
from app.domain.ids import BlobName
from app.storage.blobs import FileBlobStore
from app.storage.database import connect, open_engine, storage_error
from app.storage.last_step import check_last_step, note_last_step
from app.storage.migrate import bring_up_to_date, revision_of
from app.storage.retired_bands import renew_retired_bands
from app.storage.rows import BoundaryAssessmentRow, BoundaryPredictionRow, ImageRow, MaskRevisionRow
from app.storage.unit_of_work import SqlUnitOfWork
from app.usecases.ports import Clock, StoreFinding

DATABASE_NAME = "cases.sqlite"


class SqliteCaseStore:
    """An open data folder; several instances may have it open at once."""

    def __init__(self, engine: Engine, blobs: FileBlobStore, folder: Path, clock: Clock) -> None:
        self.blobs = blobs
        self._engine = engine
        self.folder = folder
        self._clock = clock

    @classmethod
    def open(cls, folder: Path, clock: Clock) -> Self:
        """Open or create the store in ``folder``; raises StorageError with the sentence to show."""
        database, blobs = folder / DATABASE_NAME, FileBlobStore(folder / "blobs")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            is_lost = not blobs.is_empty() and not _holds_cases(database)
        except OSError as error:
            raise storage_error(error) from error
        if is_lost:
            raise StorageError(
                f"The data folder has stored images but its {DATABASE_NAME} is missing or empty; "
                "restore it from a backup of the data folder."
            )
        check_last_step(database)
        bring_up_to_date(database, folder / "backups")
        note_last_step(database)
        renew_retired_bands(database)
        return cls(open_engine(database), blobs, folder, clock)

    def unit_of_work(self) -> SqlUnitOfWork:
        """Return a transaction that may write."""
        return SqlUnitOfWork(self._engine, self._clock, is_writing=True, after_commit=self._note_last_step)

    def reading(self) -> SqlUnitOfWork:
        """Return a transaction that only reads."""
        return SqlUnitOfWork(self._engine, self._clock, is_writing=False)

    def examine(self) -> Iterator[StoreFinding]:
        """Check the database, every stored file, and what crashes have left behind."""
        database = self.folder / DATABASE_NAME
        try:
            yield StoreFinding(
                is_problem=False, sentence=f"Database schema {revision_of(database)} at {database}."
            )
            yield from _examined_database(database)
            yield from self._examined_blobs(self._named_blobs())
        except (OSError, SQLAlchemyError) as error:
            raise storage_error(error) from error

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

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
        yield StoreFinding(is_problem=False, sentence=f"{sound} stored files are complete and unchanged.")
        orphans = sum(1 for name in self.blobs.names() if name not in named)
        if orphans:
            yield StoreFinding(
                is_problem=False,
                sentence=f"{orphans} stored files belong to no case. A crash leaves such files, which do no "
                f"harm; so does a copy of the data folder without {DATABASE_NAME}-wal: if cases are missing, "
                "copy the whole folder again.",
            )
        unfinished = len(self.blobs.unfinished())
        if unfinished:
            yield StoreFinding(
                is_problem=False, sentence=f"{unfinished} unfinished files were left by a crash."
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
        yield StoreFinding(is_problem=False, sentence="The database is sound.")
        return
    for answer in answers if answers != ["ok"] else []:
        yield StoreFinding(is_problem=True, sentence=f"The database is damaged: {answer}.")
    if orphans:
        yield StoreFinding(is_problem=True, sentence=f"{len(orphans)} entries refer to missing ones.")
