"""A data folder copied without the write-ahead log, or with an older database, is not taken for whole."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.domain.errors import StorageError
from app.storage.last_step import NOTE_NAME
from app.storage.store import CaseStore
from tests.builders import new_store, store_image
from tests.fakes import FakeClock


def store_some(store: CaseStore, *codes: str) -> None:
    for code in codes:
        with store.writing() as work:
            image_id = store_image(work, code=code)
            work.audit.append("Dr Test", "image imported", image_id)
            work.commit()


def copied(folder: Path, target: Path, *, log: bool = False) -> Path:
    left_out = shutil.ignore_patterns("*-shm") if log else shutil.ignore_patterns("*-wal", "*-shm")
    return Path(shutil.copytree(folder, target, ignore=left_out))


def case_count(folder: Path) -> int:
    store = CaseStore.open(folder, FakeClock())
    with store.reading() as work:
        count = work.cases.case_count()
    store.close()
    return count


def test_a_copy_without_the_log_is_whole_when_nobody_holds_the_log_back(
    store: CaseStore, folder: Path, tmp_path: Path
) -> None:
    store_some(store, "P-1", "P-2", "P-3")
    assert case_count(copied(folder, tmp_path / "copy")) == 3


def test_steps_that_only_the_log_held_are_missed(store: CaseStore, folder: Path, tmp_path: Path) -> None:
    store_some(store, "P-1")
    with closing(sqlite3.connect(folder / "cases.sqlite", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM patient").fetchone()
        store_some(store, "P-2", "P-3")
        copy = copied(folder, tmp_path / "copy")
        whole = copied(folder, tmp_path / "whole", log=True)
        reader.execute("ROLLBACK")
    before = (copy / "cases.sqlite").read_bytes()
    with pytest.raises(StorageError, match=r"lacks its last 2 steps: cases\.sqlite-wal was not copied"):
        CaseStore.open(copy, FakeClock())
    assert (copy / "cases.sqlite").read_bytes() == before
    assert case_count(whole) == 3
    (copy / NOTE_NAME).unlink()
    assert case_count(copy) == 1
    assert (copy / NOTE_NAME).exists()


def test_an_older_database_in_the_place_of_a_newer_one_is_noticed(folder: Path, tmp_path: Path) -> None:
    store = new_store(folder)
    store_some(store, "P-1")
    store.close()
    older = copied(folder, tmp_path / "older")
    store = CaseStore.open(folder, FakeClock())
    store_some(store, "P-2")
    store.close()
    shutil.copy(older / "cases.sqlite", folder / "cases.sqlite")
    with pytest.raises(StorageError, match="lacks its last step:"):
        CaseStore.open(folder, FakeClock())


def test_another_database_with_as_many_steps_is_noticed(folder: Path, tmp_path: Path) -> None:
    for place, code in ((folder, "P-1"), (tmp_path / "other", "X-1")):
        store = new_store(place)
        store_some(store, code)
        store.close()
    shutil.copy(tmp_path / "other" / "cases.sqlite", folder / "cases.sqlite")
    with pytest.raises(StorageError, match="is not the one that was used here last"):
        CaseStore.open(folder, FakeClock())


def test_a_database_without_tables_beside_stored_images_is_not_filled_anew(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    store = new_store(folder)
    store.blobs.put(b"an original")
    store.close()
    (folder / "cases.sqlite").unlink()
    with closing(sqlite3.connect(folder / "cases.sqlite", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    with pytest.raises(StorageError, match="missing or empty"):
        CaseStore.open(folder, FakeClock())


@pytest.mark.parametrize("note", [b"", b"{", b'{"sequence": 1}'])
def test_a_note_that_cannot_be_read_is_written_anew(folder: Path, note: bytes) -> None:
    store = new_store(folder)
    store_some(store, "P-1")
    store.close()
    (folder / NOTE_NAME).write_bytes(note)
    assert case_count(folder) == 1
    assert b'"sequence":1' in (folder / NOTE_NAME).read_bytes()


def test_a_note_behind_the_database_is_none_the_worse(folder: Path) -> None:
    store = new_store(folder)
    store_some(store, "P-1")
    behind = (folder / NOTE_NAME).read_bytes()
    store_some(store, "P-2")
    store.close()
    (folder / NOTE_NAME).write_bytes(behind)
    assert case_count(folder) == 2
