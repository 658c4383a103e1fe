"""A run works with the data it read, and notices when a snapshot changes beneath it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.contract.files.atomic_files import sha256_of
from tests.training.data_folders import mini_data_folder
from tests.training.snapshots import write_snapshot
from training.contract.checked_data import CheckedData
from training.contract.data_set import read_manifest
from training.contract.snapshot import SnapshotEntry, SnapshotError, SnapshotImage


def a_snapshot(root: Path) -> Path:
    (sample,) = read_manifest(mini_data_folder(root / "source", train=1, val=0, test=0))
    image = SnapshotImage(image_id=sample.image_id, patient="p1", subset="train", reason="corrected")
    entry = SnapshotEntry(image, image_png=sample.image_file.read_bytes(), skin_type="III")
    now = datetime.now(UTC)
    write_snapshot(root / "one", [entry], snapshot_id="one", task="segmentation", created_at=now)
    return root / "one"


def test_data_are_named_by_the_hash_of_their_manifest(tmp_path: Path) -> None:
    folder = mini_data_folder(tmp_path / "data", train=1, val=1, test=0)
    data = CheckedData.read(folder)
    assert data.snapshot is None
    assert data.samples == read_manifest(folder)
    assert data.manifest_sha256 == sha256_of(folder / "manifest.csv")


def test_a_snapshot_comes_with_its_samples_and_their_skin_types(tmp_path: Path) -> None:
    data = CheckedData.read(a_snapshot(tmp_path))
    assert data.snapshot is not None
    assert data.snapshot.id == "one"
    assert data.manifest_sha256 == data.snapshot.manifest_sha256
    assert [sample.skin_type for sample in data.samples] == ["III"]


def test_other_data_are_refused_where_a_snapshot_is_asked_for(tmp_path: Path) -> None:
    folder = mini_data_folder(tmp_path / "data", train=1, val=0, test=0)
    with pytest.raises(SnapshotError, match="is no snapshot"):
        CheckedData.read(folder, as_snapshot=True)


@pytest.mark.parametrize("name", ["manifest.csv", "images/train000.png"])
def test_a_snapshot_that_changes_after_it_was_read_is_noticed(tmp_path: Path, name: str) -> None:
    folder = a_snapshot(tmp_path)
    data = CheckedData.read(folder)
    data.check_again()
    changed = folder / name
    changed.chmod(0o600)
    changed.write_bytes(changed.read_bytes() + b" ")
    with pytest.raises(SnapshotError, match="one"):
        data.check_again()
