"""Runs are processes of their own: they outlive the window, are found again and are never started twice."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.domain.errors import LearningError
from app.runs.launcher import GRACE_S, ProcessRunLauncher, _newest_start
from app.runs.process_identity import ProcessIdentity, _started_elsewhere, identity_of, is_alive
from training.contract.events import RunFailed, RunStopped, StepsFinished
from training.contract.run_folder import RunFolder

TRAINING = """
import sys, time
from pathlib import Path
from training.contract.events import RunFinished, RunStopped, StepsFinished
from training.contract.run_folder import RunFolder
if sys.argv[1] == "fail":
    sys.exit("It cannot be measured.")
if sys.argv[1] == "say":
    print(*sys.argv[2:]); sys.exit()
run = RunFolder(Path(sys.argv[1]))
print("a stray word", flush=True)
run.append(StepsFinished(step=1, loss=0.5, learning_rate=1e-3, seconds_left=None, memory_bytes=None))
while not run.is_stop_requested() or (run.path / "deaf").exists():
    if (run.path / "finish").exists():
        run.append(RunFinished(step=1, best_epoch=0, metrics={})); sys.exit()
    time.sleep(0.02)
run.append(RunStopped(step=1))
"""


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    script = tmp_path / "training_program.py"
    script.write_text(TRAINING, encoding="utf-8")
    return [sys.executable, str(script)]


@pytest.fixture
def run(tmp_path: Path, command: list[str]) -> Iterator[Path]:
    folder = tmp_path / "a run"
    folder.mkdir()
    yield folder
    launcher = ProcessRunLauncher(command=command)
    (folder / "deaf").unlink(missing_ok=True)
    launcher.stop(folder)
    _wait(lambda: not launcher.is_running(folder))


def _wait(condition: Callable[[], bool]) -> None:
    for _ in range(3000):
        if condition():
            return
        time.sleep(0.02)
    pytest.fail("it did not come about")


def _has_told(folder: Path) -> Callable[[], bool]:
    return lambda: bool(RunFolder(folder).events())


def test_a_run_is_started_stopped_and_resumed(run: Path, command: list[str]) -> None:
    launcher = ProcessRunLauncher(command=command)
    follower = launcher.follower(run)
    assert follower.new_events() == []
    for _ in range(2):
        launcher.start(run)
        assert launcher.is_running(run)
        _wait(lambda: bool(follower.new_events()))
        assert launcher.stop(run) is False
        _wait(lambda: not launcher.is_running(run))
        assert [type(event) for event in follower.new_events()] == [RunStopped]
        assert follower.new_events() == []
    assert (run / "log.txt").read_text("utf-8") == "a stray word\n" * 2


def test_a_run_is_not_started_twice(run: Path, command: list[str]) -> None:
    ProcessRunLauncher(command=command).start(run)
    with pytest.raises(LearningError, match="being carried out already"):
        ProcessRunLauncher(command=command).start(run)
    _wait(_has_told(run))
    with pytest.raises(LearningError, match="being carried out already"):
        ProcessRunLauncher(command=command).start(run)


@pytest.mark.skipif(sys.platform == "win32", reason="the lock goes over to the child on Unix only")
def test_a_run_whose_start_was_not_written_down_is_not_started_twice(run: Path, command: list[str]) -> None:
    launcher = ProcessRunLauncher(command=command)
    launcher.start(run)
    written = (run / "process.json").read_bytes()
    (run / "process.json").unlink()
    with pytest.raises(LearningError, match="already"):
        ProcessRunLauncher(command=command).start(run)
    (run / "process.json").write_bytes(written)


def test_a_run_whose_start_cannot_be_written_down_is_ended(run: Path, command: list[str]) -> None:
    (run / "process.json").mkdir()
    launcher = ProcessRunLauncher(command=command)
    with pytest.raises(LearningError, match="could not be started"):
        launcher.start(run)
    (run / "process.json").rmdir()
    earlier = RunFolder(run).events()
    launcher.start(run)
    assert launcher.is_running(run), "the child of the first start held the lock otherwise"
    _wait(lambda: len(RunFolder(run).events()) > len(earlier))


def test_a_killed_run_ends_with_one_failure(run: Path, command: list[str]) -> None:
    launcher = ProcessRunLauncher(command=command)
    launcher.start(run)
    _wait(_has_told(run))
    os.kill(_process(run).pid, signal.SIGTERM)
    _wait(lambda: not launcher.is_running(run))
    follower = launcher.follower(run)
    assert [type(event) for event in follower.new_events()] == [StepsFinished, RunFailed]
    assert follower.new_events() == []
    launcher.start(run)
    _wait(lambda: [type(event) for event in follower.new_events()] == [StepsFinished])


def test_a_start_that_dies_before_a_word_is_told_although_an_earlier_one_was_stopped(run: Path) -> None:
    RunFolder(run).append(RunStopped(step=1))
    launcher = ProcessRunLauncher(command=[sys.executable, "-c", "raise SystemExit(3)"])
    launcher.start(run)
    _wait(lambda: not launcher.is_running(run))
    assert [type(event) for event in launcher.follower(run).new_events()] == [RunStopped, RunFailed]


def test_a_half_written_line_waits_for_its_end(run: Path) -> None:
    follower = ProcessRunLauncher().follower(run)
    RunFolder(run).append(RunStopped(step=1))
    line = (run / "events.jsonl").read_bytes()
    with (run / "events.jsonl").open("ab") as stream:
        stream.write(line[:20])
        stream.flush()
        assert len(follower.new_events()) == 1
        assert follower.new_events() == []
        stream.write(line[20:])
    assert [type(event) for event in follower.new_events()] == [RunStopped]


def test_a_recycled_process_number_is_not_taken_for_the_run(run: Path, command: list[str]) -> None:
    launcher = ProcessRunLauncher(command=command)
    launcher.start(run)
    alive = _process(run)
    assert is_alive(alive)
    assert not is_alive(ProcessIdentity(pid=alive.pid, started="another time"))
    assert not is_alive(ProcessIdentity(pid=os.getpid(), started=alive.started))
    text = (run / "process.json").read_text("utf-8")
    (run / "process.json").write_text(text.replace(alive.started, "another time"), "utf-8")
    assert not launcher.is_running(run)
    (run / "process.json").write_text(text, "utf-8")


def test_systems_without_proc_tell_a_living_process_from_an_ended_one() -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    first = _started_elsewhere(process.pid)
    assert first is not None
    assert _started_elsewhere(process.pid) == first != _started_elsewhere(os.getpid())
    assert process.stdin is not None
    process.stdin.close()
    _wait(lambda: _started_elsewhere(process.pid) is None)  # it has ended, but nobody has asked how
    process.wait()
    assert _started_elsewhere(process.pid) is None


def test_the_run_outlives_the_program_that_started_it(run: Path, command: list[str]) -> None:
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom app.runs.launcher import ProcessRunLauncher\n"
        "ProcessRunLauncher(command=sys.argv[2:]).start(Path(sys.argv[1]))\nprint('started', flush=True)\n"
        "time.sleep(600)"
    )
    window = subprocess.Popen([sys.executable, "-c", code, str(run), *command], stdout=subprocess.PIPE)
    assert window.stdout is not None
    assert window.stdout.readline().strip() == b"started"
    window.kill()
    window.wait()
    window.stdout.close()
    again = ProcessRunLauncher(command=command)
    assert again.is_running(run)
    _wait(_has_told(run))
    (run / "finish").touch()
    _wait(lambda: not again.is_running(run))
    assert [event.kind for event in again.follower(run).new_events()] == ["steps_finished", "run_finished"]


def test_a_run_that_does_not_stop_is_ended_after_the_grace_period(run: Path, command: list[str]) -> None:
    now = [time.time()]
    launcher = ProcessRunLauncher(command=command, clock=lambda: now[0])
    (run / "deaf").touch()
    launcher.start(run)
    _wait(_has_told(run))
    assert launcher.stop(run) is False
    assert launcher.stop(run) is False
    assert launcher.is_running(run)
    now[0] += GRACE_S + 5
    assert launcher.stop(run) is True
    _wait(lambda: not launcher.is_running(run))


def test_short_commands_answer_or_say_why_not(command: list[str]) -> None:
    launcher = ProcessRunLauncher(command=command)
    assert launcher.answer(["say", "a", "b"]).strip() == "a b"
    with pytest.raises(LearningError, match=r"It cannot be measured\."):
        launcher.answer(["fail"])


def _process(folder: Path) -> ProcessIdentity:
    start = _newest_start(folder)
    assert start is not None
    assert identity_of(start.process.pid) == start.process
    return start.process
