"""A watched folder tells of each file once, when nobody writes to it any more."""

from pathlib import Path

import pytest

from app.domain.errors import NotFoundError
from app.usecases.cases.folder_watch import FolderWatch


def test_a_file_is_told_of_once_when_it_has_stopped_growing(tmp_path: Path) -> None:
    watch = FolderWatch(tmp_path)
    file = tmp_path / "in" / "a.jpg"
    file.parent.mkdir()
    file.write_bytes(b"half")
    assert watch.settled() == ()
    file.write_bytes(b"half and the rest")
    assert watch.settled() == ()
    assert watch.settled() == (file,)
    assert watch.settled() == ()


def test_a_file_that_is_written_anew_is_told_of_again(tmp_path: Path) -> None:
    watch = FolderWatch(tmp_path)
    file = tmp_path / "a.jpg"
    file.write_bytes(b"first")
    watch.settled()
    assert watch.settled() == (file,)
    file.write_bytes(b"another one")
    watch.settled()
    assert watch.settled() == (file,)


def test_empty_and_hidden_files_are_not_told_of(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"")
    (tmp_path / ".a.jpg.part").write_bytes(b"part")
    watch = FolderWatch(tmp_path)
    assert (watch.settled(), watch.settled()) == ((), ())


def test_what_is_no_folder_cannot_be_watched(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="is no folder"):
        FolderWatch(tmp_path / "nowhere")
