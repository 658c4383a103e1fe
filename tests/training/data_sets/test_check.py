"""A check of small folders with real files: every fault is found by its kind, and sound ones have none."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.training.data_folders import mini_data_folder
from training.contract.data_set import LEAKS, DataSetError
from training.data_sets.check import check
from training.data_sets.findings import CATALOGUE

FEW = {"few_malignant": 3}
"""What is found in a folder that is sound, but small."""


@pytest.fixture(scope="module")
def sound_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_folder(tmp_path_factory.mktemp("sound") / "data", of_each=4)


def a_folder(folder: Path, *, of_each: int) -> Path:
    """A folder without a fault in its files: 80 x 60 px images would be tiny, so they are doubled."""
    mini_data_folder(folder, train=of_each, val=of_each, test=of_each)
    for file in folder.rglob("*.png"):
        pixels = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)
        assert pixels is not None
        scale = cv2.resize(pixels, (160, 120), interpolation=cv2.INTER_NEAREST)
        if file.parent.name == "images":
            # Blobs on plain skin resemble each other; a pattern of its own tells each from the rest.
            rng = np.random.default_rng(list(file.name.encode()))
            coarse = rng.integers(0, 256, (7, 9, 3), dtype=np.uint8)
            scale = cv2.resize(coarse, (160, 120), interpolation=cv2.INTER_CUBIC)
        cv2.imwrite(str(file), scale)
    return folder


@pytest.fixture
def folder(sound_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound_folder, tmp_path / "data"))


def edit(folder: Path, change: Callable[[list[dict[str, str]]], object]) -> None:
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    change(rows)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with (folder / "manifest.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)


def kinds(folder: Path, *, quick: bool = False) -> dict[str, int]:
    """What is found beyond what every small folder has."""
    found = {finding.kind: finding.count for finding in check(folder, quick=quick).findings}
    return {kind: count for kind, count in found.items() if count != FEW.get(kind)}


def test_a_sound_folder_has_no_finding_and_says_what_was_looked_for(tmp_path: Path) -> None:
    report = check(a_folder(tmp_path / "data", of_each=40))
    assert report.findings == ()
    assert not report.has_problem
    assert report.images == 120
    assert set(report.clean) == set(CATALOGUE)


def spoil_mask(folder: Path, pixels: np.ndarray) -> None:
    cv2.imwrite(str(folder / "masks" / "train003.png"), pixels)


def skin_instead_of_a_lesion() -> np.ndarray:
    skin = np.full((120, 160), 255, np.uint8)
    skin[40:80, 50:100] = 0
    return skin


def cut_off(folder: Path) -> None:
    pixels = cv2.imread(str(folder / "images" / "val000.png"))
    assert pixels is not None
    content = cv2.imencode(".jpg", pixels)[1].tobytes()
    (folder / "images" / "val000.png").write_bytes(content[: len(content) // 2])


FILE_FAULTS: dict[str, Callable[[Path], object]] = {
    "image_missing": lambda folder: (folder / "images" / "train003.png").unlink(),
    "image_unreadable": lambda folder: (folder / "images" / "train003.png").write_bytes(b"text"),
    "image_tiny": lambda folder: (
        cv2.imwrite(str(folder / "images" / "val001.png"), np.zeros((120, 20, 3), np.uint8)),
        edit(folder, lambda rows: [row.update(mask_file="") for row in rows if row["image_id"] == "val001"]),
    ),
    "image_cut_off": cut_off,
    "mask_missing": lambda folder: (folder / "masks" / "train003.png").unlink(),
    "mask_unreadable": lambda folder: (folder / "masks" / "train003.png").write_bytes(b"text"),
    "mask_other_size": lambda folder: spoil_mask(folder, np.full((60, 80), 255, np.uint8)[:, :70]),
    "mask_empty": lambda folder: spoil_mask(folder, np.zeros((120, 160), np.uint8)),
    "mask_inverted": lambda folder: spoil_mask(folder, skin_instead_of_a_lesion()),
    "mask_large": lambda folder: spoil_mask(folder, np.full((120, 160), 255, np.uint8)),
    "file_twice": lambda folder: shutil.copy(
        folder / "images" / "train003.png", folder / "images" / "train001.png"
    ),
    "file_on_two_sides": lambda folder: shutil.copy(
        folder / "images" / "train003.png", folder / "images" / "test001.png"
    ),
}


@pytest.mark.parametrize("kind", FILE_FAULTS)
def test_a_fault_of_a_file_is_found(folder: Path, kind: str) -> None:
    FILE_FAULTS[kind](folder)
    found = kinds(folder)
    # A mask that covers too much of a smaller image is large as well.
    found.pop("mask_large", None) if kind == "mask_other_size" else None
    assert found == {kind: 1}


def test_a_mask_of_0_and_1_is_no_fault(folder: Path) -> None:
    skin = skin_instead_of_a_lesion()
    spoil_mask(folder, np.asarray(skin == 0, np.uint8))
    assert kinds(folder) == {}


def test_a_photograph_in_the_place_of_a_mask_is_named_with_the_reason(folder: Path) -> None:
    shutil.copy(folder / "images" / "train003.png", folder / "masks" / "train003.png")
    (finding,) = (one for one in check(folder).findings if one.kind == "mask_unreadable")
    assert "two shades" in finding.first[0]


ROW_FAULTS: dict[str, dict[str, str]] = {
    "id_twice": {"image_id": "train000"},
    "id_missing": {"image_file": "", "mask_file": ""},
    "split_unknown": {"split": "training"},
    "file_outside": {"mask_file": f"{'x' * 300}.png"},
    "label_unknown": {"attr_streaks": "yes"},
    "number_unreadable": {"age": "1e300"},
    "age_unlikely": {"age": "340"},
    "word_unknown": {"sex": "w"},
    "diagnosis_at_odds": {"diagnosis": "melanoma", "malignant": "0"},
    "group_divided": {"duplicate_group": "test001"},
    "leak": {LEAKS[0]: "Malignant"},
}


@pytest.mark.parametrize("kind", ROW_FAULTS)
def test_a_fault_of_a_row_is_found_also_by_a_quick_look(folder: Path, kind: str) -> None:
    edit(folder, lambda rows: rows[3].update(ROW_FAULTS[kind]))
    assert kinds(folder, quick=True) == {kind: 1}


def test_a_patient_in_two_subsets_is_found_though_the_groups_are_sound(folder: Path) -> None:
    edit(
        folder,
        lambda rows: [
            row.update(patient_id="p7", duplicate_group=row["image_id"])
            for row in rows
            if row["image_id"] in ("train001", "val001")
        ],
    )
    report = check(folder, quick=True)
    assert [f.first for f in report.findings if f.kind == "patient_divided"] == [
        ("patient_id p7 (train, val)",)
    ]
    assert report.has_problem


def test_a_near_copy_in_another_subset_is_a_warning_with_both_names(folder: Path) -> None:
    pixels = cv2.imread(str(folder / "images" / "train003.png"))
    assert pixels is not None
    cv2.imwrite(
        str(folder / "images" / "test001.png"), np.clip(pixels.astype(int) + 9, 0, 255).astype(np.uint8)
    )
    report = check(folder)
    assert [(f.kind, f.first) for f in report.findings if f.kind not in FEW] == [
        ("near_copies", ("train003 (train) = test001 (test)",))
    ]
    assert not report.has_problem


@pytest.mark.parametrize(
    ("kept", "kinds_found"),
    [
        (("train",), {"no_val": 1, "no_test": 1, "few_malignant": 1}),
        (("val", "test"), {"no_train": 1, "few_malignant": 2}),
    ],
)
def test_missing_splits_are_found(folder: Path, kept: tuple[str, ...], kinds_found: dict[str, int]) -> None:
    def keep(rows: list[dict[str, str]]) -> None:
        rows[:] = [row for row in rows if row["split"] in kept]

    edit(folder, keep)
    assert kinds(folder, quick=True) == kinds_found


def test_a_split_of_one_class_and_one_of_few_malignant_images_are_found(folder: Path) -> None:
    def relabel(rows: list[dict[str, str]]) -> None:
        for number, row in enumerate(row for row in rows if row["split"] == "val"):
            row.update(malignant="0" if number else "1", diagnosis="")
        for row in rows:
            if row["split"] == "test":
                row.update(malignant="0", diagnosis="")

    edit(folder, relabel)
    assert kinds(folder, quick=True) == {"one_class": 1, "few_malignant": 2}


def test_folds_that_are_missing_or_divide_a_group_are_found(folder: Path) -> None:
    def deal(rows: list[dict[str, str]]) -> None:
        for number, row in enumerate(row for row in rows if row["split"] == "train"):
            row.update(fold=str(number % 2), duplicate_group="g" if number < 2 else "")
        rows[3].update(fold="")

    edit(folder, deal)
    assert kinds(folder, quick=True) == {"fold_divided": 1, "fold_missing": 1}


def test_a_patient_in_several_folds_is_found_though_the_groups_are_whole(folder: Path) -> None:
    def deal(rows: list[dict[str, str]]) -> None:
        for number, row in enumerate(rows):
            row["fold"] = str(number % 2) if row["split"] == "train" else ""
            row["patient_id"] = "P1" if row["split"] == "train" else ""

    edit(folder, deal)
    assert kinds(folder, quick=True) == {"fold_divided": 1}


def test_a_quick_look_does_not_claim_what_it_did_not_look_for(folder: Path) -> None:
    spoil_mask(folder, np.zeros((120, 160), np.uint8))
    report = check(folder, quick=True)
    assert [finding.kind for finding in report.findings] == ["few_malignant"]
    assert {"mask_empty", "near_copies"}.isdisjoint(report.clean)


def test_only_the_first_names_of_a_frequent_finding_are_kept(folder: Path) -> None:
    edit(folder, lambda rows: [row.update(sex="?") for row in rows])
    finding = check(folder, quick=True).findings[0]
    assert (finding.kind, finding.count, len(finding.first)) == ("word_unknown", 12, 5)


def test_a_folder_without_manifest_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataSetError, match="no data folder"):
        check(tmp_path)
