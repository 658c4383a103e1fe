"""Brings a case store's schema up to date, or says in one sentence why it is left alone.

Alembic is imported only when there is something to migrate. A migration runs on a connection without
foreign keys (batch mode recreates tables that others refer to) inside one explicit transaction (sqlite3's
own ones do not cover DDL), so that one that fails leaves nothing behind; a copy is made before.
"""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from app.domain.errors import StorageError
from app.storage.database import WRITING, back_up, connect, open_engine, storage_error
from app.translation import _

_MIGRATIONS = Path(__file__).resolve().parent / "migrations"


@dataclass(frozen=True)
class Schema:
    """The migrations this program knows, oldest first; the last one is the schema it works with."""

    scripts: Path
    revisions: tuple[str, ...]

    @property
    def head(self) -> str:
        """Return the schema this program works with."""
        return self.revisions[-1]


CURRENT = Schema(
    _MIGRATIONS, tuple(sorted(script.name[1:5] for script in (_MIGRATIONS / "versions").glob("r*.py")))
)


def bring_up_to_date(path: Path, backups: Path, schema: Schema = CURRENT) -> None:
    """Create, upgrade or accept the database; raises StorageError and leaves it alone otherwise."""
    try:
        found = revision_of(path) if path.exists() else None
        if found is not None and found not in schema.revisions:
            raise StorageError(
                _(
                    "This case store was written by a newer Naevus (schema {found}, this one knows {head}); "
                    "update Naevus to open it."
                ).format(found=found, head=schema.head)
            )
        if found is not None:
            _check_soundness(path)
            _check_writable(path)
        if found != schema.head:
            if found is not None:
                back_up(path, backups / f"cases-{found}-before-{schema.head}-{_stamp()}.sqlite")
            _upgrade(path, schema)
    except (sqlite3.Error, SQLAlchemyError, OSError) as error:
        raise storage_error(error) from error


def revision_of(path: Path) -> str | None:
    """Return the schema of a database; None when it has no tables at all."""
    connection = connect(path, mode="ro")
    try:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")}
        if not tables:
            return None
        if "alembic_version" not in tables:
            raise StorageError(_("This database is not a Naevus case store, so it is left as it is."))
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    finally:
        connection.close()
    if row is None:
        raise storage_error(sqlite3.DatabaseError("malformed: no schema version"))
    return str(row[0])


def _check_soundness(path: Path) -> None:
    connection = connect(path, mode="ro")
    try:
        (answer,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    finally:
        connection.close()
    if answer != "ok":
        raise storage_error(sqlite3.DatabaseError(f"malformed: {answer}"))


def _check_writable(path: Path) -> None:
    connection = connect(path)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE alembic_version SET version_num = version_num")
        connection.execute("ROLLBACK")
    finally:
        connection.close()


def _upgrade(path: Path, schema: Schema) -> None:
    from alembic import command
    from alembic.config import Config

    connect(path, mode="rwc").close()
    engine = open_engine(path, foreign_keys=False).execution_options(**{WRITING: True})
    try:
        with engine.begin() as connection:
            config = Config()
            config.set_main_option("script_location", str(schema.scripts).replace("%", "%%"))
            config.attributes["connection"] = connection
            command.upgrade(config, schema.head)
            orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if orphans:
                raise StorageError(
                    _(
                        "The case store could not be brought up to date, because some entries refer to "
                        "missing ones; it is unchanged."
                    )
                )
    finally:
        engine.dispose()


def _stamp() -> str:
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
