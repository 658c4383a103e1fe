"""What errors of the database may say."""

import errno
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.exc import SQLAlchemyError

from app.storage.database import open_engine, storage_error


def test_an_error_quotes_nothing_of_what_was_to_be_stored(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "cases.sqlite", mode="rwc")
    with engine.connect() as connection, pytest.raises(SQLAlchemyError) as caught:
        connection.exec_driver_sql("INSERT INTO nowhere VALUES (?)", ("Canary Mia",))
    engine.dispose()
    assert "nowhere" in str(caught.value)
    assert "Canary" not in str(caught.value)


def test_words_in_a_path_are_not_taken_for_the_reason() -> None:
    error = FileNotFoundError(errno.ENOENT, "No such file or directory", "/home/full/readonly/busy")
    assert "refused the step" in str(storage_error(error))


def test_a_failing_disk_is_not_called_a_damaged_case_store() -> None:
    sentence = str(storage_error(sqlite3.OperationalError("disk I/O error")))
    assert "may be full" in sentence
    assert "damaged" not in sentence
