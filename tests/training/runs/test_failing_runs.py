"""What can go wrong on a person's machine ends in one event with a sentence, or before the start."""

import csv
import errno
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest
from torch import Tensor

from models.export import ParityError
from tests.training.data_folders import mini_data_folder, write_manifest
from tests.training.snapshots import write_snapshot
from training.contract.events import TERMINAL_EVENTS, RunFailed, RunStarted
from training.contract.plan import Stage, TrainingPlan
from training.contract.recipes import plan_for
from training.contract.run_folder import RunFolder, RunFolderError, create_run_folder
from training.contract.run_options import RunOptions
from training.contract.snapshot import SnapshotEntry, SnapshotImage
from training.loop.checkpoints import LAST
from training.loop.error_messages import plain_reason
from training.runs.run import run


def disk_full_for(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Let the disk be full whenever the file of this name is to be replaced."""
    replace = Path.replace

    def refused(self: Path, target: Path) -> Path:
        if Path(target).name == name:
            raise OSError(errno.ENOSPC, "No space left on device", str(self))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refused)


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return mini_data_folder(tmp_path / "data", train=6, val=4, test=2)


def smallest_run(data_dir: Path, task: str = "segmentation", **changes: object) -> RunFolder:
    options = {"task": task, "data_dir": data_dir, "quick_test": True, "threads": 1, "epochs": 1}
    plan = plan_for(RunOptions.model_validate(options))
    small: dict[str, object] = {"stages": (Stage(height_px=32, width_px=32, epochs=1),)}
    folder = data_dir.parent / "run"
    return create_run_folder(folder, TrainingPlan.model_validate(plan.model_dump() | small | changes))


def reason_of(folder: RunFolder) -> str:
    """The reason a run ends for, which it says exactly once and last."""
    ending = run(folder)
    assert [event for event in folder.events() if isinstance(event, TERMINAL_EVENTS)] == [ending]
    assert folder.events()[-1] == ending
    assert isinstance(ending, RunFailed)
    return ending.reason


def rows_of(data_dir: Path) -> list[dict[str, str]]:
    with (data_dir / "manifest.csv").open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def leave_only(data_dir: Path, **counts: int) -> None:
    rows = rows_of(data_dir)
    kept = [[row for row in rows if row["split"] == split][:count] for split, count in counts.items()]
    write_manifest(data_dir, [row for part in kept for row in part])


def test_a_single_case_is_too_little_to_learn_from(data_dir: Path) -> None:
    leave_only(data_dir, train=1)
    assert "needs images with masks in train and in val" in reason_of(smallest_run(data_dir))


def test_a_single_patient_cannot_be_learned_from_and_chosen_by(data_dir: Path) -> None:
    rows = [{**row, "duplicate_group": "one patient"} for row in rows_of(data_dir)]
    write_manifest(data_dir, rows)
    assert "one patient is in more than one split" in reason_of(smallest_run(data_dir))


def test_benign_lesions_alone_teach_no_score(data_dir: Path) -> None:
    rows = [{**row, "malignant": "0", "diagnosis": "nevus"} for row in rows_of(data_dir)]
    write_manifest(data_dir, rows)
    assert "both malignant and benign lesions" in reason_of(smallest_run(data_dir, "classification"))


def test_a_mask_file_that_is_no_picture_is_named(data_dir: Path) -> None:
    (data_dir / "masks" / "train002.png").write_bytes(b"no picture")
    assert reason_of(smallest_run(data_dir)) == "The mask file of train002 cannot be read."


def test_a_mask_of_another_size_is_named(data_dir: Path) -> None:
    cv2.imwrite(str(data_dir / "masks" / "val001.png"), np.zeros((5, 5), np.uint8))
    assert reason_of(smallest_run(data_dir)) == "Mask and image of val001 differ in size."


def test_a_mask_without_a_lesion_is_named(data_dir: Path) -> None:
    cv2.imwrite(str(data_dir / "masks" / "train001.png"), np.zeros((60, 80), np.uint8))
    assert reason_of(smallest_run(data_dir)) == "The mask of train001 is empty."


def test_a_rate_that_blows_up_the_weights_ends_with_a_sentence(data_dir: Path) -> None:
    stage = Stage(height_px=32, width_px=32, epochs=30)
    folder = smallest_run(data_dir, learning_rate=1e30, stages=(stage,), batch_size=6)
    assert "no longer numbers" in reason_of(folder)


def test_a_plan_for_an_unknown_network_says_so(data_dir: Path) -> None:
    assert "There is no architecture named resnet" in reason_of(smallest_run(data_dir, architecture="resnet"))


def test_a_plan_with_an_unknown_dimension_says_so(data_dir: Path) -> None:
    folder = smallest_run(data_dir, architecture_arguments={"wheels": 4})
    assert "wheels" in reason_of(folder)


def test_a_plan_edited_into_nonsense_is_refused_before_the_start(data_dir: Path) -> None:
    folder = smallest_run(data_dir)
    file = folder.path / "plan.json"
    file.write_text(file.read_text("utf-8").replace('"batch_size": 4', '"batch_size": -4'), "utf-8")
    with pytest.raises(RunFolderError, match="batch_size"):
        run(folder)
    assert folder.events() == []


def test_a_damaged_checkpoint_says_so(data_dir: Path) -> None:
    folder = smallest_run(data_dir)
    (folder.checkpoints / LAST).write_bytes(b"\x10" * 64)
    assert "last.safetensors is damaged" in reason_of(folder)


def test_a_full_disk_while_saving_ends_with_a_sentence(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = smallest_run(data_dir)
    disk_full_for(monkeypatch, LAST)
    assert "The disk is full" in reason_of(folder)
    assert isinstance(folder.events()[0], RunStarted)


def test_a_full_disk_before_the_start_ends_with_a_sentence(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = smallest_run(data_dir)
    disk_full_for(monkeypatch, "reserve")
    assert "The disk is full" in reason_of(folder)


def test_a_run_keeps_no_reserve_when_it_has_ended(data_dir: Path) -> None:
    folder = smallest_run(data_dir, architecture="resnet")
    reason_of(folder)
    assert not (folder.path / "reserve").exists()


def test_an_error_nobody_foresaw_has_no_plain_reason() -> None:
    assert plain_reason(ZeroDivisionError("1 / 0")) is None
    assert plain_reason(PermissionError(13, "Permission denied", "f.txt")) == (
        "f.txt cannot be read or written: Permission denied."
    )
    assert "it can be resumed" in (plain_reason(KeyboardInterrupt()) or "")
    lost = plain_reason(RuntimeError("CUDA error: unspecified launch failure"))
    assert lost is not None
    assert "resumed, on the CPU" in lost


def a_snapshot(folder: Path) -> Path:
    image = np.full((40, 40, 3), 200, np.uint8)
    mask = np.zeros((40, 40), np.uint8)
    mask[10:30, 10:30] = 255
    entries = [
        SnapshotEntry(
            SnapshotImage(
                image_id=f"{subset}{n}", patient=f"p{subset}{n}", subset=subset, reason="corrected"
            ),
            image_png=cv2.imencode(".png", image)[1].tobytes(),
            mask_png=cv2.imencode(".png", mask)[1].tobytes(),
        )
        for subset in ("train", "val")
        for n in range(2)
    ]
    write_snapshot(folder, entries, snapshot_id="one", task="segmentation", created_at=datetime.now(UTC))
    return folder


@pytest.mark.parametrize("name", ["manifest.csv", "masks/train0.png", "images/val1.png"])
def test_a_snapshot_edited_by_hand_is_not_trained_on(tmp_path: Path, name: str) -> None:
    snapshot = a_snapshot(tmp_path / "snapshot")
    (snapshot / name).chmod(0o644)
    with (snapshot / name).open("ab") as stream:
        stream.write(b"\n")
    reason = reason_of(smallest_run(snapshot))
    assert "The snapshot one is damaged" in reason
    assert Path(name).name in reason


def test_a_single_image_to_choose_by_is_enough_to_publish(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The graph is traced with two images and checked with another, whatever the number there is."""
    leave_only(data_dir, train=2, val=1)
    batches: list[int] = []

    def traced(_network: object, _signature: object, examples: list[dict[str, Tensor]], _to: Path) -> float:
        batches.extend(len(example["images"]) for example in examples)
        raise ParityError("far enough for this test")

    monkeypatch.setattr("training.publishing.publish.export_graph", traced)
    assert reason_of(smallest_run(data_dir)) == "far enough for this test"
    assert batches == [2, 1]
