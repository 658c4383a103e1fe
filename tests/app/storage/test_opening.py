"""Databases that cannot be used are explained in one sentence and left byte for byte as they are."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event

from app.domain.errors import StorageError
from app.storage.database import connect, open_engine
from app.storage.store import CaseStore
from app.storage.unit_of_work import UnitOfWork
from tests.builders import new_store, store_image
from tests.fakes import FakeClock


@pytest.fixture
def database(folder: Path) -> Path:
    store = new_store(folder)
    with store.writing() as work:
        for number in range(30):
            store_image(work, code=f"P-{number}")
        work.commit()
    store.close()
    with closing(connect(folder / "cases.sqlite")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder / "cases.sqlite"


def _newer(path: Path) -> None:
    with closing(connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0099'")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _text(path: Path) -> None:
    path.write_bytes(b"this is no database, but a letter to the clinic\n" * 200)


def _cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _scribbled(path: Path) -> None:
    with path.open("rb+") as stream:
        stream.seek(4096)
        stream.write(os.urandom(8192))


def _foreign(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE invoices (id INTEGER)")


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (_newer, "was written by a newer Naevus \\(schema 0099"),
        (_text, "is damaged and is left as it is; restore it from a backup"),
        (_cut, "is damaged and is left as it is"),
        (_scribbled, "is damaged and is left as it is"),
        (_foreign, "is not a Naevus case store"),
    ],
)
def test_an_unusable_database_is_explained_and_left_alone(
    database: Path, spoil: Callable[[Path], None], sentence: str
) -> None:
    spoil(database)
    before = database.read_bytes()
    with pytest.raises(StorageError, match=sentence) as caught:
        CaseStore.open(database.parent, FakeClock())
    assert "\n" not in str(caught.value)
    assert database.read_bytes() == before


def test_a_database_that_vanished_from_a_used_folder_is_not_replaced_by_an_empty_one(
    database: Path,
) -> None:
    store = new_store(database.parent)
    store.blobs.put(b"an original")
    store.close()
    for file in database.parent.glob("cases.sqlite*"):
        file.unlink()
    with pytest.raises(StorageError, match="is missing or empty; restore it from a backup"):
        CaseStore.open(database.parent, FakeClock())
    assert not database.exists()


def test_a_read_only_database_is_explained(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite is told to open read-only, because permissions do not bind the superuser that CI may be."""
    read_only = connect

    def connect_read_only(path: Path, **options: object) -> sqlite3.Connection:
        options.pop("mode", None)
        return read_only(path, mode="ro", **options)

    monkeypatch.setattr("app.storage.migrate.connect", connect_read_only)
    with pytest.raises(StorageError, match="The case store is read-only; allow writing"):
        CaseStore.open(database.parent, FakeClock())


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions do not bind this user")
def test_a_folder_without_write_permission_is_explained(database: Path) -> None:
    database.chmod(0o400)
    database.parent.chmod(0o500)
    try:
        with pytest.raises(StorageError, match=r"read-only|cannot be opened"):
            CaseStore.open(database.parent, FakeClock())
    finally:
        database.parent.chmod(0o700)


def test_a_data_folder_that_is_a_file_is_explained(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file", encoding="utf-8")
    with pytest.raises(StorageError, match=r"[.]$"):
        CaseStore.open(tmp_path / "data", FakeClock())


def test_a_read_only_store_can_still_be_read(database: Path) -> None:
    engine = open_engine(database, mode="ro")
    with UnitOfWork(engine, FakeClock(), is_writing=False) as work:
        assert work.cases.case_count() == 30
    with (
        pytest.raises(StorageError, match="read-only"),
        UnitOfWork(engine, FakeClock(), is_writing=True) as work,
    ):
        store_image(work)
    engine.dispose()


def test_a_full_disk_rolls_the_whole_act_back(database: Path) -> None:
    """SQLite's own page limit stands for the end of the disk: it answers with the same error."""
    store = CaseStore.open(database.parent, FakeClock())
    with closing(connect(database)) as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()

    def limit_pages(connection: sqlite3.Connection, _: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")

    event.listen(store._engine, "connect", limit_pages)

    def store_many() -> None:
        with store.writing() as work:
            for number in range(200):
                store_image(work, code=f"more {number}")
            work.commit()

    with pytest.raises(StorageError, match="The disk is full, so the last step was not stored"):
        store_many()
    with store.reading() as work:
        assert work.cases.case_count() == 30
    store.close()


def test_a_path_with_odd_characters_is_a_path(tmp_path: Path) -> None:
    folder = tmp_path / "Fälle & mehr? 100% #1"
    store = CaseStore.open(folder, FakeClock())
    store.close()
    assert (folder / "cases.sqlite").is_file()


def test_opening_does_not_import_alembic_when_the_schema_is_current(database: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys\nfrom pathlib import Path\nfrom app.storage.store import CaseStore\n"
            "CaseStore.open(Path(sys.argv[1]), None).close()\nprint('alembic' in sys.modules)",
            str(database.parent),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "False"
