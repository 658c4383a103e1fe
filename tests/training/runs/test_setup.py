"""A run learns from the very snapshot that it was planned with."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import torch

from tests.training.data_folders import mini_data_folder
from tests.training.snapshots import write_snapshot
from training.contract.data_set import read_manifest
from training.contract.fine_tuning import FineTuning
from training.contract.plan import Stage, TrainingPlan
from training.contract.recipes import RunOptions, plan_for
from training.contract.run_folder import create_run_folder
from training.contract.snapshot import (
    Snapshot,
    SnapshotEntry,
    SnapshotError,
    SnapshotImage,
    Subset,
)
from training.inputs.planned_split import planned_split
from training.loop.distributed import SINGLE_PROCESS
from training.runs.run import _prepared
from training.runs.setup import planned_task
from training.tasks.run_context import RunContext


def a_snapshot(folder: Path, source: Path, *, train: int = 2) -> Snapshot:
    mini_data_folder(source, train=train, val=1, test=1)
    subsets: dict[str, Subset] = {"train": "train", "val": "val", "test": "exam"}
    entries = [
        SnapshotEntry(
            SnapshotImage(
                image_id=sample.image_id,
                patient=sample.image_id,
                subset=subsets[sample.split],
                reason="taken",
            ),
            image_png=sample.image_file.read_bytes(),
            mask_png=sample.mask_file.read_bytes() if sample.mask_file else None,
        )
        for sample in read_manifest(source)
    ]
    now = datetime.now(UTC)
    return write_snapshot(folder, entries, snapshot_id="one", task="segmentation", created_at=now)


def start(root: Path, data: Path, manifest_sha256: str | None) -> tuple[int, int]:
    """Return the numbers of training and validation images of a run on ``data``."""
    plan = TrainingPlan(
        task="segmentation",
        architecture="dermomamba_tiny",
        data_dir=data,
        stages=(Stage(height_px=64, width_px=64, epochs=1),),
        batch_size=2,
        learning_rate=1e-3,
        loss="bce_dice",
        fine_tuning=FineTuning(base=root / "base", snapshot_manifest_sha256=manifest_sha256),
        model_name="candidate",
        model_version="1",
    )
    return planned_task(RunContext.of(create_run_folder(root / "run", plan), plan)).counts


def test_the_snapshot_of_the_plan_is_learned_from(tmp_path: Path) -> None:
    snapshot = a_snapshot(tmp_path / "one", tmp_path / "source")
    assert start(tmp_path, tmp_path / "one", snapshot.manifest_sha256) == (2, 1)


def test_a_snapshot_that_lost_its_card_is_refused(tmp_path: Path) -> None:
    snapshot = a_snapshot(tmp_path / "one", tmp_path / "source")
    (tmp_path / "one" / "snapshot.json").unlink()
    with pytest.raises(SnapshotError, match="is no snapshot"):
        start(tmp_path, tmp_path / "one", snapshot.manifest_sha256)


def test_another_snapshot_than_that_of_the_plan_is_refused(tmp_path: Path) -> None:
    planned = a_snapshot(tmp_path / "one", tmp_path / "source")
    a_snapshot(tmp_path / "changed", tmp_path / "more", train=3)
    with pytest.raises(SnapshotError, match="changed since the run was planned"):
        start(tmp_path, tmp_path / "changed", planned.manifest_sha256)


def test_a_data_folder_that_is_no_snapshot_is_learned_from_when_none_is_named(tmp_path: Path) -> None:
    data = mini_data_folder(tmp_path / "data", train=2, val=1, test=0)
    assert start(tmp_path, data, None) == (2, 1)


def _a_plan(data_dir: Path, **changes: object) -> TrainingPlan:
    options = {"task": "segmentation", "data_dir": data_dir, "quick_test": True, "epochs": 1}
    return plan_for(RunOptions.model_validate(options | changes))


def test_threads_seed_and_images_of_the_plan_reach_the_trainer(tmp_path: Path) -> None:
    data = mini_data_folder(tmp_path / "data", train=4, val=2, test=1)
    threads_before, first_weights = torch.get_num_threads(), []
    try:
        for run, seed in enumerate((5, 5, 6)):
            plan = _a_plan(data, seed=seed, threads=3)
            folder = create_run_folder(tmp_path / f"run {run}", plan)
            _, task, trainer = _prepared(folder, plan, SINGLE_PROCESS)
            first_weights.append(next(trainer.network.parameters()).detach().clone())
            assert torch.get_num_threads() == 3
            assert task.counts == (4, 2)
    finally:
        torch.set_num_threads(threads_before)
    assert torch.equal(first_weights[0], first_weights[1])
    assert not torch.equal(first_weights[0], first_weights[2])


def test_the_images_of_a_run_are_those_of_the_subsets_of_its_snapshot(tmp_path: Path) -> None:
    snapshot = a_snapshot(tmp_path / "one", tmp_path / "source", train=3)
    subsets = {image.image_id: image.subset for image in snapshot.images}
    split = planned_split(_a_plan(tmp_path / "one"), read_manifest(tmp_path / "one"))
    assert sorted(subsets[sample.image_id] or "" for sample in split.train) == ["train"] * 3
    assert [subsets[sample.image_id] for sample in split.validation] == ["val"]
