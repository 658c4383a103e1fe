"""From a frozen snapshot to an examined candidate, by the command that the application starts."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from models.contract.imaging.preprocess import resized
from models.contract.shelf.card import read_card
from models.contract.shelf.exam import read_exam
from models.contract.shelf.gate import verdict
from tests.model_folders import write_model
from tests.training.data_folders import mini_data_folder
from tests.training.snapshots import write_snapshot
from training.__main__ import main
from training.contract.data_set import read_manifest
from training.contract.events import ExamSat, ModelPublished
from training.contract.plan import NO_AUGMENTATION, TrainingPlan
from training.contract.recipes import fine_tuning_plan
from training.contract.run_folder import create_run_folder
from training.contract.snapshot import Snapshot, SnapshotEntry, SnapshotImage, Subset
from training.inputs.decode import read_image
from training.loop.step import Stepper
from training.loop.task import Batch
from training.tasks.segmentation import as_network_input

HEIGHT_PX, WIDTH_PX = 48, 64


def a_frozen_snapshot(folder: Path, source: Path) -> Snapshot:
    """Three corrections and an uncorrected image to learn from, two to choose by, two for the exam."""
    mini_data_folder(source, train=4, val=2, test=2)
    subsets: dict[str, Subset] = {"train": "train", "val": "val", "test": "exam"}
    entries = []
    for sample in read_manifest(source):
        subset: Subset = "uncorrected" if sample.image_id == "train003" else subsets[sample.split]
        assert sample.mask_file is not None
        entries.append(
            SnapshotEntry(
                SnapshotImage(
                    image_id=sample.image_id, patient=f"p{sample.image_id}", subset=subset, reason=subset
                ),
                image_png=sample.image_file.read_bytes(),
                mask_png=None if subset == "uncorrected" else sample.mask_file.read_bytes(),
            )
        )
    now = datetime.now(UTC)
    return write_snapshot(folder, entries, snapshot_id="one", task="segmentation", created_at=now)


def a_plan(snapshot: Path, base: Path) -> TrainingPlan:
    plan = fine_tuning_plan(
        task="segmentation",
        snapshot_dir=snapshot,
        base=base,
        model_name="candidate",
        model_version="1",
        threads=1,
    )
    stage = plan.stages[0].model_copy(update={"epochs": 1})
    assert plan.fine_tuning is not None
    # One correction and one uncorrected image in each of the ten batches.
    tuned = plan.fine_tuning.model_copy(update={"uncorrected_per_batch": 1})
    changes = {"stages": (stage,), "batch_size": 2, "augmentation": NO_AUGMENTATION, "fine_tuning": tuned}
    return plan.model_copy(update=changes)


def inputs_by_split(snapshot: Path) -> dict[str, list[Tensor]]:
    """What the network would be shown of each image, (3, h, w) float32, by the manifest's split."""
    found: dict[str, list[Tensor]] = {}
    for sample in read_manifest(snapshot):
        image = resized(read_image(sample), height_px=HEIGHT_PX, width_px=WIDTH_PX)
        found.setdefault(sample.split, []).append(as_network_input(image[None].astype(np.uint8))[0])
    return found


@pytest.mark.slow
def test_a_frozen_snapshot_becomes_an_examined_candidate_and_its_exam_is_in_no_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = a_frozen_snapshot(tmp_path / "snapshots" / "one", tmp_path / "source")
    base = write_model(tmp_path / "models", "dermomamba_tiny", "segmentation", with_graph=False)
    folder = create_run_folder(tmp_path / "run", a_plan(tmp_path / "snapshots" / "one", base))
    shown: list[Tensor] = []
    take = Stepper.take

    def watched(self: Stepper, batch: Batch, optimiser: torch.optim.Optimizer, *, seed: int) -> float:
        shown.extend(batch["images"])
        return take(self, batch, optimiser, seed=seed)

    monkeypatch.setattr(Stepper, "take", watched)
    with pytest.raises(SystemExit) as ending:
        main([str(folder.path), "--device", "cpu"])
    assert not ending.value.code

    events = folder.events()
    assert [event.kind for event in events[-3:]] == ["model_published", "exam_sat", "run_finished"]
    published, sat = events[-3:-1]
    assert isinstance(published, ModelPublished)
    assert isinstance(sat, ExamSat)
    candidate = folder.path / "published" / "candidate" / "1"
    assert Path(published.folder) == candidate
    assert read_card(candidate).parent == read_card(base).reference
    exam = read_exam(candidate)
    assert exam == read_exam(folder.path)
    assert exam.snapshot_id == "one"
    assert exam.snapshot_manifest_sha256 == snapshot.manifest_sha256
    assert (exam.images, exam.patients) == (2, 2)
    assert (sat.passed, sat.reasons) == (verdict(exam).passed, verdict(exam).reasons)

    inputs = inputs_by_split(tmp_path / "snapshots" / "one")
    assert {split: len(images) for split, images in inputs.items()} == {
        "train": 3,
        "train_extra": 1,
        "val": 2,
        "test": 2,
    }
    assert all(was_shown(image, shown) for image in (*inputs["train"], *inputs["train_extra"]))
    assert not any(was_shown(image, shown) for image in (*inputs["val"], *inputs["test"]))


def was_shown(image: Tensor, shown: list[Tensor]) -> bool:
    return any(torch.equal(image, each) for each in shown)
