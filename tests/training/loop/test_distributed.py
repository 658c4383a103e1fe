"""Two processes carry out one run as one would, and end it together with one event."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import distributed

from models.contract.shelf.card import WEIGHTS_FILE
from tests.model_folders import write_model
from tests.training.data_folders import mini_data_folder
from tests.training.runs.shared_run import STEP_OF_TROUBLE
from training.contract.events import TERMINAL_EVENTS, CheckpointSaved, RunFinished, RunStarted
from training.contract.plan import TrainingPlan
from training.contract.recipes import fine_tuning_plan
from training.contract.run_folder import RunFolder, create_run_folder
from training.loop.checkpoints import LAST
from training.loop.distributed import SINGLE_PROCESS, ProcessGroup

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 3600
"""Only a run that hangs takes as long."""
needs_distributed = pytest.mark.skipif(
    not (distributed.is_available() and distributed.is_gloo_available()) or sys.platform == "win32",
    reason="this build of torch cannot join processes with gloo",
)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> TrainingPlan:
    """Held statistics, as always in fine-tuning: otherwise each process would normalise by its images."""
    root = tmp_path_factory.mktemp("shared")
    base = write_model(root / "models", "dermomamba_tiny", "segmentation", with_graph=False)
    data_dir = mini_data_folder(root / "data", train=6, val=1, test=1)
    recipe = fine_tuning_plan(
        task="segmentation",
        snapshot_dir=data_dir,
        base=base,
        model_name="candidate",
        model_version="1",
        threads=1,
    )
    small = {"stages": [{"height_px": 32, "width_px": 32, "epochs": 1}], "batch_size": 3}
    return TrainingPlan.model_validate(recipe.model_dump() | small | {"checkpoint_every_s": 1e-9})


def carry_out(folder: RunFolder, *, processes: int, trouble: str = "none") -> int:
    """The exit status of the processes that torchrun started."""
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", str(processes)]
    start = launcher if processes > 1 else []
    command = [sys.executable, *start, "-m", "tests.training.runs.shared_run", trouble, str(folder.path)]
    with (folder.path / "log.txt").open("ab") as log:
        process = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            stderr=log,
            stdout=log,
            timeout=PATIENCE_S,
            check=False,
        )
    return process.returncode


@pytest.fixture(scope="module")
def alone(plan: TrainingPlan, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    folder = create_run_folder(tmp_path_factory.mktemp("runs") / "alone", plan)
    assert carry_out(folder, processes=1) == 0
    return folder


def distance(first: dict[str, torch.Tensor], second: dict[str, torch.Tensor], names: list[str]) -> float:
    squares = [(first[n].double() - second[n].double()).square().sum() for n in names]
    return float(torch.stack(squares).sum().sqrt())


@pytest.mark.slow
@needs_distributed
def test_two_processes_learn_what_one_learns_also_when_stopped_in_between(
    plan: TrainingPlan, alone: RunFolder, tmp_path: Path
) -> None:
    """An odd batch, so that the two parts differ in size; a stop that only the first process hears of."""
    together = create_run_folder(tmp_path / "together", plan)
    assert carry_out(together, processes=2, trouble="stop") == 0
    assert [e.kind for e in together.events() if isinstance(e, TERMINAL_EVENTS)] == ["run_stopped"]
    assert carry_out(together, processes=2) == 0
    events = together.events()
    assert [e.kind for e in events if isinstance(e, TERMINAL_EVENTS)] == ["run_stopped", "run_finished"]
    assert isinstance(events[-1], RunFinished)
    assert [e.first_step for e in events if isinstance(e, RunStarted)] == [0, STEP_OF_TROUBLE]
    told = [[e.step for e in f.events() if isinstance(e, CheckpointSaved)] for f in (alone, together)]
    assert sorted(set(told[0])) == sorted(set(told[1]))

    assert plan.fine_tuning is not None
    ours, theirs = (load_file(f.checkpoints / LAST) for f in (together, alone))
    start = {f"network.{n}": t for n, t in load_file(plan.fine_tuning.base / WEIGHTS_FILE).items()}
    names = [name for name in start if start[name].is_floating_point()]
    moved = distance(theirs, start, names)
    # Sums of float32 in another order change a gradient by about 1e-6 of itself. AdamW divides by the
    # gradient's own size, so that weights with next to no gradient may take a step to the other side.
    assert distance(ours, theirs, names) < 0.01 * moved


@pytest.mark.slow
@needs_distributed
def test_a_process_that_breaks_off_ends_the_run_with_one_event(plan: TrainingPlan, tmp_path: Path) -> None:
    folder = create_run_folder(tmp_path / "broken", plan)
    assert carry_out(folder, processes=2, trouble="break") != 0
    endings = [event for event in folder.events() if isinstance(event, TERMINAL_EVENTS)]
    assert [ending.kind for ending in endings] == ["run_failed"]
    assert folder.events()[-1] == endings[0]
    assert "Another process of this run broke off" in endings[0].model_dump()["reason"]


@pytest.mark.parametrize(("count", "size"), [(6, 2), (7, 3), (2, 3), (1, 4)])
def test_the_parts_of_all_processes_are_the_batch(count: int, size: int) -> None:
    batch = {"x": torch.arange(count)}
    parts = [ProcessGroup(rank, size).part_of(batch) for rank in range(size)]
    assert sorted(int(n) for part, factor in parts if factor for n in part["x"]) == list(range(count))
    assert all(len(part["x"]) > 0 for part, _ in parts)
    assert sum(factor for _, factor in parts) / size == pytest.approx(1)
    mean = sum(float(part["x"].float().mean()) * factor for part, factor in parts) / size
    assert mean == pytest.approx(float(batch["x"].float().mean()))


def test_a_process_alone_takes_the_whole_batch_as_it_is() -> None:
    batch = {"x": torch.arange(5)}
    part, factor = SINGLE_PROCESS.part_of(batch)
    assert part is batch
    assert factor == 1.0
    assert SINGLE_PROCESS.broadcast_flag(flag=True)
    assert not SINGLE_PROCESS.broadcast_flag(flag=False)
    assert SINGLE_PROCESS.mean(0.25) == 0.25
