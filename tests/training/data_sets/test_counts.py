"""Counts of a small folder that can be checked by hand."""

import csv
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from training.contract.data_set import DataSetError
from training.data_sets.counts import count


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "images").mkdir()
    half = np.zeros((10, 20), np.uint8)
    half[:5] = 255
    cv2.imwrite(str(tmp_path / "half.png"), half)
    for name, size in (("a", (10, 20)), ("b", (30, 40)), ("c", (50, 60))):
        cv2.imwrite(str(tmp_path / "images" / f"{name}.png"), np.zeros((*size, 3), np.uint8))
    rows = [
        ("a", "train", "half.png", "1", "39.9", "female", "p1", "l1"),
        ("b", "train", "", "0", "40", "female", "p1", "l2"),
        ("c", "train", "", "", "", "male", "", "l2"),
        ("d", "test", "", "0", "60", "", "p2", ""),
    ]
    with (tmp_path / "manifest.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(
            (
                "image_id",
                "split",
                "mask_file",
                "malignant",
                "age",
                "sex",
                "patient_id",
                "lesion_id",
                "image_file",
            )
        )
        writer.writerows((*row, f"images/{row[0]}.png") for row in rows)
    return tmp_path


def test_images_people_labels_and_words_are_counted_by_split(folder: Path) -> None:
    counts = count(folder)
    assert list(counts) == ["train", "test"]
    train = counts["train"].plain()
    expected = {
        "images": 3, "groups": 2, "lesions": 2, "patients": 1, "masks": 1,
        "malignant": 1, "benign": 1, "unknown": 1, "unreadable_files": 0,
    }  # fmt: skip
    assert {name: train[name] for name in expected} == expected
    assert train["age"] == {"below 40": 1, "40 to 59": 1, "not known": 1}
    assert train["sex"] == {"female": 2, "male": 1}
    assert "site" not in train


def test_sizes_and_areas_are_measured_on_the_files(folder: Path) -> None:
    train = count(folder)["train"].plain()
    assert train["width_px"] == (20, 40, 60)
    assert train["height_px"] == (10, 30, 50)
    assert train["lesion_area_share"] == (0.5, 0.5, 0.5)


def test_missing_files_are_counted_and_stop_nothing(folder: Path) -> None:
    test = count(folder)["test"].plain()
    assert (test["unreadable_files"], test["width_px"]) == (1, None)


def test_a_mask_that_claims_an_absurd_size_is_unreadable_and_stops_nothing(folder: Path) -> None:
    mask = folder / "half.png"
    content = bytearray(mask.read_bytes())
    # Width and height in the header of a PNG file, and the header's checksum.
    content[16:24] = (60_000).to_bytes(4, "big") * 2
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    mask.write_bytes(content)
    counts = count(folder)
    assert sum(split.unreadable for split in counts.values()) == 2


def test_without_files_none_is_opened(folder: Path) -> None:
    test = count(folder, with_files=False)["test"].plain()
    assert (test["images"], test["unreadable_files"]) == (1, 0)


def test_an_empty_manifest_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").write_text("image_id,split,image_file\n", encoding="utf-8")
    with pytest.raises(DataSetError, match="lists no image"):
        count(tmp_path)
