"""Stroke journals as files: ``<image id>.naevusjournal``, appended and flushed step by step.

The drawing of another lesion than the first has ``-lesion2`` and so on behind the id.

A journal that is closed moves to ``finished/``. An open one is locked, so that a second running instance
cannot mix its strokes in; the system takes the lock back when a process dies.
"""

import errno
import os
import re
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path

from app.domain.errors import StorageError
from app.domain.ids import WorkId
from app.domain.stroke_journal import (
    Work,
    WorkStart,
    WorkStep,
    read_journal,
    replayed,
    start_bytes,
    step_bytes,
)
from app.translation import _
from models.contract.files.atomic_files import sync_folder
from models.contract.files.private_files import create_private, make_private_folder

_SUFFIX = ".naevusjournal"
_PART = ".part"
_FINISHED = "finished"
_PERMITTED_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")


@dataclass(slots=True)
class _OpenJournal:
    file: FileIO
    whole_bytes: int
    """Length up to the last step that is certainly on disk."""


class FileStrokeJournal:
    """A folder of stroke journals; used by one thread at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[WorkId, _OpenJournal] = {}

    def begin(self, start: WorkStart) -> None:
        """Start a drawing's journal anew, durably; an older one is kept among the finished ones."""
        path = self._path(start.work_id)
        content = start_bytes(start)
        try:
            make_private_folder(self._folder)
            self._check_free(start.work_id)
            part = path.with_suffix(_PART)
            create_private(part)
            with part.open("wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            self.close(start.work_id)
            part.replace(path)
            sync_folder(self._folder)
            self._open[start.work_id] = _OpenJournal(_opened(path), len(content))
        except OSError as error:
            raise _not_kept(error) from error

    def append(self, work_id: WorkId, step: WorkStep) -> None:
        """Add a step durably; after a failure the file ends with the step before."""
        journal = self._open.get(work_id) or self._reopened(work_id)
        content = step_bytes(step)
        try:
            _write_all(journal.file, content)
            os.fsync(journal.file.fileno())
        except OSError as error:
            _cut_back(journal)
            raise _not_kept(error) from error
        journal.whole_bytes += len(content)

    def work(self, work_id: WorkId) -> Work | None:
        """Return the unfinished work on a lesion, and keep its journal open for further steps.

        A step that was cut short is left out; the file as it was found goes among the finished ones.
        """
        path = self._path(work_id)
        try:
            if not path.exists():
                return None
            if work_id not in self._open:
                self._open[work_id] = _OpenJournal(_opened(path), 0)
            stored = path.read_bytes()
            content = read_journal(stored)
            if content.start is None:
                self.close(work_id)
                return None
            if content.start.work_id != work_id:
                raise ValueError("the journal belongs to another image")
            work = replayed(content.start, content.steps)
            if content.whole_bytes < len(stored):
                kept = self._finished_path(work_id)
                create_private(kept)
                kept.write_bytes(stored)
            journal = self._open[work_id]
            journal.whole_bytes = content.whole_bytes
            journal.file.truncate(content.whole_bytes)
            journal.file.seek(0, os.SEEK_END)
        except OSError as error:
            raise _unreadable(str(error.strerror)) from error
        except ValueError as error:
            self.close(work_id)
            raise _unreadable(str(error)) from error
        return work

    def close(self, work_id: WorkId) -> None:
        """Put a journal among the finished ones."""
        journal = self._open.pop(work_id, None)
        if journal is not None:
            journal.file.close()
        path = self._path(work_id)
        if not path.exists():
            return
        try:
            path.replace(self._finished_path(work_id))
            sync_folder(self._folder)
        except OSError as error:
            raise _not_kept(error) from error

    def unfinished(self) -> tuple[WorkId, ...]:
        """Return the work with a journal, oldest first."""
        try:
            found = sorted(self._folder.glob(f"*{_SUFFIX}"), key=lambda path: path.stat().st_mtime)
        except OSError as error:
            raise _unreadable(str(error.strerror)) from error
        return tuple(WorkId(path.name.removesuffix(_SUFFIX)) for path in found)

    def let_go(self) -> None:
        """Close the files; the work stays unfinished."""
        while self._open:
            _, journal = self._open.popitem()
            journal.file.close()

    def _path(self, work_id: WorkId) -> Path:
        if _PERMITTED_ID.fullmatch(work_id) is None:
            raise StorageError(_("A journal was asked for under a name that is no image identifier."))
        return self._folder / f"{work_id}{_SUFFIX}"

    def _reopened(self, work_id: WorkId) -> _OpenJournal:
        """Open a journal again that was let go."""
        path = self._path(work_id)
        try:
            self._open[work_id] = _OpenJournal(_opened(path), path.stat().st_size)
        except OSError as error:
            raise _not_kept(error) from error
        return self._open[work_id]

    def _finished_path(self, work_id: WorkId) -> Path:
        """Return a new name among the finished journals."""
        finished = self._folder / _FINISHED
        make_private_folder(finished)
        return finished / f"{work_id}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}{_SUFFIX}"

    def _check_free(self, work_id: WorkId) -> None:
        """Refuse to replace a journal that another instance is writing."""
        if work_id not in self._open and self._path(work_id).exists():
            _opened(self._path(work_id)).close()


def _opened(path: Path) -> FileIO:
    """Open a journal for appending and lock it."""
    file = FileIO(path, "r+")
    try:
        _lock(file)
    except OSError as error:
        file.close()
        raise StorageError(
            _("This image is being corrected in another window of Naevus; close it there first.")
        ) from error
    file.seek(0, os.SEEK_END)
    return file


def _lock(file: FileIO) -> None:
    """Lock a file against other processes until it is closed."""
    if sys.platform == "win32":
        import msvcrt

        file.seek(1 << 40)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


def _write_all(file: FileIO, content: bytes) -> None:
    """Write to the end; an unbuffered file may take less than it is given."""
    left = memoryview(content)
    while left:
        left = left[file.write(left) :]


def _cut_back(journal: _OpenJournal) -> None:
    """Remove a step that was written in part; if even that fails, its checksum gives it away."""
    try:
        journal.file.truncate(journal.whole_bytes)
        journal.file.seek(journal.whole_bytes)
    except OSError:
        journal.file.seek(journal.whole_bytes)


def _not_kept(error: OSError) -> StorageError:
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return StorageError(
            _(
                "The disk is full, so the last stroke is not saved; free some space,"
                " and it is saved with the next one."
            )
        )
    return StorageError(
        _(
            "The last stroke is not saved, because the data folder cannot be written ({strerror}); "
            "allow writing there, and it is saved with the next one."
        ).format(strerror=error.strerror)
    )


def _unreadable(reason: str) -> StorageError:
    return StorageError(
        _(
            "Unfinished work on this image could not be restored ({reason}); its journal is kept as it is."
        ).format(reason=reason)
    )
