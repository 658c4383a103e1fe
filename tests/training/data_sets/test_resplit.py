"""A new split: nothing that belongs together is divided, and the old manifest is never lost."""

import csv
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from training.contract.data_set import DataSetError, read_manifest, split_samples
from training.data_sets.resplit import SplitShares, resplit


def a_table(folder: Path, rows: list[dict[str, str]]) -> Path:
    whole = [{"split": "train", "image_file": f"{row['image_id']}.png"} | row for row in rows]
    columns = list(dict.fromkeys(name for row in whole for name in row))
    folder.mkdir(exist_ok=True)
    with (folder / "manifest.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns, restval="")
        writer.writeheader()
        writer.writerows(whole)
    return folder


def patients(count: int) -> list[dict[str, str]]:
    """Patients with one to four images each, every fifth with a malignant one, two lesions each."""
    return [
        {
            "image_id": f"i{patient}_{n}",
            "patient_id": f"p{patient}",
            "lesion_id": f"l{patient}_{n % 2}",
            "malignant": "1" if patient % 5 == 0 and n == 0 else "0",
            "mask_file": "m.png" if patient % 2 else "",
            "comment": "kept",
        }
        for patient in range(count)
        for n in range(1 + patient % 4)
    ]


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_no_patient_is_divided_by_subsets_or_folds_and_the_shares_hold(tmp_path: Path) -> None:
    folder = a_table(tmp_path / "d", patients(120))
    result = resplit(folder, None, SplitShares(val=0.2, test=0.2, folds=4, seed=5))
    rows = rows_of(folder / "manifest.csv")
    subsets, folds = defaultdict(set), defaultdict(set)
    for row in rows:
        subsets[row["patient_id"]].add(row["split"])
        folds[row["patient_id"]].add(row["fold"])
    assert all(len(found) == 1 for found in (*subsets.values(), *folds.values()))
    assert {row["fold"] for row in rows if row["split"] != "train"} == {""}
    images = Counter(row["split"] for row in rows)
    malignant = Counter(row["split"] for row in rows if row["malignant"] == "1")
    assert [images[name] / len(rows) for name in ("val", "test")] == pytest.approx([0.2, 0.2], abs=0.02)
    # A fifth of 12 with and of 12 without mask, each rounded.
    assert {malignant["val"], malignant["test"]} <= {4, 5, 6}
    by_name = {one.name: one for one in result.balance}
    assert by_name["val"].images == images["val"]
    assert sum(by_name[f"fold {fold}"].images for fold in range(4)) == images["train"]


def test_training_reads_the_new_manifest_and_holds_out_its_folds(tmp_path: Path) -> None:
    folder = a_table(tmp_path / "d", patients(40))
    resplit(folder, None, SplitShares(folds=3))
    samples = read_manifest(folder)
    held_out = [s.image_id for fold in range(3) for s in split_samples(samples, fold=fold).validation]
    assert sorted(held_out) == sorted(s.image_id for s in samples if s.split == "train")


def test_groups_patients_and_lesions_are_joined_to_one_group(tmp_path: Path) -> None:
    rows = [
        {"image_id": "a", "duplicate_group": "g"},
        {"image_id": "b", "duplicate_group": "g", "patient_id": "p"},
        {"image_id": "c", "patient_id": "p", "lesion_id": "l"},
        {"image_id": "d", "lesion_id": "l"},
        *({"image_id": f"x{n}", "duplicate_group": "named" if n < 2 else ""} for n in range(8)),
    ]
    folder = a_table(tmp_path / "d", rows)
    resplit(folder, None, SplitShares())
    group = {row["image_id"]: row["duplicate_group"] for row in rows_of(folder / "manifest.csv")}
    assert {group[name] for name in "abcd"} == {"a"}
    assert (group["x0"], group["x1"], group["x5"]) == ("named", "named", "x5")


def test_the_same_seed_gives_the_same_file_and_everything_else_is_kept(tmp_path: Path) -> None:
    folder = a_table(tmp_path / "d", patients(30))
    before = rows_of(folder / "manifest.csv")
    for name in ("one.csv", "two.csv"):
        resplit(folder, tmp_path / name, SplitShares(seed=8))
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    assert rows_of(folder / "manifest.csv") == before
    for old, new in zip(before, rows_of(tmp_path / "one.csv"), strict=True):
        assert {**new, "split": ""} == {**old, "split": "", "duplicate_group": old["patient_id"]}


def test_replacing_keeps_every_former_manifest(tmp_path: Path) -> None:
    folder = a_table(tmp_path / "d", patients(30))
    first = (folder / "manifest.csv").read_bytes()
    one = resplit(folder, None, SplitShares(seed=1))
    second = (folder / "manifest.csv").read_bytes()
    two = resplit(folder, None, SplitShares(seed=2))
    assert (one.former_manifest, two.former_manifest) == (
        str(folder / "manifest.before-split-1.csv"),
        str(folder / "manifest.before-split-2.csv"),
    )
    assert (folder / "manifest.before-split-1.csv").read_bytes() == first
    assert (folder / "manifest.before-split-2.csv").read_bytes() == second


def test_a_kept_test_neither_loses_nor_gains_images(tmp_path: Path) -> None:
    rows = [row | {"split": "test" if row["patient_id"] in ("p1", "p7") else "train"} for row in patients(30)]
    folder = a_table(tmp_path / "d", rows)
    resplit(folder, None, SplitShares(keep_test=True))
    in_test = {row["patient_id"] for row in rows_of(folder / "manifest.csv") if row["split"] == "test"}
    assert in_test == {"p1", "p7"}


def test_extra_training_images_stay_extra_where_they_stay_in_training(tmp_path: Path) -> None:
    rows = [{"image_id": f"i{n}", "split": "train_extra"} for n in range(20)]
    folder = a_table(tmp_path / "d", rows)
    resplit(folder, None, SplitShares())
    assert Counter(row["split"] for row in rows_of(folder / "manifest.csv")) == {
        "train_extra": 14, "val": 3, "test": 3,
    }  # fmt: skip


def test_a_subset_without_malignant_images_is_said(tmp_path: Path) -> None:
    rows = [{"image_id": f"i{n}", "malignant": str(int(n == 0))} for n in range(20)]
    result = resplit(a_table(tmp_path / "d", rows), tmp_path / "new.csv", SplitShares())
    assert "val has no malignant image: too few groups have one." in result.notes


@pytest.mark.parametrize(
    ("rows", "shares", "sentence"),
    [
        ([], {}, "lists no image"),
        ([{"image_id": "a"}, {"image_id": "a"}], {}, "lists a 2 times"),
        ([{"image_id": "a", "malignant": "yes"}], {}, "a has 'yes'"),
        ([{"image_id": "a", "patient_id": "p"}, {"image_id": "b", "patient_id": "p"}], {}, "one patient"),
        ([{"image_id": name} for name in "abcde"], {"folds": 9}, "cannot fill 9 folds"),
        ([{"image_id": "a"}], {"val": 0.6, "test": 0.5}, "leave something to train"),
        ([{"image_id": "a"}], {"folds": 1}, "Two folds"),
    ],
)
def test_what_cannot_be_dealt_is_explained_and_nothing_is_written(
    tmp_path: Path, rows: list[dict[str, str]], shares: dict[str, float], sentence: str
) -> None:
    folder = a_table(tmp_path / "d", rows or [{"image_id": "a"}])
    if not rows:
        (folder / "manifest.csv").write_text("image_id,split,image_file\n", encoding="utf-8")
    before = (folder / "manifest.csv").read_bytes()
    with pytest.raises(DataSetError, match=sentence):
        resplit(folder, None, SplitShares(**shares))  # type: ignore[arg-type]  # folds are whole numbers
    assert [file.name for file in folder.iterdir()] == ["manifest.csv"]
    assert (folder / "manifest.csv").read_bytes() == before


def test_a_file_that_exists_is_not_written_over(tmp_path: Path) -> None:
    folder = a_table(tmp_path / "d", patients(10))
    with pytest.raises(DataSetError, match="exists already"):
        resplit(folder, folder / "manifest.csv", SplitShares())
