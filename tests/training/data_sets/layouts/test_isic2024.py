"""ISIC 2024 in small: a real HDF5 file with JPEG bytes, the table with inputs and leaks, whole patients."""

import csv
from collections import defaultdict
from pathlib import Path

import h5py
import numpy as np
import pytest

from models.contract.lesion.tabular import CATEGORICAL_VALUES, patient_size_z
from tests.training.data_sets.layouts.pictures import contents, jpeg, manifest, table, write
from training.contract.data_set import GIVEN_NUMBERS, LEAKS, DataSetError, read_manifest
from training.data_sets.layouts.data_folder import ConversionError, FolderOptions
from training.data_sets.layouts.isic2024 import convert

NUMBERS = [name for name in GIVEN_NUMBERS if name != "patient_size_z"]


def a_download(root: Path, *, patients: int = 12, lesions: int = 4) -> Path:
    """Lesions of several patients; the first one of every third patient is malignant."""
    root.mkdir()
    rows = []
    with h5py.File(root / "train-image.hdf5", "w") as pictures:
        for number in range(patients * lesions):
            patient, lesion = divmod(number, lesions)
            content = jpeg(number, (64, 64))
            image_id = f"ISIC_{number:07}"
            # As published: bytes; other tools store them opaque or as numbers.
            stored = (np.bytes_(content), np.void(content), np.frombuffer(content, np.uint8))[number % 3]
            pictures.create_dataset(image_id, data=stored)
            is_malignant = patient % 3 == 0 and lesion == 0
            rows.append(
                {
                    "isic_id": image_id, "target": str(int(is_malignant)), "patient_id": f"IP_{patient:03}",
                    "age_approx": "60.0" if patient else "", "sex": "male",
                    "anatom_site_general": "posterior torso", "copyright_license": "CC-BY",
                    "lesion_id": f"IL_{number}" if is_malignant else "",
                    **dict.fromkeys(LEAKS, "Malignant" if is_malignant else "Benign"),
                    **{name: f"{number + index / 100:.2f}" for index, name in enumerate(NUMBERS)},
                    "tbp_tile_type": "3D: XP", "tbp_lv_location": "Torso Back Top Third",
                    "tbp_lv_location_simple": "Unknown",
                    "attribution": CATEGORICAL_VALUES["attribution"][0],
                }
            )  # fmt: skip
    table(root / "train-metadata.csv", rows)
    return root


def test_pictures_come_out_byte_for_byte_and_patients_whole(tmp_path: Path) -> None:
    out = tmp_path / "out"
    outcome = convert([a_download(tmp_path / "in")], out, FolderOptions(val_share=0.25, test_share=0.25))
    for number in range(3):
        assert (out / "images" / f"ISIC_{number:07}.jpg").read_bytes() == jpeg(number, (64, 64))
    subsets = defaultdict(set)
    for row in manifest(out).values():
        assert row["duplicate_group"] == row["patient_id"]
        subsets[row["patient_id"]].add(row["split"])
    assert len(subsets) == 12
    assert all(len(found) == 1 for found in subsets.values())
    assert outcome.images_by_split == {"train": 24, "val": 12, "test": 12}
    assert outcome.malignant == 4


def test_all_inputs_of_the_table_are_given_and_no_leak(tmp_path: Path) -> None:
    out = tmp_path / "out"
    outcome = convert([a_download(tmp_path / "in")], out, FolderOptions())
    sample = {s.image_id: s for s in read_manifest(out)}["ISIC_0000005"]
    given = dict(sample.given)
    assert len(given) == 34 + 4
    assert given["tbp_lv_z"] == pytest.approx(5 + NUMBERS.index("tbp_lv_z") / 100)
    assert given["tbp_lv_location_simple"] == "Unknown"
    sizes_mm = [4 + NUMBERS.index("clin_size_long_diam_mm") / 100 + n for n in range(4)]
    assert given["patient_size_z"] == pytest.approx(patient_size_z(sizes_mm[1], sizes_mm), rel=1e-4)
    assert (sample.age_years, sample.sex, sample.site) == (60.0, "male", "posterior torso")
    columns = set(next(iter(manifest(out).values())))
    assert columns.isdisjoint({*LEAKS, "target", "iddx_full"})
    assert {row["lesion_id"] for row in manifest(out).values()} == {""}
    assert any("lesion_id" in note and "tbp_lv_dnn_lesion_confidence" in note for note in outcome.notes)
    assert {row["licence"] for row in manifest(out).values()} == {"CC-BY"}


def test_a_limit_keeps_all_malignant_lesions_and_the_same_benign_ones(tmp_path: Path) -> None:
    root = a_download(tmp_path / "in")
    drawn = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        outcome = convert([root], tmp_path / name, FolderOptions(seed=seed), limit_benign=10)
        rows = manifest(tmp_path / name)
        assert (outcome.malignant, len(rows)) == (4, 14)
        drawn.append(set(rows))
    assert drawn[0] == drawn[1] != drawn[2]
    # What is relative to the patient's other lesions still counts those that were not drawn.
    whole = convert([root], tmp_path / "whole", FolderOptions())
    assert whole.malignant == 4
    sizes = {i: row["patient_size_z"] for i, row in manifest(tmp_path / "whole").items()}
    assert {i: row["patient_size_z"] for i, row in manifest(tmp_path / "a").items()}.items() <= sizes.items()


def test_a_repeated_conversion_writes_no_picture_again(tmp_path: Path) -> None:
    root, out = a_download(tmp_path / "in", patients=4), tmp_path / "out"
    convert([root], out, FolderOptions())
    before = contents(out)
    (out / "images" / "ISIC_0000003.jpg").unlink()
    convert([root], out, FolderOptions())
    after = contents(out)
    assert {name: content for name, (content, _) in after.items()} == {n: c for n, (c, _) in before.items()}
    kept = [n for n in before if n.startswith("images") and "0000003" not in n]
    assert all(after[name] == before[name] for name in kept)


def test_a_lesion_without_picture_is_left_out_with_its_reason(tmp_path: Path) -> None:
    root = a_download(tmp_path / "in", patients=4)
    with h5py.File(root / "train-image.hdf5", "a") as pictures:
        del pictures["ISIC_0000002"]
        del pictures["ISIC_0000003"]
        pictures["ISIC_0000003"] = np.bytes_(b"no picture")
    outcome = convert([root], tmp_path / "out", FolderOptions())
    assert set(outcome.left_out) == {"ISIC_0000002", "ISIC_0000003"}
    assert "ISIC_0000003" in (tmp_path / "out" / "left_out.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ["folder", "declared size", "numbers"])
def test_what_is_no_picture_in_the_file_is_left_out(tmp_path: Path, kind: str) -> None:
    root = a_download(tmp_path / "in", patients=4)
    with h5py.File(root / "train-image.hdf5", "a") as pictures:
        del pictures["ISIC_0000002"]
        if kind == "folder":
            pictures.create_group("ISIC_0000002")
        elif kind == "declared size":
            pictures.create_dataset("ISIC_0000002", (10**13,), "u1", chunks=(10**6,))
        else:
            pictures["ISIC_0000002"] = np.arange(5.0)
    outcome = convert([root], tmp_path / "out", FolderOptions())
    assert set(outcome.left_out) == {"ISIC_0000002"}


def spoil_row(root: Path, change: dict[str, str], *, is_added: bool = False) -> None:
    with (root / "train-metadata.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    rows = [*rows, rows[0] | change] if is_added else [rows[0] | change, *rows[1:]]
    table(root / "train-metadata.csv", rows)


def test_a_new_conversion_that_training_would_refuse_leaves_the_manifest_as_it_was(tmp_path: Path) -> None:
    root, out = a_download(tmp_path / "in", patients=4), tmp_path / "out"
    convert([root], out, FolderOptions())
    before = contents(out)
    spoil_row(root, {"tbp_lv_A": "much"})
    with pytest.raises(DataSetError, match="'much' where a number is expected"):
        convert([root], out, FolderOptions())
    assert contents(out)["manifest.csv"] == before["manifest.csv"]
    assert set(contents(out)) == set(before)


@pytest.mark.parametrize("image_id", ["../outside", "/tmp/outside", "a/b", "..", ""])
def test_an_id_that_leads_out_of_the_folder_is_refused_before_anything_is_written(
    tmp_path: Path, image_id: str
) -> None:
    root, out = a_download(tmp_path / "in", patients=4), tmp_path / "out"
    spoil_row(root, {"isic_id": image_id})
    with pytest.raises(ConversionError, match="cannot be the id of an image"):
        convert([root], out, FolderOptions())
    assert not out.exists()


def test_an_id_that_comes_twice_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    root, out = a_download(tmp_path / "in", patients=4), tmp_path / "out"
    spoil_row(root, {"patient_id": "IP_999"}, is_added=True)
    with pytest.raises(ConversionError, match="ISIC_0000000 more than once"):
        convert([root], out, FolderOptions())
    assert not out.exists()


def test_a_table_saved_by_a_european_spreadsheet_is_read(tmp_path: Path) -> None:
    root = a_download(tmp_path / "in", patients=4)
    convert([root], tmp_path / "plain", FolderOptions())
    file = root / "train-metadata.csv"
    lines = file.read_text(encoding="utf-8").replace(",", ";").replace(".", ",").replace(";male;", ";m;")
    file.write_text(lines, encoding="utf-8-sig")
    convert([root], tmp_path / "out", FolderOptions())
    assert manifest(tmp_path / "out") == manifest(tmp_path / "plain")


def test_what_is_not_understood_is_counted_with_the_whole_table(tmp_path: Path) -> None:
    root = a_download(tmp_path / "in", patients=4)
    spoil_row(root, {"sex": "divers", "anatom_site_general": "moon"})
    said = " ".join(convert([root], tmp_path / "out", FolderOptions()).notes)
    assert "1 cells of sex were not understood and count as not known: 'divers' (1, first in line 2)" in said
    assert "1 cells of anatom_site_general were not understood" in said


def drop_column(root: Path, name: str) -> None:
    table(root / "train-metadata.csv", [{"isic_id": "a", "target": "0", "patient_id": "p"}])
    lines = (root / "train-metadata.csv").read_text(encoding="utf-8").replace(name, "other")
    (root / "train-metadata.csv").write_text(lines, encoding="utf-8")


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        ("no pictures", r"train-image\.hdf5 was not found"),
        ("no table", r"train-metadata\.csv was not found"),
        ("damaged pictures", r"train-image\.hdf5 is damaged or no HDF5 file"),
        ("no label", "lacks the column target"),
        ("odd label", "'maybe' as target of a"),
        ("no text", "no table that can be read"),
        ("endless cell", "no table that can be read"),
        ("other data", "another data set already"),
    ],
)
def test_a_download_that_cannot_be_used_is_explained(tmp_path: Path, case: str, sentence: str) -> None:
    root, out = a_download(tmp_path / "in", patients=1), tmp_path / "out"
    if case == "no pictures":
        (root / "train-image.hdf5").unlink()
    elif case == "no table":
        (root / "train-metadata.csv").unlink()
    elif case == "damaged pictures":
        (root / "train-image.hdf5").write_bytes(b"text")
    elif case == "no label":
        drop_column(root, "target")
    elif case == "odd label":
        table(root / "train-metadata.csv", [{"isic_id": "a", "target": "maybe", "patient_id": "p"}])
    elif case == "no text":
        (root / "train-metadata.csv").write_bytes(b"\xff\xfeisic_id,target,patient_id\n")
    elif case == "endless cell":
        (root / "train-metadata.csv").write_bytes(b"isic_id,target,patient_id," + b"x" * 200_000)
    else:
        write(out / "manifest.csv", b"image_id\n")
    with pytest.raises(ConversionError, match=sentence):
        convert([root], out, FolderOptions())
