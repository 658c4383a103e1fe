"""The baseline on small made-up data: what carries the label shows, and test stays untouched."""

import csv
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from training.experiments import baseline_trees

COLUMNS = (
    "image_id", "split", "image_file", "mask_file", "malignant", "age", "sex", "site", "duplicate_group",
)  # fmt: skip
SPLITS = ("train",) * 70 + ("train_extra",) * 10 + ("val",) * 40 + ("test",) * 20


def write_lesion(folder: Path, name: str, *, is_dark: bool, seed: int) -> None:
    """A noisy disc on skin; melanomas here are dark."""
    random = np.random.default_rng(seed)
    mask = np.zeros((64, 80), np.uint8)
    cv2.circle(mask, (40, 32), int(random.integers(10, 18)), 255, -1)
    image = np.full((64, 80, 3), (150, 170, 210), np.float64)
    image[mask > 0] *= 0.35 if is_dark else 0.7
    image += random.normal(0, 6, image.shape)
    for part, pixels in (("images", image.clip(0, 255).astype(np.uint8)), ("masks", mask)):
        (folder / part).mkdir(exist_ok=True)
        assert cv2.imwrite(str(folder / part / f"{name}.png"), pixels)


@pytest.fixture(scope="session")
def lesions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Colour tells half of the melanomas from the rest; age tells the other half."""
    folder = tmp_path_factory.mktemp("lesions")
    random = np.random.default_rng(7)
    rows = []
    for index, split in enumerate(SPLITS):
        name, malignant = f"ISIC_{index:07}", index % 2 == 0
        is_dark = malignant and index % 4 == 0
        write_lesion(folder, name, is_dark=is_dark, seed=index)
        is_old = malignant and not is_dark
        age = str(random.integers(70, 85) if is_old else random.integers(20, 50))
        mask = f"masks/{name}.png" if index % 10 else ""
        sex = ("female", "male", "")[index % 3]
        rows.append(
            (name, split, f"images/{name}.png", mask, int(malignant), age, sex, "lateral torso", name)
        )
    with (folder / "manifest.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([COLUMNS, *rows])
    return folder


@pytest.fixture(scope="session")
def measured(lesions: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder of a run on val."""
    out = tmp_path_factory.mktemp("baseline")
    assert baseline_trees.main([str(lesions), "--out", str(out), "--json", str(out / "figures.json")]) == 0
    return out


def areas(out: Path, split: str) -> dict[str, float]:
    content = json.loads((out / "figures.json").read_text(encoding="utf-8"))
    return {row["inputs"]: row["auc"] for row in content["figures"] if row["split"] == split}


def test_metadata_and_measurements_each_carry_half_and_both_together_most(measured: Path) -> None:
    area = areas(measured, "val")
    assert area["age, sex, site"] > 0.65
    assert area["measurements"] > 0.65
    assert area["both"] > max(area["age, sex, site"], area["measurements"]) + 0.05


def test_shuffled_or_dropped_metadata_leave_what_the_lesion_carries(measured: Path) -> None:
    area = areas(measured, "val")
    assert area["both, metadata shuffled (mean of 20)"] < area["both"] - 0.05
    assert area["both, metadata dropped"] < area["both"]


def test_missingness_that_means_nothing_is_worth_nothing(measured: Path) -> None:
    assert areas(measured, "val")["only which of age, sex, site is missing"] == pytest.approx(0.5, abs=0.15)


def test_every_figure_has_its_interval_and_counts(measured: Path) -> None:
    rows = json.loads((measured / "figures.json").read_text(encoding="utf-8"))["figures"]
    assert len(rows) == 6
    for row in rows:
        assert row["low"] <= row["auc"] <= row["high"]
        assert (row["images"], row["melanomas"]) == (40, 20)


def test_test_images_are_neither_measured_nor_judged_unless_asked(
    lesions: Path, measured: Path, tmp_path: Path
) -> None:
    with (measured / "measurements.csv").open(newline="", encoding="utf-8") as stream:
        seen = {row[0].partition("|")[0] for row in csv.reader(stream)}
    assert seen == {"key"} | {f"ISIC_{index:07}" for index in range(120)}
    assert areas(measured, "test") == {}
    (tmp_path / "measurements.csv").write_bytes((measured / "measurements.csv").read_bytes())
    rows = baseline_trees.report(lesions, tmp_path, with_test=True)
    assert [row.split for row in rows] == ["val"] * 6 + ["test"] * 6


def test_a_second_run_measures_nothing_and_says_the_same(
    lesions: Path, measured: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        pytest.fail("a lesion was measured again")

    monkeypatch.setattr(baseline_trees, "measure_lesion", refuse)
    again = {row.inputs: row.auc for row in baseline_trees.report(lesions, measured, with_test=False)}
    assert again == areas(measured, "val")


def test_a_measurement_cut_off_by_a_kill_is_taken_again(
    lesions: Path, measured: Path, tmp_path: Path
) -> None:
    content = (measured / "measurements.csv").read_bytes()
    (tmp_path / "measurements.csv").write_bytes(content[: int(len(content) * 0.9)])
    again = {row.inputs: row.auc for row in baseline_trees.report(lesions, tmp_path, with_test=False)}
    assert again == areas(measured, "val")
    resumed = {row.inputs: row.auc for row in baseline_trees.report(lesions, tmp_path, with_test=False)}
    assert resumed == again


def test_a_folder_that_is_no_data_set_ends_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert baseline_trees.main([str(tmp_path), "--out", str(tmp_path / "out")]) == 1
    assert "manifest.csv is missing" in capsys.readouterr().err
