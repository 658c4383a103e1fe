"""The converter on tiny copies of the official layouts: what it keeps and refuses, and that nothing leaks."""

import csv
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from training.contract.data_set import DataSetError, read_manifest, split_samples
from training.data_sets.layouts import isic_challenge
from training.data_sets.layouts.data_folder import ConversionError

SIZE = (96, 128)


def picture(seed: int, size: tuple[int, int] = SIZE) -> NDArray[np.uint8]:
    """A picture unlike those of other seeds, at any size the same scene."""
    coarse = np.random.default_rng(seed).integers(0, 256, (7, 9, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, size[::-1], interpolation=cv2.INTER_CUBIC), np.uint8)


def write(file: Path, pixels: NDArray[np.uint8]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(file), pixels)


def write_image(folder: Path, number: int, *, seed: int | None = None, size: tuple[int, int] = SIZE) -> None:
    write(folder / f"ISIC_{number:07}.jpg", picture(number if seed is None else seed, size))


def write_mask(folder: Path, number: int, word: str, size: tuple[int, int] = SIZE) -> None:
    mask = np.zeros(size, np.uint8)
    mask[size[0] // 4 : size[0] // 2, size[1] // 4 : size[1] // 2] = 255
    write(folder / f"ISIC_{number:07}_{word}.png", mask)


def write_text(file: Path, *lines: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def manifest(out: Path) -> dict[str, dict[str, str]]:
    with (out / "manifest.csv").open(newline="", encoding="utf-8") as stream:
        return {row["image_id"]: row for row in csv.DictReader(stream)}


def isic_2016(root: Path) -> Path:
    for number in range(1, 9):
        write_image(root / "ISBI2016_ISIC_Part1_Training_Data", number)
        write_mask(root / "ISBI2016_ISIC_Part1_Training_GroundTruth", number, "Segmentation")
    for number in (11, 12):
        write_image(root / "ISBI2016_ISIC_Part1_Test_Data", number)
        write_mask(root / "ISBI2016_ISIC_Part1_Test_GroundTruth", number, "Segmentation")
    words = [f"ISIC_{number:07},{'malignant' if number in (1, 2) else 'benign'}" for number in range(1, 9)]
    write_text(root / "ISBI2016_ISIC_Part3_Training_GroundTruth.csv", *words)
    write_text(root / "ISBI2016_ISIC_Part3_Test_GroundTruth.csv", "ISIC_0000011,0.0", "ISIC_0000012,1.0")
    return root


def isic_2017(root: Path) -> Path:
    names = {"Training": (21, 22, 23), "Validation": (31,), "Test_v2": (41,)}
    for word, numbers in names.items():
        data = root / f"ISIC-2017_{word}_Data"
        for number in numbers:
            write_image(data, number)
            write(data / f"ISIC_{number:07}_superpixels.png", picture(number + 500))
            write_mask(root / f"ISIC-2017_{word}_Part1_GroundTruth", number, "segmentation")
        ages = [
            f"ISIC_{n:07},{'unknown' if n == 22 else 55},{'unknown' if n == 23 else 'Female'}"
            for n in numbers
        ]
        write_text(data / f"ISIC-2017_{word}_Data_metadata.csv", "image_id,age_approximate,sex", *ages)
        truth = [f"ISIC_{n:07},{float(n == 21)},{float(n == 22)}" for n in numbers]
        write_text(
            root / f"ISIC-2017_{word}_Part3_GroundTruth.csv",
            "image_id,melanoma,seborrheic_keratosis",
            *truth,
        )
    return root


def isic_2018(root: Path) -> Path:
    for number in (51, 52):
        write_image(root / "ISIC2018_Task1-2_Training_Input", number)
        write_mask(root / "ISIC2018_Task1_Training_GroundTruth", number, "segmentation")
        structures = root / "ISIC2018_Task2_Training_GroundTruth_v3"
        mask = np.full(SIZE, 255 if number == 51 else 0, np.uint8)
        write(structures / f"ISIC_{number:07}_attribute_globules.png", mask)
    task3 = root / "ISIC2018_Task3_Training_Input"
    for number in range(61, 67):
        write_image(task3, number)
    one_hot = ("1,0,0,0,0,0,0", "0,1,0,0,0,0,0", "0,0,1,0,0,0,0", "0,0,0,0,1,0,0", "0,1,0,0,0,0,0")
    write_text(
        root / "ISIC2018_Task3_Training_GroundTruth.csv",
        "image,MEL,NV,BCC,AKIEC,BKL,DF,VASC",
        *(f"ISIC_{61 + index:07},{cells}" for index, cells in enumerate(one_hot)),
    )
    write_text(
        root / "ISIC2018_Task3_Training_LesionGroupings.csv",
        "image,lesion_id,diagnosis_confirm_type",
        *(f"ISIC_{n:07},HAM_{'a' if n in (62, 65) else n},histopathology" for n in range(61, 66)),
    )
    write_text(
        root / "HAM10000_metadata",
        "lesion_id,image_id,dx,dx_type,age,sex,localization",
        "HAM_61,ISIC_0000061,mel,histo,80.0,male,back",
        "HAM_66,ISIC_0000066,nv,histo,,unknown,scalp",
    )
    return root


def test_the_2016_layout_gives_labels_masks_and_its_official_test(tmp_path: Path) -> None:
    out = tmp_path / "out"
    outcome = isic_challenge.convert([isic_2016(tmp_path / "in")], out, val_share=0.25)
    rows = manifest(out)
    assert {rows[f"ISIC_{n:07}"]["split"] for n in (11, 12)} == {"test"}
    assert (rows["ISIC_0000001"]["malignant"], rows["ISIC_0000003"]["malignant"]) == ("1", "0")
    assert (rows["ISIC_0000011"]["malignant"], rows["ISIC_0000012"]["malignant"]) == ("0", "1")
    # 2016 has no validation: a quarter of 2 malignant (rounded up from 0.5) and of 6 benign training images.
    assert outcome.images_by_split == {"train": 5, "val": 3, "test": 2}
    assert outcome.masks == 10
    assert rows["ISIC_0000001"]["dataset"] == "ISIC2016"


def test_the_2017_layout_gives_diagnosis_age_sex_and_all_three_official_splits(tmp_path: Path) -> None:
    out = tmp_path / "out"
    isic_challenge.convert([isic_2017(tmp_path / "in")], out)
    rows = manifest(out)
    assert {i[-2:]: row["split"] for i, row in rows.items()} == {
        "21": "train", "22": "train", "23": "train", "31": "val", "41": "test",
    }  # fmt: skip
    diagnoses = [rows[f"ISIC_{n:07}"]["diagnosis"] for n in (21, 22, 23)]
    assert diagnoses == ["melanoma", "seborrheic keratosis", "nevus"]
    assert [rows[f"ISIC_{n:07}"]["age"] for n in (21, 22)] == ["55", ""]
    assert [rows[f"ISIC_{n:07}"]["sex"] for n in (21, 23)] == ["female", ""]


def test_the_2018_layouts_give_structures_lesions_and_sites(tmp_path: Path) -> None:
    out = tmp_path / "out"
    isic_challenge.convert([isic_2018(tmp_path / "in")], out)
    rows = manifest(out)
    assert [rows[f"ISIC_{n:07}"]["attr_globules"] for n in (51, 52, 61)] == ["1", "0", ""]
    assert rows["ISIC_0000051"]["attr_streaks"] == ""
    assert rows["ISIC_0000062"]["duplicate_group"] == rows["ISIC_0000065"]["duplicate_group"]
    assert rows["ISIC_0000061"]["duplicate_group"] != rows["ISIC_0000062"]["duplicate_group"]
    melanoma = rows["ISIC_0000061"]
    assert (melanoma["malignant"], melanoma["age"], melanoma["sex"], melanoma["site"]) == (
        "1", "80", "male", "posterior torso",
    )  # fmt: skip
    assert (rows["ISIC_0000066"]["site"], rows["ISIC_0000066"]["sex"]) == ("head/neck", "")


def test_a_carcinoma_is_neither_melanoma_nor_benign(tmp_path: Path) -> None:
    out = tmp_path / "out"
    isic_challenge.convert([isic_2018(tmp_path / "in")], out)
    carcinoma = manifest(out)["ISIC_0000063"]
    assert (carcinoma["diagnosis"], carcinoma["malignant"]) == ("basal cell carcinoma", "")


def test_images_that_one_task_cannot_use_are_counted(tmp_path: Path) -> None:
    outcome = isic_challenge.convert([isic_2018(tmp_path / "in")], tmp_path / "out")
    images = sum(outcome.images_by_split.values())
    assert (images - outcome.masks, images - outcome.labelled) == (6, 3)


def test_the_result_is_a_data_folder_that_training_reads(tmp_path: Path) -> None:
    out = tmp_path / "out"
    isic_challenge.convert([isic_2017(tmp_path / "in")], out, longer_side_px=64)
    samples = read_manifest(out)
    assert len(split_samples(samples).train) == 3
    for sample in samples:
        image = cv2.imread(str(sample.image_file))
        assert image is not None
        assert image.shape == (48, 64, 3)
        mask = cv2.imread(str(sample.mask_file), cv2.IMREAD_GRAYSCALE)
        assert mask is not None
        assert set(np.unique(mask)) == {0, 255}
        assert (mask > 127).sum() == 12 * 16


def test_colours_stay_red_green_blue(tmp_path: Path) -> None:
    folder = tmp_path / "ISIC-2017_Training_Data"
    write(folder / "ISIC_0000001.jpg", np.full((80, 80, 3), (20, 60, 200), np.uint8))
    isic_challenge.convert([folder], tmp_path / "out", val_share=0, test_share=0)
    written = cv2.imread(str(tmp_path / "out" / "images" / "ISIC_0000001.jpg"))
    assert written is not None
    assert np.abs(written.mean(axis=(0, 1)) - (20, 60, 200)).max() < 3


def test_an_image_of_two_challenges_counts_for_the_stricter_split(tmp_path: Path) -> None:
    root = isic_2017(tmp_path / "in")
    write_image(root / "ISIC2018_Task1-2_Training_Input", 41)
    isic_challenge.convert([root], tmp_path / "out")
    row = manifest(tmp_path / "out")["ISIC_0000041"]
    assert (row["split"], row["dataset"]) == ("test", "ISIC2018")


@pytest.mark.parametrize("size", [SIZE, (144, 192)])
def test_a_copy_of_a_test_image_under_another_name_leaves_training(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    root = isic_2017(tmp_path / "in")
    write_image(root / "ISIC-2017_Training_Data", 99, seed=41, size=size)
    outcome = isic_challenge.convert([root], tmp_path / "out")
    assert "ISIC_0000099" not in manifest(tmp_path / "out")
    assert "ISIC_0000041" in outcome.left_out["ISIC_0000099"]
    assert "ISIC_0000099" in (tmp_path / "out" / "left_out.csv").read_text(encoding="utf-8")


def test_photographs_of_one_patient_stay_together(tmp_path: Path) -> None:
    root = tmp_path / "in"
    for number in range(40):
        write_image(root / "archive", number)
    lines = [f"ISIC_{n:07},IP_{n // 4},{'melanoma' if n % 8 == 0 else 'nevus'}" for n in range(40)]
    write_text(root / "metadata.csv", "isic_id,patient_id,diagnosis", *lines)
    isic_challenge.convert([root], tmp_path / "out", val_share=0.2, test_share=0.2)
    splits: dict[str, set[str]] = defaultdict(set)
    for row in manifest(tmp_path / "out").values():
        splits[row["patient_id"]].add(row["split"])
    assert len(splits) == 10
    assert all(len(found) == 1 for found in splits.values())
    assert set.union(*splits.values()) == {"train", "val", "test"}


def test_masks_that_do_not_fit_are_refused_in_a_sentence_and_their_images_kept(tmp_path: Path) -> None:
    root = isic_2017(tmp_path / "in")
    masks = root / "ISIC-2017_Training_Part1_GroundTruth"
    write_mask(masks, 21, "segmentation", size=(80, 100))
    write(masks / "ISIC_0000022_segmentation.png", np.zeros(SIZE, np.uint8))
    (masks / "ISIC_0000023_segmentation.png").write_bytes(b"no picture")
    write_mask(masks, 77, "segmentation")
    outcome = isic_challenge.convert([root], tmp_path / "out")
    rows = manifest(tmp_path / "out")
    assert [rows[f"ISIC_{n:07}"]["mask_file"] for n in (21, 22, 23)] == ["", "", ""]
    said = " ".join(outcome.notes)
    for words in (
        "100 x 80 px, its image 128 x 96 px",
        "ISIC_0000022_segmentation.png is not used: it marks nothing",
        "ISIC_0000023_segmentation.png cannot be used",
        "1 masks belong to no image, as the one of ISIC_0000077",
    ):
        assert words in said


def test_a_fitting_mask_of_an_older_challenge_serves_when_the_newest_does_not(tmp_path: Path) -> None:
    root = isic_2017(tmp_path / "in")
    write_mask(root / "ISIC2018_Task1_Training_GroundTruth", 21, "segmentation", size=(80, 100))
    isic_challenge.convert([root], tmp_path / "out")
    assert manifest(tmp_path / "out")["ISIC_0000021"]["mask_file"] == "masks/ISIC_0000021.png"


def test_an_unreadable_image_is_listed_and_the_others_go_through(tmp_path: Path) -> None:
    root = isic_2017(tmp_path / "in")
    (root / "ISIC-2017_Training_Data" / "ISIC_0000022.jpg").write_bytes(b"")
    outcome = isic_challenge.convert([root], tmp_path / "out")
    assert set(outcome.left_out) == {"ISIC_0000022"}
    assert len(manifest(tmp_path / "out")) == 4


def test_tables_that_disagree_are_reported_and_the_newest_is_believed(tmp_path: Path) -> None:
    root = isic_2017(tmp_path / "in")
    write_text(root / "ISBI2016_ISIC_Part3_Training_GroundTruth.csv", "ISIC_0000021,benign")
    outcome = isic_challenge.convert([root], tmp_path / "out")
    assert manifest(tmp_path / "out")["ISIC_0000021"]["malignant"] == "1"
    assert any("disagree about malignancy for 1 images" in note for note in outcome.notes)


def test_tables_that_disagree_are_quoted_with_their_lines(tmp_path: Path) -> None:
    root = isic_2017(tmp_path / "in")
    write_text(root / "metadata.csv", "isic_id;sex", "ISIC_0000022.jpg;f", "ISIC_0000021.jpg;m")
    notes = isic_challenge.convert([root], tmp_path / "out").notes
    (note,) = (note for note in notes if "disagree about sex" in note)
    assert "ISIC_0000021 ('female' in line 2 of ISIC-2017" in note
    assert "'male' in line 3 of metadata.csv" in note


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (
            ("image_id,dx", "ISIC_0000021,mel", "ISIC_0000021,nv"),
            "diagnosis is 'melanoma' in line 2 and 'nevus'",
        ),
        (
            ("image,sex", "ISIC_0000021,F", "ISIC_0000021.jpg,m"),
            "sex is 'female' in line 2 and 'male' in line 3",
        ),
        (("ISIC_0000021,benign", "ISIC_0000021,malignant"), "malignant is '0' in line 1 and '1' in line 2"),
        (
            ("image,MEL,NV,BCC,AKIEC,BKL,DF,VASC", "ISIC_0000021,1,1,0,0,0,0,0"),
            "Line 2 of extra.csv marks both mel and nv",
        ),
    ],
)
def test_a_table_that_contradicts_itself_is_refused_with_both_lines(
    tmp_path: Path, lines: tuple[str, ...], words: str
) -> None:
    root = isic_2017(tmp_path / "in")
    write_text(root / "extra.csv", *lines)
    with pytest.raises(ConversionError, match=words):
        isic_challenge.convert([root], tmp_path / "out")


@pytest.mark.parametrize(
    "lines",
    [
        ("image_name,patient_id,sex,age_approx,anatom_site_general_challenge,target",
         "ISIC_0000001,IP_1,female,85,lower extremity,0"),
        ("isic_id;age_approx;sex;anatom_site_1;anatom_site_2;patient_id",
         "ISIC_0000001;85,0;w;Lower extremity;Lower extremity:Thigh;IP_1"),
        ("isic_id\tage_approx\tsex\tanatom_site\tpatient_id",
         "ISIC_0000001.JPG\t85+\tF\tLower extremity:Thigh:Lateral thigh:Hip\tIP_1"),
    ],
)  # fmt: skip
def test_metadata_of_the_archive_is_read_in_every_edition(tmp_path: Path, lines: tuple[str, ...]) -> None:
    root = tmp_path / "in"
    for number in range(1, 4):
        write_image(root / "archive", number)
    write_text(root / "metadata.csv", *lines)
    isic_challenge.convert([root], tmp_path / "out", val_share=0, test_share=0)
    row = manifest(tmp_path / "out")["ISIC_0000001"]
    assert [row[name] for name in ("age", "sex", "site", "patient_id")] == [
        "85", "female", "lower extremity", "IP_1",
    ]  # fmt: skip


def test_unread_columns_unknown_words_and_missing_images_are_said(tmp_path: Path) -> None:
    root = isic_2017(tmp_path / "in")
    write_text(
        root / "m.csv", "isic_id,sex,benign_malignant", "ISIC_0000021,divers,benign", "ISIC_9,f,benign"
    )
    said = " ".join(isic_challenge.convert([root], tmp_path / "out").notes)
    assert "m.csv: 1 cells of sex were not understood and count as not known: 'divers'" in said
    assert "m.csv: nothing was taken from the columns benign_malignant" in said
    assert "1 images that the tables name were not found, as ISIC_9" in said


def test_masks_of_0_and_1_are_taken_and_those_of_the_skin_are_not(tmp_path: Path) -> None:
    root = isic_2017(tmp_path / "in")
    masks, out = root / "ISIC-2017_Training_Part1_GroundTruth", tmp_path / "out"
    lesion = np.zeros(SIZE, np.uint8)
    lesion[20:40, 30:60] = 1
    write(masks / "ISIC_0000021_segmentation.png", lesion)
    write(masks / "ISIC_0000022_segmentation.png", np.asarray(255 * (1 - lesion), np.uint8))
    said = " ".join(isic_challenge.convert([root], out).notes)
    rows = manifest(out)
    assert [bool(rows[f"ISIC_{n:07}"]["mask_file"]) for n in (21, 22)] == [True, False]
    assert "Masks that were read as 0 = skin, 1 = lesion: 1, as the one of ISIC_0000021." in said
    assert "ISIC_0000022_segmentation.png is not used" in said
    written = cv2.imread(str(out / "masks" / "ISIC_0000021.png"), cv2.IMREAD_GRAYSCALE)
    assert written is not None
    assert np.count_nonzero(written) == 20 * 30


def test_a_second_run_reads_no_picture_again_and_writes_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, out = isic_2017(tmp_path / "in"), tmp_path / "out"
    isic_challenge.convert([root], out)
    first = {file: file.read_bytes() for file in out.rglob("*") if file.is_file()}

    def refuse(*_: object) -> None:
        pytest.fail("a picture was read again")

    monkeypatch.setattr(isic_challenge, "upright_pixels", refuse)
    isic_challenge.convert([root], out)
    assert {file: file.read_bytes() for file in out.rglob("*") if file.is_file()} == first


def test_a_run_cut_off_in_the_middle_continues_to_the_same_result(tmp_path: Path) -> None:
    root = isic_2017(tmp_path / "in")
    whole, resumed = tmp_path / "whole", tmp_path / "resumed"
    isic_challenge.convert([root], whole)
    isic_challenge.convert([root], resumed)
    journal = resumed / "conversion.jsonl"
    lines = journal.read_text(encoding="utf-8").splitlines(keepends=True)
    journal.write_text("".join(lines[:2]) + lines[2][:40], encoding="utf-8")
    (resumed / "images" / "ISIC_0000041.jpg").unlink()
    (resumed / "masks" / "ISIC_0000021.png").unlink()
    (resumed / "manifest.csv").unlink()
    isic_challenge.convert([root], resumed)
    for file in (f for f in whole.rglob("*") if f.is_file() and f.name != "conversion.jsonl"):
        assert (resumed / file.relative_to(whole)).read_bytes() == file.read_bytes()


def test_a_damaged_line_of_the_journal_only_costs_its_image_a_second_conversion(tmp_path: Path) -> None:
    root, out = isic_2017(tmp_path / "in"), tmp_path / "out"
    isic_challenge.convert([root], out)
    before, journal = manifest(out), out / isic_challenge.JOURNAL
    lines = journal.read_text(encoding="utf-8").splitlines()
    damaged = [lines[0].replace('"thumbnail_hex": "', '"thumbnail_hex": "00'), "{}", "[1]", "text"]
    journal.write_text("\n".join([*damaged, *lines[4:], ""]), encoding="utf-8")
    isic_challenge.convert([root], out)
    assert manifest(out) == before


def test_a_further_table_that_cannot_be_read_is_named_and_the_others_count(tmp_path: Path) -> None:
    root, out = isic_2017(tmp_path / "in"), tmp_path / "out"
    (root / "notes.csv").write_text("image_id," + "x" * 200_000, encoding="utf-8")
    outcome = isic_challenge.convert([root], out)
    assert [note for note in outcome.notes if "notes.csv is no table that can be read" in note]
    assert outcome.labelled > 0


def test_a_changed_picture_or_size_is_converted_anew(tmp_path: Path) -> None:
    root, out = isic_2017(tmp_path / "in"), tmp_path / "out"
    isic_challenge.convert([root], out)
    before = manifest(out)
    write_image(root / "ISIC-2017_Training_Data", 21, seed=1234, size=(100, 120))
    isic_challenge.convert([root], out)
    after = manifest(out)
    assert after["ISIC_0000021"]["sha256"] != before["ISIC_0000021"]["sha256"]
    assert after["ISIC_0000022"] == before["ISIC_0000022"]
    isic_challenge.convert([root], out, longer_side_px=64)
    assert {row["width"] for row in manifest(out).values()} == {"64"}


@pytest.mark.parametrize("case", ["empty", "missing", "damaged", "other edition"])
def test_a_folder_without_usable_images_ends_in_one_sentence(tmp_path: Path, case: str) -> None:
    source = tmp_path / "in"
    if case != "missing":
        source.mkdir()
    if case == "damaged":
        (source / "ISIC_0000001.jpg").write_bytes(b"text")
    if case == "other edition":
        isic_2016(source)
    sentence = {
        "empty": "No image named like",
        "missing": "is no folder",
        "damaged": "None of the 1 images",
        "other edition": "challenge 2017",
    }
    edition = "2017" if case == "other edition" else None
    with pytest.raises(ConversionError, match=sentence[case]):
        isic_challenge.convert([source], tmp_path / "out", edition=edition)
    assert not (tmp_path / "out" / "manifest.csv").exists()


def test_shares_that_leave_nothing_to_learn_from_are_refused(
    tmp_path: Path,
) -> None:
    with pytest.raises(DataSetError, match="leave something to train"):
        isic_challenge.convert([isic_2016(tmp_path / "in")], tmp_path / "out", val_share=0.5, test_share=0.5)
    assert not (tmp_path / "out").exists()


def test_the_origin_and_its_terms_are_recorded(tmp_path: Path) -> None:
    isic_challenge.convert([isic_2017(tmp_path / "in")], tmp_path / "out", edition="2017")
    note = (tmp_path / "out" / "DATA.md").read_text(encoding="utf-8")
    assert "CC-0" in note
    assert str(tmp_path) not in note


def test_data_of_another_origin_are_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "manifest.csv").write_text("image_id\n", encoding="utf-8")
    with pytest.raises(ConversionError, match="another data set already"):
        isic_challenge.convert([isic_2017(tmp_path / "in")], tmp_path / "out")
    assert (tmp_path / "out" / "manifest.csv").read_text(encoding="utf-8") == "image_id\n"
