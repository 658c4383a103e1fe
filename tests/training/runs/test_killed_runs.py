"""``kill -9`` at twenty random moments: the run ends where it would have ended without.

Nothing here depends on how fast the machine is: a leash keeps a run from ending before its killer comes.
"""

import multiprocessing
import random
import signal
import sys
import time
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from models.contract.shelf.card import read_card
from tests.training.data_folders import mini_data_folder
from tests.training.runs import killed_run
from tests.training.runs.test_failing_runs import smallest_run
from training.contract.events import (
    TERMINAL_EVENTS,
    CheckpointSaved,
    ModelPublished,
    RunFailed,
    RunFinished,
    RunStarted,
    closed,
)
from training.contract.plan import Stage
from training.contract.run_folder import RunFolder, create_run_folder
from training.contract.run_state import fold_events
from training.loop.checkpoints import BEST, LAST

KILLS = 20
EPOCHS, STEPS_PER_EPOCH = 20, 3
SEED = 20
"""With it the leashes are shorter together than the run, even if every kill hides a saved step."""
PATIENCE_S = 3600
"""Only a run that hangs takes as long."""


@pytest.fixture(scope="module")
def processes() -> ForkServerContext:
    """Each process is forked from one that has imported everything, which spares 20 times two seconds."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.training.runs.killed_run"])
    return context


def finish(processes: ForkServerContext, folder: RunFolder, *, publishes: bool) -> None:
    process = processes.Process(target=killed_run.finish, args=(str(folder.path), publishes))
    process.start()
    process.join(PATIENCE_S)
    assert process.exitcode == 0


def kill_somewhere(processes: ForkServerContext, folder: RunFolder, reach: int, rng: random.Random) -> None:
    """Start the run and kill it a little after ``reach`` further steps, if 0 during its preparation."""
    first = saved_step(folder)
    process = processes.Process(target=killed_run.go_on, args=(str(folder.path), first + reach + 1))
    process.start()
    wait_for_step(process, folder, first + reach)
    time.sleep(rng.random() * 0.1)
    process.kill()
    process.join(PATIENCE_S)
    assert process.exitcode == -signal.SIGKILL
    endings = [e for e in closed(folder.events(), is_running=False) if isinstance(e, TERMINAL_EVENTS)]
    assert [ending.kind for ending in endings] == ["run_failed"]


def wait_for_step(process: BaseProcess, folder: RunFolder, step: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while saved_step(folder) < step:
        assert process.is_alive()
        assert time.monotonic() < deadline
        time.sleep(0.02)


def saved_step(folder: RunFolder) -> int:
    """The newest step that the run said it can be resumed from."""
    return max((event.step for event in folder.events() if isinstance(event, CheckpointSaved)), default=0)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 and the fork server are POSIX's")
def test_a_run_killed_twenty_times_ends_as_if_it_never_was(
    tmp_path: Path, processes: ForkServerContext
) -> None:
    data_dir = mini_data_folder(tmp_path / "data", train=6, val=2, test=2)
    stage = Stage(height_px=32, width_px=32, epochs=EPOCHS)
    whole = smallest_run(data_dir, stages=(stage,), batch_size=2, checkpoint_every_s=1e-9)
    killed = create_run_folder(tmp_path / "killed", whole.plan())
    rng = random.Random(SEED)
    reaches = [rng.randrange(3) for _ in range(KILLS)]
    for reach in reaches:
        kill_somewhere(processes, killed, reach, rng)
    finish(processes, killed, publishes=True)
    finish(processes, whole, publishes=False)
    assert_same_weights(whole, killed)
    assert_ended_once(killed, fewest_starts=sum(reach > 0 for reach in reaches) + 1)
    assert_published_once(killed)
    assert fold_events(killed.events()).metrics == fold_events(whole.events()).metrics


def assert_same_weights(first: RunFolder, second: RunFolder) -> None:
    """Weights, averages and optimiser moments, bit for bit."""
    for name in (LAST, BEST):
        ours, theirs = load_file(first.checkpoints / name), load_file(second.checkpoints / name)
        assert ours.keys() == theirs.keys()
        assert all(torch.equal(tensor, theirs[label]) for label, tensor in ours.items())


def assert_ended_once(folder: RunFolder, *, fewest_starts: int) -> None:
    """One terminal event, after the last of many starts that took up earlier steps."""
    events = folder.events()
    endings = [event for event in events if isinstance(event, TERMINAL_EVENTS)]
    assert endings == [events[-1]]
    assert isinstance(endings[0], RunFinished)
    assert endings[0].step == EPOCHS * STEPS_PER_EPOCH
    assert not any(isinstance(event, RunFailed) for event in events)
    first_steps = [event.first_step for event in events if isinstance(event, RunStarted)]
    assert first_steps == sorted(first_steps)
    assert len(set(first_steps)) >= fewest_starts


def assert_published_once(folder: RunFolder) -> None:
    published = [event for event in folder.events() if isinstance(event, ModelPublished)]
    assert len(published) == 1
    assert read_card(Path(published[0].folder)).reference == f"{published[0].name}/{published[0].version}"
