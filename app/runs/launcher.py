"""Starts training as a process of its own, which goes on when the window closes, and finds it again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from app.domain.errors import LearningError
from app.runs.follower import RunFollower
from app.runs.process_identity import ProcessIdentity, identity_of, is_alive
from app.subprocesses import HEAVY_WORK, environment, training_command
from app.translation import _
from models.contract.files.atomic_files import write_whole
from models.contract.files.file_lock import AlreadyLockedError, locked
from models.contract.files.private_files import create_private
from training.contract.events import TERMINAL_EVENTS
from training.contract.run_folder import EVENTS_FILE, STOP_FILE, RunFolder

GRACE_S = 30.0
"""How long a run may take to stop by itself before a second request ends it."""

_LEAVING_S = 20.0
_LOOK_EVERY_S = 0.05

_PROCESS_FILE = "process.json"
_LOCK_FILE = "start.lock"

_CHILDREN: list[subprocess.Popen[bytes]] = []
"""Started by this program and perhaps still running: asked for their end, so that they leave no zombie."""


class _Start(BaseModel):
    """The newest start of a run, as process.json keeps it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    process: ProcessIdentity
    first_event_byte: int
    """Where the events of this start begin in events.jsonl."""


class ProcessRunLauncher:
    """Runs ``python -m training`` (in a frozen build the application itself with ``--training``)."""

    def __init__(
        self, *, command: Sequence[str] | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self._command = tuple(command or training_command())
        self._clock = clock

    def start(self, folder: Path) -> None:
        """Start or resume a run; it outlives this program.

        Raises:
            LearningError: it is running already, or the process could not be started.
        """
        run = RunFolder(folder)
        self._let_it_leave(folder)
        try:
            with locked(folder / _LOCK_FILE) as descriptor:
                if self.is_running(folder):
                    raise AlreadyLockedError
                run.withdraw_stop()
                first_event_byte = _size_bytes(folder / EVENTS_FILE)
                child = self._spawned(run, descriptor)
                try:
                    _write_start(folder, child, first_event_byte)
                except BaseException:
                    # Nobody would find it again, and the caller may remove its folder.
                    child.kill()
                    child.wait()
                    raise
                _CHILDREN.append(child)
        except AlreadyLockedError as error:
            raise LearningError(
                _("The run {name} is being carried out already.").format(name=folder.name)
            ) from error
        except OSError as error:
            raise LearningError(
                _("The training process could not be started ({strerror}).").format(strerror=error.strerror)
            ) from error

    def _let_it_leave(self, folder: Path) -> None:
        """Wait a little for a process that has told its ending but has not yet gone."""
        events = self.follower(folder).new_events()
        if not events or not isinstance(events[-1], TERMINAL_EVENTS):
            return
        until = time.monotonic() + _LEAVING_S
        while self.is_running(folder) and time.monotonic() < until:
            time.sleep(_LOOK_EVERY_S)

    def is_running(self, folder: Path) -> bool:
        """Say whether the process of a run is alive; a recycled process number is never taken for it."""
        _CHILDREN[:] = [child for child in _CHILDREN if child.poll() is None]
        start = _newest_start(folder)
        return start is not None and is_alive(start.process)

    def stop(self, folder: Path) -> bool:
        """Ask a run to stop after the step at hand; say whether it had to be ended.

        A run that was asked ``GRACE_S`` seconds ago or earlier and is still alive is ended; what its last
        checkpoint holds is kept.
        """
        run, asked_at = RunFolder(folder), _asked_at(folder)
        start = _newest_start(folder)
        if start is None or not is_alive(start.process):
            return False
        if asked_at is None:
            run.request_stop()
            return False
        if self._clock() - asked_at < GRACE_S:
            return False
        os.kill(start.process.pid, signal.SIGTERM)
        return True

    def follower(self, folder: Path) -> RunFollower:
        """Return a follower that begins at the first event of a run."""
        return RunFollower(
            folder, is_running=lambda: self.is_running(folder), newest_start=lambda: _first_event_byte(folder)
        )

    def answer(self, arguments: Sequence[str]) -> str:
        """Carry out a short training command and return what it printed.

        Raises:
            LearningError: it did not succeed; the sentence is the command's own.
        """
        finished = subprocess.run(
            [*self._command, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            env=environment(HEAVY_WORK),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        if finished.returncode:
            said = [line for line in finished.stderr.splitlines() if line.strip()]
            raise LearningError(said[-1] if said else _("The training program ended without a word."))
        return finished.stdout

    def _spawned(self, run: RunFolder, lock_descriptor: int) -> subprocess.Popen[bytes]:
        create_private(run.log_file)
        with run.log_file.open("ab") as log:
            if sys.platform == "win32":
                return subprocess.Popen(
                    [*self._command, str(run.path)],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=environment(HEAVY_WORK),
                    creationflags=subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW,
                )
            return subprocess.Popen(
                [*self._command, str(run.path)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment(HEAVY_WORK),
                start_new_session=True,
                pass_fds=(lock_descriptor,),
            )


def _write_start(folder: Path, child: subprocess.Popen[bytes], first_event_byte: int) -> None:
    process = identity_of(child.pid) or ProcessIdentity(pid=child.pid, started="ended at once")
    start = _Start(process=process, first_event_byte=first_event_byte)
    write_whole(folder / _PROCESS_FILE, start.model_dump_json().encode())


def _newest_start(folder: Path) -> _Start | None:
    try:
        return _Start.model_validate_json((folder / _PROCESS_FILE).read_bytes())
    except (OSError, ValidationError):
        return None


def _first_event_byte(folder: Path) -> int | None:
    """Where the events of the newest start begin, None when the run was never started."""
    start = _newest_start(folder)
    return None if start is None else start.first_event_byte


def _asked_at(folder: Path) -> float | None:
    """When the person asked the run to stop, in seconds since 1970."""
    try:
        return (folder / STOP_FILE).stat().st_mtime
    except FileNotFoundError:
        return None


def _size_bytes(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0
