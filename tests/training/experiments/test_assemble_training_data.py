"""Sources become one data folder with one vocabulary; a damaged file is named, not passed over."""

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

from training.contract.data_set import read_manifest
from training.experiments.assemble_training_data import main

COLUMNS = (
    "image_id", "dataset", "split", "image_file", "mask_file", "mask_from", "diagnosis", "malignant", "age",
    "sex", "site", "lesion_id", "duplicate_group", "view", "licence",
)  # fmt: skip


def write_table(file: Path, row: dict[str, str], columns: tuple[str, ...]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns, restval="")
        writer.writeheader()
        writer.writerow(row)


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """One image with an expert mask, and the mask of one structure of it."""
    folder = tmp_path / "sources" / "dermoscopy"
    for part in ("images", "masks"):
        (folder / part).mkdir(parents=True)
    mask = np.zeros((30, 40), np.uint8)
    mask[10:20, 10:30] = 255
    assert cv2.imwrite(str(folder / "images" / "a.png"), np.full((30, 40, 3), 160, np.uint8))
    assert cv2.imwrite(str(folder / "masks" / "a.png"), mask)
    row = {
        "image_id": "a", "dataset": "one", "split": "train", "image_file": "images/a.png",
        "mask_file": "masks/a.png", "mask_from": "expert", "diagnosis": "seborrheic keratosis",
        "malignant": "0", "site": "back", "duplicate_group": "a",
    }  # fmt: skip
    write_table(folder / "manifest.csv", row, COLUMNS)
    structures = tmp_path / "sources" / "dermoscopy_structures"
    entry = {"image_id": "a", "attribute": "globules", "mask_file": "a_globules.png", "shared_view": "whole"}
    write_table(structures / "manifest.csv", entry, tuple(entry))
    assert cv2.imwrite(str(structures / "a_globules.png"), mask)
    return tmp_path / "sources"


def assemble(sources: Path, out: Path) -> int:
    return main([str(sources), "--out", str(out), "--sources", "dermoscopy"])


def test_diagnoses_and_sites_get_one_vocabulary_and_structures_come_along(
    sources: Path, tmp_path: Path
) -> None:
    assert assemble(sources, tmp_path / "all") == 0

    (sample,) = read_manifest(tmp_path / "all")
    assert (sample.diagnosis, sample.site, sample.malignant) == ("benign keratosis", "posterior torso", False)
    assert (tmp_path / "all" / "structures" / "a_globules.png").is_file()


def test_a_damaged_mask_of_a_structure_is_named(
    sources: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (sources / "dermoscopy_structures" / "a_globules.png").write_bytes(b"no image")

    assert assemble(sources, tmp_path / "all") == 1
    assert "a_globules.png is no image" in capsys.readouterr().err
