"""The folder of one run: plan.json, events.jsonl, log.txt, checkpoints/ and the stop file."""

import errno
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from models.contract.errors import NaevusError
from models.contract.files.atomic_files import write_whole
from models.contract.files.private_files import create_private, make_private_folder
from training.contract.events import Event, from_line, to_line
from training.contract.plan import TrainingPlan

_RESERVE_BYTES = 64 * 1024

EVENTS_FILE: Final = "events.jsonl"
STOP_FILE: Final = "stop"
"""While it is there, the run is asked to stop."""


class RunFolderError(NaevusError):
    """A run folder cannot be used; the message is the sentence to show."""


@dataclass(frozen=True)
class RunFolder:
    """Paths of one run, and the only code that writes its plan, events and stop file."""

    path: Path

    @property
    def checkpoints(self) -> Path:
        """Folder of the files that a run resumes from."""
        return self.path / "checkpoints"

    @property
    def log_file(self) -> Path:
        """Everything the process printed."""
        return self.path / "log.txt"

    @property
    def cache(self) -> Path:
        """Folder of what can be computed again: decoded images, lesion measurements."""
        return self.path / "cache"

    def plan(self) -> TrainingPlan:
        """The plan this folder was created with."""
        try:
            return TrainingPlan.model_validate_json(self._plan_file.read_text("utf-8"))
        except FileNotFoundError as error:
            raise RunFolderError(f"{self.path} is no run folder: plan.json is missing.") from error
        except ValidationError as error:
            problem = error.errors()[0]
            where = ".".join(str(part) for part in problem["loc"]) or "plan"
            message = f"plan.json cannot be used: {where}: {problem['msg']}."
            raise RunFolderError(message) from error

    def append(self, event: Event) -> None:
        """Add one event; it is on the disk when this returns.

        Raises:
            OSError: it could not be written; the file then holds what it held before.
        """
        create_private(self._events_file)
        with self._events_file.open("ab", buffering=0) as stream:
            size_bytes = stream.tell()
            start = b"\n" if _ends_inside_a_line(size_bytes, self._events_file) else b""
            line = start + to_line(event).encode() + b"\n"
            try:
                if stream.write(line) < len(line):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                os.fsync(stream.fileno())
            except OSError:
                with suppress(OSError):
                    stream.truncate(size_bytes)
                raise

    def append_ending(self, event: Event) -> None:
        """Add the last event of a start; a full disk gives it the space that was kept for it."""
        try:
            self.append(event)
        except OSError:
            self._reserve.unlink(missing_ok=True)
            self.append(event)
        self._reserve.unlink(missing_ok=True)

    def keep_space_for_ending(self) -> None:
        """Take some space of the disk now, so that a run can say that the disk was full."""
        # Random bytes, because file systems that compress would keep no space for zeros.
        write_whole(self._reserve, os.urandom(_RESERVE_BYTES))

    def events(self) -> list[Event]:
        """All events so far; a line that a crash cut off is left out."""
        if not self._events_file.exists():
            return []
        lines = self._events_file.read_text("utf-8", errors="replace").splitlines()
        return [event for line in lines if (event := from_line(line)) is not None]

    def request_stop(self) -> None:
        """Ask the run to stop after the step at hand."""
        self._stop_file.touch()

    def is_stop_requested(self) -> bool:
        """Whether someone asked the run to stop."""
        return self._stop_file.exists()

    def withdraw_stop(self, *, before: float | None = None) -> None:
        """Forget an earlier stop request when a run is started again.

        ``before`` (seconds since 1970) is when it was started: a request that came since, while the
        process was still getting ready, is meant for this start and stays.
        """
        with suppress(FileNotFoundError):
            if before is None or self._stop_file.stat().st_mtime < before:
                self._stop_file.unlink()

    @property
    def _plan_file(self) -> Path:
        return self.path / "plan.json"

    @property
    def _events_file(self) -> Path:
        return self.path / EVENTS_FILE

    @property
    def _reserve(self) -> Path:
        return self.path / "reserve"

    @property
    def _stop_file(self) -> Path:
        return self.path / STOP_FILE


def create_run_folder(path: Path, plan: TrainingPlan) -> RunFolder:
    """Make the folder of a new run, or open that of the same plan in order to resume it."""
    folder = RunFolder(path)
    if (path / "plan.json").exists():
        if folder.plan() != plan:
            raise RunFolderError(f"{path} already holds a run with another plan.")
        return folder
    make_private_folder(folder.checkpoints)
    write_whole(path / "plan.json", plan.model_dump_json(indent=2).encode())
    return folder


def _ends_inside_a_line(size_bytes: int, file: Path) -> bool:
    if size_bytes == 0:
        return False
    with file.open("rb") as stream:
        stream.seek(-1, os.SEEK_END)
        return stream.read(1) != b"\n"
