import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from tests.training.loop.toy_task import (
    STEPS_PER_EPOCH,
    ToyTask,
    toy_network,
    toy_plan,
    toy_trainer,
    train_toy,
)
from training.contract.events import BatchHalved, CheckpointSaved, EpochFinished, Event, StepsFinished
from training.loop.checkpoints import BEST, LAST, CheckpointError, load_average
from training.loop.step import TrainingFailedError
from training.loop.task import Batch

ROOT = Path(__file__).resolve().parents[3]


def last_tensors(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "checkpoints" / LAST)


def assert_same_run(first: Path, second: Path) -> None:
    """Weights, averages and optimiser moments agree bit for bit, and so do the epochs told."""
    ours, theirs = last_tensors(first), last_tensors(second)
    assert ours.keys() == theirs.keys()
    for name, tensor in ours.items():
        assert torch.equal(tensor, theirs[name]), name


def told_epochs(events: list[Event]) -> list[tuple[int, int, float, dict[str, float]]]:
    return [(e.epoch, e.step, e.train_loss, e.metrics) for e in events if isinstance(e, EpochFinished)]


class StopAt:
    """Asks for a stop once a checkpoint of this step was told."""

    def __init__(self, step: int) -> None:
        self.step = step

    def attach(self, folder: Path) -> None:
        run_folder, trainer = toy_trainer(folder)

        def emit(event: Event) -> None:
            run_folder.append(event)
            if isinstance(event, CheckpointSaved) and event.step >= self.step:
                run_folder.request_stop()

        assert trainer.train(emit).was_stopped


@pytest.mark.parametrize("step", [1, 4, STEPS_PER_EPOCH, 2 * STEPS_PER_EPOCH + 1])
def test_a_resumed_run_equals_an_uninterrupted_one(tmp_path: Path, step: int) -> None:
    whole, _ = train_toy(tmp_path / "whole")
    StopAt(step).attach(tmp_path / "parts")
    parts, outcome = train_toy(tmp_path / "parts")
    assert not outcome.was_stopped
    assert_same_run(tmp_path / "whole", tmp_path / "parts")
    assert told_epochs(whole.events()) == told_epochs(parts.events())


def test_a_run_killed_at_any_moment_goes_on_to_the_same_end(tmp_path: Path) -> None:
    train_toy(tmp_path / "whole")
    command = [
        sys.executable,
        "-m",
        "tests.training.loop.toy_task",
        str(tmp_path / "killed"),
        "0.05",
    ]
    # The same number of threads as here: another one draws other dropout masks.
    environment = {**os.environ, "OMP_NUM_THREADS": str(torch.get_num_threads())}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not (tmp_path / "killed" / "checkpoints" / LAST).exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.12)
    process.send_signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
    process.wait(timeout=30)
    folder, outcome = train_toy(tmp_path / "killed")
    assert outcome.state.step == 4 * STEPS_PER_EPOCH
    assert_same_run(tmp_path / "whole", tmp_path / "killed")
    assert [epoch for epoch, *_ in told_epochs(folder.events())] == [0, 1, 2, 3]


def test_a_stop_request_ends_the_run_before_the_next_step(tmp_path: Path) -> None:
    run_folder, trainer = toy_trainer(tmp_path / "run")
    run_folder.request_stop()
    outcome = trainer.train(run_folder.append)
    assert outcome.was_stopped
    assert outcome.state.step == 0


class SeedKeepingTask(ToyTask):
    """Keeps what torch's generator was seeded with at each step."""

    def __init__(self) -> None:
        super().__init__()
        self.seeds: list[int] = []

    def loss(self, network: torch.nn.Module, batch: Batch) -> torch.Tensor:
        self.seeds.append(torch.initial_seed())
        return super().loss(network, batch)


def _seeds_of_a_run(folder: Path, seed: int) -> list[int]:
    task = SeedKeepingTask()
    run_folder, trainer = toy_trainer(folder, task, seed=seed)
    trainer.train(run_folder.append)
    return task.seeds


def test_every_step_of_every_seed_draws_other_random_numbers(tmp_path: Path) -> None:
    """Dropout would leave out the same features in every step otherwise, or in every run."""
    first, second = (_seeds_of_a_run(tmp_path / str(seed), seed) for seed in (3, 4))
    assert len({*first, *second}) == len(first) + len(second) == 2 * 4 * STEPS_PER_EPOCH


class StoppingTask(ToyTask):
    """Asks for a stop in the middle of the measurement of an epoch."""

    def __init__(self, folder: Path, epoch: int) -> None:
        super().__init__()
        self.stop_file, self.epoch, self.measured = folder / "stop", epoch, 0

    def evaluate(self, network: torch.nn.Module) -> dict[str, float]:
        if self.measured == self.epoch:
            self.stop_file.touch()
        self.measured += 1
        return super().evaluate(network)


@pytest.mark.parametrize("epoch", [0, 1, 3])
def test_a_stop_during_a_measurement_is_honoured_and_the_measurement_made_up_for(
    tmp_path: Path, epoch: int
) -> None:
    whole, _ = train_toy(tmp_path / "whole")
    _, outcome = train_toy(tmp_path / "parts", StoppingTask(tmp_path / "parts", epoch))
    assert outcome.was_stopped
    assert outcome.state.step == (epoch + 1) * STEPS_PER_EPOCH
    parts, outcome = train_toy(tmp_path / "parts")
    assert not outcome.was_stopped
    assert_same_run(tmp_path / "whole", tmp_path / "parts")
    assert told_epochs(whole.events()) == told_epochs(parts.events())


def test_steps_are_told_at_the_end_of_each_epoch(tmp_path: Path) -> None:
    folder, _ = train_toy(tmp_path / "run")
    told = [event for event in folder.events() if isinstance(event, StepsFinished)]
    assert {5, 10, 15, 20} <= {event.step for event in told}
    assert all(event.loss is not None and event.loss > 0 for event in told)
    assert told[-1].seconds_left == 0


class SmallMemoryTask(ToyTask):
    """Holds at most two of the four images of a batch, from the second epoch on."""

    def loss(self, network: torch.nn.Module, batch: Batch) -> torch.Tensor:
        loss = super().loss(network, batch)
        if len(self.losses) > STEPS_PER_EPOCH and len(batch["x"]) > 2:
            raise MemoryError
        return loss


def test_a_lack_of_memory_is_told_once_and_the_steps_stay_the_same(tmp_path: Path) -> None:
    folder, outcome = train_toy(tmp_path / "run", SmallMemoryTask())
    told = [event for event in folder.events() if isinstance(event, BatchHalved)]
    assert [event.micro_batch_size for event in told] == [2]
    assert "2 images at a time" in told[0].reason
    assert outcome.state.step == 4 * STEPS_PER_EPOCH


def test_a_resumed_run_goes_on_with_the_smaller_parts(tmp_path: Path) -> None:
    folder, trainer = toy_trainer(tmp_path / "parts", SmallMemoryTask())

    def emit(event: Event) -> None:
        folder.append(event)
        if isinstance(event, BatchHalved):
            folder.request_stop()

    assert trainer.train(emit).was_stopped
    # The memory suffices again, yet the parts stay what they were: the same sums, the same end.
    train_toy(tmp_path / "parts", ToyTask())
    train_toy(tmp_path / "whole", SmallMemoryTask())
    assert_same_run(tmp_path / "whole", tmp_path / "parts")


def test_a_batch_that_is_not_a_number_does_not_move_the_average(tmp_path: Path) -> None:
    train_toy(tmp_path / "run", ToyTask(spoiled_from=4 * STEPS_PER_EPOCH - 3))
    folder, trainer = toy_trainer(tmp_path / "short")

    def emit(event: Event) -> None:
        folder.append(event)
        if isinstance(event, CheckpointSaved) and event.step == 4 * STEPS_PER_EPOCH - 3:
            folder.request_stop()

    assert trainer.train(emit).was_stopped
    assert_same_run(tmp_path / "short", tmp_path / "run")


def test_each_stage_is_opened_once_in_order(tmp_path: Path) -> None:
    task = ToyTask()
    train_toy(tmp_path / "run", task)
    assert task.opened == [32, 64]


def test_a_loss_that_stays_not_a_number_ends_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(TrainingFailedError, match="no longer a number"):
        train_toy(tmp_path / "run", ToyTask(spoiled_from=0))


def test_a_step_that_is_not_a_number_leaves_the_weights_alone(tmp_path: Path) -> None:
    folder, trainer = toy_trainer(tmp_path / "run", ToyTask(spoiled_from=19))
    trainer.train(folder.append)
    for name, tensor in last_tensors(tmp_path / "run").items():
        assert torch.isfinite(tensor).all(), name


def test_the_best_epoch_is_kept_for_publishing(tmp_path: Path) -> None:
    folder, outcome = train_toy(tmp_path / "run")
    state = load_average(folder.checkpoints / BEST, toy_network())
    assert state.best_epoch == outcome.state.best_epoch
    told = [event for event in folder.events() if isinstance(event, EpochFinished)]
    best = max(event.metrics["score"] for event in told if event.height_px == told[-1].height_px)
    assert state.best_score == best


def test_a_checkpoint_of_another_network_is_refused(tmp_path: Path) -> None:
    folder, _ = train_toy(tmp_path / "run")
    with pytest.raises(CheckpointError, match="another network"):
        load_average(folder.checkpoints / LAST, torch.nn.Linear(2, 2))


def test_a_plan_that_was_changed_after_the_start_is_not_gone_on_with(tmp_path: Path) -> None:
    train_toy(tmp_path / "run")
    plan_file = tmp_path / "run" / "plan.json"
    plan_file.write_text(toy_plan(seed=3).model_dump_json(), "utf-8")
    with pytest.raises(CheckpointError, match=r"plan\.json was changed"):
        toy_trainer(tmp_path / "run", seed=3)
