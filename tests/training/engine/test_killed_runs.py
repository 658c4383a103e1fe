"""``kill -9`` at twenty random moments: the run ends where it would have ended without."""

import multiprocessing
import random
import signal
import sys
import time
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from tests.training.data_folders import mini_data_folder
from tests.training.engine.killed_run import carry_out
from tests.training.engine.test_failing_runs import smallest_run
from training.contract.events import TERMINAL_EVENTS, RunFinished, RunStarted
from training.contract.plan import Stage
from training.contract.run_folder import RunFolder, create_run_folder
from training.contract.story import told
from training.engine.checkpoints import BEST, LAST

KILLS = 20
EPOCHS, STEPS_PER_EPOCH = 15, 3


@pytest.fixture(scope="module")
def processes() -> ForkServerContext:
    """Each process is forked from one that has imported everything, which spares 20 times two seconds."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.training.engine.killed_run"])
    return context


def finish(processes: ForkServerContext, folder: RunFolder) -> None:
    process = processes.Process(target=carry_out, args=(str(folder.path),))
    process.start()
    process.join(timeout=120)
    assert process.exitcode == 0


def kill_somewhere(processes: ForkServerContext, folder: RunFolder, rng: random.Random) -> None:
    """Start the run and kill it during its preparation, or a little after some further events."""
    events = folder.path / "events.jsonl"
    process = processes.Process(target=carry_out, args=(str(folder.path),))
    lines_then = line_count(events)
    further_lines = rng.randrange(4)
    process.start()
    while process.is_alive() and line_count(events) < lines_then + further_lines:
        time.sleep(0.005)
    time.sleep(rng.random() * 0.04)
    process.kill()
    process.join(timeout=30)
    assert process.exitcode == -signal.SIGKILL


def line_count(file: Path) -> int:
    return file.read_bytes().count(b"\n") if file.exists() else 0


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 and the fork server are POSIX's")
def test_a_run_killed_twenty_times_ends_as_if_it_never_was(
    tmp_path: Path, processes: ForkServerContext
) -> None:
    data_dir = mini_data_folder(tmp_path / "data", train=6, val=2, test=2)
    stage = Stage(height_px=32, width_px=32, epochs=EPOCHS)
    whole = smallest_run(data_dir, stages=(stage,), batch_size=2, checkpoint_every_s=1e-9)
    killed = create_run_folder(tmp_path / "killed", whole.plan())
    rng = random.Random(20)
    for _ in range(KILLS):
        kill_somewhere(processes, killed, rng)
    finish(processes, killed)
    finish(processes, whole)
    assert_same_weights(whole, killed)
    assert_ended_once(killed)
    assert told(killed.events()).metrics == told(whole.events()).metrics


def assert_same_weights(first: RunFolder, second: RunFolder) -> None:
    for name in (LAST, BEST):
        ours, theirs = load_file(first.checkpoints / name), load_file(second.checkpoints / name)
        assert ours.keys() == theirs.keys()
        assert all(torch.equal(tensor, theirs[label]) for label, tensor in ours.items())


def assert_ended_once(folder: RunFolder) -> None:
    """One terminal event after the last start, and several starts that took up earlier steps."""
    events = folder.events()
    starts = [index for index, event in enumerate(events) if isinstance(event, RunStarted)]
    endings = [event for event in events if isinstance(event, TERMINAL_EVENTS)]
    assert events[-1] == endings[0]
    assert len(endings) == 1
    assert isinstance(endings[0], RunFinished)
    assert endings[0].step == EPOCHS * STEPS_PER_EPOCH
    first_steps = [event.first_step for event in events if isinstance(event, RunStarted)]
    assert len(starts) > KILLS // 2
    assert first_steps == sorted(first_steps)
    assert len(set(first_steps)) > KILLS // 4
