import errno
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.training.snapshots import write_snapshot
from training.contract.data_set import DataSetError, read_manifest
from training.contract.snapshot import (
    Snapshot,
    SnapshotEntry,
    SnapshotError,
    SnapshotImage,
    Subset,
    read_snapshot,
)


def test_a_snapshot_is_read_as_it_was_written(tmp_path: Path) -> None:
    written = _written(tmp_path / "s1")
    assert read_snapshot(tmp_path / "s1") == written
    assert [image.subset for image in written.images] == ["train", "val", "exam", "uncorrected", None]
    assert written.patients_on("exam") == {"pexam"}


def test_a_snapshot_is_a_data_folder(tmp_path: Path) -> None:
    _written(tmp_path / "s1")
    samples = {sample.image_id: sample for sample in read_manifest(tmp_path / "s1")}
    assert {name: sample.split for name, sample in samples.items()} == {
        "itrain": "train",
        "ival": "val",
        "iexam": "test",
        "iuncorrected": "train_extra",
    }
    exam = samples["iexam"]
    assert (exam.duplicate_group, exam.malignant, exam.age_years, exam.sex) == ("pexam", True, 61.0, "female")
    assert exam.mask_file is not None
    assert exam.mask_file.is_file()
    assert samples["iuncorrected"].mask_file is None


def test_further_inputs_of_the_score_have_columns_where_an_image_gives_them(tmp_path: Path) -> None:
    plain, *others = _entries()
    given = (("tbp_lv_x", 12.5), ("tbp_lv_location", "Left Arm"))
    entries = (replace(plain, given=given), *others)
    write_snapshot(tmp_path / "s1", entries, snapshot_id="s1", task="segmentation", created_at=_NOW)
    samples = {sample.image_id: sample for sample in read_manifest(tmp_path / "s1")}
    assert samples.pop(plain.image.image_id).given == given
    assert {sample.given for sample in samples.values()} == {()}


def test_a_snapshot_has_no_columns_that_no_image_fills(tmp_path: Path) -> None:
    _written(tmp_path / "s1")
    header = (tmp_path / "s1" / "manifest.csv").read_text("utf-8").splitlines()[0]
    assert header.endswith("age,sex,site,skin_type,confirmed_by")


@pytest.mark.parametrize("name", ["images/iexam.png", "masks/itrain.png", "manifest.csv"])
def test_a_changed_file_is_noticed(tmp_path: Path, name: str) -> None:
    _written(tmp_path / "s1")
    file = tmp_path / "s1" / name
    file.chmod(0o644)
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(SnapshotError, match="was changed"):
        read_snapshot(tmp_path / "s1")


@pytest.mark.parametrize("name", ["images/iexam.png", "masks/itrain.png", "manifest.csv", "snapshot.json"])
def test_a_missing_file_is_noticed(tmp_path: Path, name: str) -> None:
    _written(tmp_path / "s1")
    (tmp_path / "s1" / name).unlink()
    with pytest.raises(SnapshotError, match="is missing"):
        read_snapshot(tmp_path / "s1")


def test_a_subset_that_was_changed_afterwards_is_noticed(tmp_path: Path) -> None:
    _written(tmp_path / "s1")
    file = tmp_path / "s1" / "snapshot.json"
    file.chmod(0o644)
    file.write_text(file.read_text("utf-8").replace('"exam"', '"train"'), "utf-8")
    with pytest.raises(SnapshotError, match="differ about iexam"):
        read_snapshot(tmp_path / "s1")


def test_a_patient_in_two_subsets_is_refused(tmp_path: Path) -> None:
    entries = [_entry("train"), _entry("exam", patient="ptrain")]
    write_snapshot(tmp_path / "s1", entries, snapshot_id="s1", task="segmentation", created_at=_NOW)
    with pytest.raises(DataSetError, match="more than one split"):
        read_snapshot(tmp_path / "s1")


def test_an_existing_snapshot_is_never_overwritten(tmp_path: Path) -> None:
    before = _written(tmp_path / "s1")
    with pytest.raises(SnapshotError, match="already"):
        _written(tmp_path / "s1")
    assert read_snapshot(tmp_path / "s1") == before
    assert [path.name for path in tmp_path.iterdir()] == ["s1"]


def test_an_error_in_the_middle_leaves_nothing_behind(tmp_path: Path) -> None:
    def entries() -> Iterator[SnapshotEntry]:
        yield _entry("train")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_snapshot(tmp_path / "s1", entries(), snapshot_id="s1", task="segmentation", created_at=_NOW)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_freeze_left_is_swept_after_a_day_and_nothing_else(tmp_path: Path) -> None:
    _written(tmp_path / "s1")
    workspaces = {
        name: tmp_path / f".freezing-{name}" for name in ("abandoned", "running", "writing its second day")
    }
    now = time.time()
    for name, workspace in workspaces.items():
        (workspace / "snapshot" / "images").mkdir(parents=True)
        (workspace / "snapshot" / "images" / "i.png").write_bytes(b"image")
        age_s = 60 if name == "running" else 25 * 60 * 60
        for each in (workspace / "snapshot" / "images", workspace):
            os.utime(each, (now - age_s, now - age_s))
    os.utime(workspaces["writing its second day"] / "snapshot" / "images", (now, now))
    os.utime(tmp_path / "s1", (0, 0))
    _written(tmp_path / "s2")
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"s1", "s2", ".freezing-running", ".freezing-writing its second day"}


def test_a_full_disk_is_one_sentence_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = iter(range(100))

    def full(_: int) -> None:
        if next(calls) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SnapshotError, match="not enough space"):
        _written(tmp_path / "s1")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="permissions are those of POSIX")
def test_the_files_are_closed_against_changes(tmp_path: Path) -> None:
    _written(tmp_path / "s1")
    assert all(file.stat().st_mode & 0o222 == 0 for file in (tmp_path / "s1").rglob("*") if file.is_file())


_NOW = datetime(2026, 3, 14, 9, tzinfo=UTC)


def _written(folder: Path) -> Snapshot:
    return write_snapshot(folder, _entries(), snapshot_id="s1", task="segmentation", created_at=_NOW)


def _entries() -> Iterator[SnapshotEntry]:
    yield _entry("train")
    yield _entry("val")
    yield _entry("exam")
    yield _entry("uncorrected", patient="ptrain")
    yield SnapshotEntry(SnapshotImage(image_id="iout", patient="pout", subset=None, reason="It was removed."))


def _entry(subset: Subset, *, patient: str | None = None) -> SnapshotEntry:
    image = SnapshotImage(
        image_id=f"i{subset}", patient=patient or f"p{subset}", subset=subset, reason="For a test."
    )
    mask = np.zeros((12, 16), np.uint8)
    mask[3:8, 4:10] = 255
    return SnapshotEntry(
        image,
        image_png=_png(np.full((12, 16, 3), len(subset), np.uint8)),
        mask_png=None if subset == "uncorrected" else _png(mask),
        malignant=True,
        diagnosis="melanoma",
        age_years=61.0,
        sex="female",
        skin_type="II",
    )


def _png(pixels: np.ndarray) -> bytes:
    done, content = cv2.imencode(".png", pixels)
    assert done
    return content.tobytes()
