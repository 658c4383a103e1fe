import errno
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.domain.errors import StorageError
from app.domain.ids import ImageId
from app.domain.mask import PixelBox, packed_mask, patch_between
from app.domain.stroke_journal import (
    StepKind,
    WorkStart,
    WorkStep,
    drawn_lesion,
    start_bytes,
    step_bytes,
    work_id,
)
from app.storage.journal import FileStrokeJournal
from models.contract.arrays import BoolMask

SHAPE = (20, 27)
IMAGE = ImageId("b" * 32)


def empty() -> BoolMask:
    return np.zeros(SHAPE, dtype=np.bool_)


def start(image_id: ImageId = IMAGE) -> WorkStart:
    return WorkStart(image_id, "r1", *SHAPE, packed_mask(empty()))


def square(row: int) -> WorkStep:
    after = empty()
    after[row : row + 3, 5:9] = True
    patch = patch_between(empty(), after, PixelBox.whole(SHAPE))
    assert patch is not None
    return WorkStep(StepKind.MADE, "brush", patch)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "journal"


@pytest.fixture
def opened(folder: Path) -> Iterator[Callable[[], FileStrokeJournal]]:
    """Return what opens the folder as a new run does, with the run before ended."""
    journals: list[FileStrokeJournal] = []

    def end_runs() -> None:
        for journal in journals:
            journal.let_go()

    def open_again() -> FileStrokeJournal:
        end_runs()
        journals.append(FileStrokeJournal(folder))
        return journals[-1]

    yield open_again
    end_runs()


def written(folder: Path, steps: int = 3) -> Path:
    """Write a journal as a run that ends without closing it does."""
    journal = FileStrokeJournal(folder)
    journal.begin(start())
    for row in range(steps):
        journal.append(IMAGE, square(row))
    journal.let_go()
    return folder / f"{IMAGE}.naevusjournal"


def test_work_of_a_former_run_comes_back_and_goes_on(
    opened: Callable[[], FileStrokeJournal], folder: Path
) -> None:
    written(folder)
    journal = opened()
    assert journal.unfinished() == (IMAGE,)
    work = journal.work(IMAGE)
    assert work is not None
    assert work.start == start()
    assert work.position == len(work.history) == 3
    journal.append(IMAGE, square(9))
    longer = opened().work(IMAGE)
    assert longer is not None
    assert longer.position == 4
    assert longer.mask[9:12, 5:9].all()


def test_an_image_without_journal_has_no_work(opened: Callable[[], FileStrokeJournal]) -> None:
    journal = opened()
    assert journal.work(IMAGE) is None
    assert journal.unfinished() == ()


@pytest.mark.parametrize("lost_bytes", [1, 9, 30])
def test_a_torn_last_record_is_ignored_and_overwritten(
    opened: Callable[[], FileStrokeJournal], folder: Path, lost_bytes: int
) -> None:
    path = written(folder)
    os.truncate(path, path.stat().st_size - lost_bytes)
    journal = opened()
    work = journal.work(IMAGE)
    assert work is not None
    assert work.position == 2
    journal.append(IMAGE, square(9))
    again = opened().work(IMAGE)
    assert again is not None
    assert again.position == 3


def test_a_file_as_it_was_found_damaged_is_kept(
    opened: Callable[[], FileStrokeJournal], folder: Path
) -> None:
    path = written(folder)
    content = bytearray(path.read_bytes())
    content[-5] ^= 0xFF
    path.write_bytes(content)
    opened().work(IMAGE)
    assert [kept.read_bytes() for kept in (folder / "finished").iterdir()] == [bytes(content)]


def test_a_closed_journal_is_no_longer_unfinished_but_kept(
    opened: Callable[[], FileStrokeJournal], folder: Path
) -> None:
    path = written(folder)
    content = path.read_bytes()
    journal = opened()
    journal.close(IMAGE)
    assert journal.unfinished() == ()
    assert journal.work(IMAGE) is None
    assert [kept.read_bytes() for kept in (folder / "finished").iterdir()] == [content]


def test_beginning_anew_keeps_the_former_journal(
    opened: Callable[[], FileStrokeJournal], folder: Path
) -> None:
    content = written(folder).read_bytes()
    journal = opened()
    journal.begin(start())
    assert [kept.read_bytes() for kept in (folder / "finished").iterdir()] == [content]
    work = journal.work(IMAGE)
    assert work is not None
    assert work.history == []


def test_a_journal_of_another_image_is_refused_and_kept(
    opened: Callable[[], FileStrokeJournal], folder: Path
) -> None:
    other = ImageId("c" * 32)
    folder.mkdir(parents=True)
    content = start_bytes(start(other)) + step_bytes(square(1))
    (folder / f"{IMAGE}.naevusjournal").write_bytes(content)
    with pytest.raises(StorageError, match="another image"):
        opened().work(IMAGE)
    assert [kept.read_bytes() for kept in (folder / "finished").iterdir()] == [content]


@pytest.mark.parametrize("content", [b"hello, this is text", b"\x00" * 64])
def test_a_file_that_is_no_journal_is_refused_and_kept(
    opened: Callable[[], FileStrokeJournal], folder: Path, content: bytes
) -> None:
    folder.mkdir(parents=True)
    (folder / f"{IMAGE}.naevusjournal").write_bytes(content)
    with pytest.raises(StorageError, match="could not be restored"):
        opened().work(IMAGE)
    assert [kept.read_bytes() for kept in (folder / "finished").iterdir()] == [content]


@pytest.mark.parametrize("image_id", ["", "../../etc/passwd", "a b", "x" * 65])
def test_a_name_that_is_no_identifier_is_refused(
    opened: Callable[[], FileStrokeJournal], folder: Path, image_id: str
) -> None:
    with pytest.raises(StorageError, match="identifier"):
        opened().work(ImageId(image_id))


def test_a_full_disk_is_said_and_the_next_step_follows_without_gap(
    opened: Callable[[], FileStrokeJournal], monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = opened()
    journal.begin(start())
    journal.append(IMAGE, square(0))

    def refuse(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(os, "fsync", refuse)
        with pytest.raises(StorageError, match="disk is full"):
            journal.append(IMAGE, square(1))
    journal.append(IMAGE, square(2))
    work = opened().work(IMAGE)
    assert work is not None
    assert [step.patch for step in work.history] == [square(0).patch, square(2).patch]


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(StorageError, match="not saved"):
        FileStrokeJournal(tmp_path / "data" / "journal").begin(start())


def test_a_journal_that_was_let_go_takes_further_steps(
    opened: Callable[[], FileStrokeJournal], folder: Path
) -> None:
    written(folder)
    opened().append(IMAGE, square(9))
    work = opened().work(IMAGE)
    assert work is not None
    assert work.position == 4


def test_a_step_without_a_journal_is_refused(opened: Callable[[], FileStrokeJournal], folder: Path) -> None:
    with pytest.raises(StorageError, match="not saved"):
        opened().append(IMAGE, square(0))


_SECOND_INSTANCE = """
import sys
from pathlib import Path
from app.domain.errors import StorageError
from app.domain.ids import ImageId
from app.domain.mask import packed_mask
from app.domain.stroke_journal import WorkStart
from app.storage.journal import FileStrokeJournal
import numpy as np
journal, image_id = FileStrokeJournal(Path(sys.argv[1])), ImageId(sys.argv[2])
try:
    if sys.argv[3] == "work":
        journal.work(image_id)
    else:
        journal.begin(WorkStart(image_id, "r2", 20, 27, packed_mask(np.ones((20, 27), bool))))
except StorageError as error:
    print(error)
"""


@pytest.mark.parametrize("verb", ["work", "begin"])
def test_a_second_running_instance_does_not_mix_its_strokes_in(
    opened: Callable[[], FileStrokeJournal], folder: Path, verb: str
) -> None:
    journal = opened()
    journal.begin(start())
    second = subprocess.run(
        [sys.executable, "-c", _SECOND_INSTANCE, str(folder), IMAGE, verb],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    assert "another window of Naevus" in second.stdout
    journal.append(IMAGE, square(4))
    work = opened().work(IMAGE)
    assert work is not None
    assert (work.start, work.position) == (start(), 1)


def test_drawings_of_two_lesions_of_an_image_are_kept_apart(
    opened: Callable[[], FileStrokeJournal],
) -> None:
    journal, other = opened(), work_id(IMAGE, 2)
    journal.begin(start())
    journal.append(work_id(IMAGE), square(0))
    journal.begin(replace(start(), lesion=2))
    journal.append(other, square(9))
    journal = opened()
    assert set(journal.unfinished()) == {IMAGE, other}
    assert [drawn_lesion(one) for one in (work_id(IMAGE), other)] == [(IMAGE, 1), (IMAGE, 2)]
    work = journal.work(other)
    assert work is not None
    assert (work.start.image_id, work.start.lesion) == (IMAGE, 2)
    assert work.mask[9, 5]
    assert not work.mask[0, 5]
    journal.close(other)
    assert journal.unfinished() == (IMAGE,)
