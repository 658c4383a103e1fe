"""HAM10000 as it is downloaded, in small: classes, lesions, masks, and files copied byte for byte."""

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.training.data_sets.layouts.ham_download import CLASSES, a_download
from tests.training.data_sets.layouts.pictures import contents, manifest, mask_file, table
from training.contract.data_set import read_manifest
from training.data_sets.check import check
from training.data_sets.layouts.data_folder import ConversionError, FolderOptions
from training.data_sets.layouts.ham10000 import convert


def test_classes_become_diagnoses_and_three_of_them_malignant(tmp_path: Path) -> None:
    convert([a_download(tmp_path / "in")], tmp_path / "out", FolderOptions())
    rows = manifest(tmp_path / "out")
    by_class = {CLASSES[n]: rows[f"ISIC_{1000 + n:07}"] for n in range(7)}
    assert {name for name, row in by_class.items() if row["malignant"] == "1"} == {"mel", "bcc", "akiec"}
    assert by_class["mel"]["diagnosis"] == "melanoma"
    assert by_class["bkl"]["diagnosis"] == "benign keratosis"
    assert (by_class["bcc"]["confirmed_by"], by_class["bkl"]["confirmed_by"]) == (
        "histopathology", "serial imaging showing no change",
    )  # fmt: skip
    assert (by_class["bkl"]["sex"], by_class["mel"]["site"], by_class["mel"]["age"]) == (
        "", "posterior torso", "60",
    )  # fmt: skip


def test_images_of_a_lesion_stay_together_in_a_folder_that_passes_its_check(tmp_path: Path) -> None:
    out = tmp_path / "out"
    outcome = convert([a_download(tmp_path / "in", lesions=21)], out, FolderOptions(val_share=0.3))
    subsets = defaultdict(set)
    for sample in read_manifest(out):
        subsets[sample.duplicate_group].add(sample.split)
    assert len(subsets) == 21
    assert all(len(found) == 1 for found in subsets.values())
    assert set(outcome.images_by_split) == {"train", "val", "test"}
    assert not check(out).has_problem


def test_files_are_copied_byte_for_byte_and_masks_that_do_not_fit_are_named(tmp_path: Path) -> None:
    root, out = a_download(tmp_path / "in"), tmp_path / "out"
    outcome = convert([root], out, FolderOptions())
    source = root / "HAM10000_images_part_2" / "ISIC_0002005.jpg"
    assert (out / "images" / "ISIC_0002005.jpg").read_bytes() == source.read_bytes()
    rows = manifest(out)
    assert [rows[f"ISIC_{1000 + n:07}"]["mask_file"] for n in range(3)] == ["masks/ISIC_0001000.png", "", ""]
    said = " ".join(outcome.notes)
    assert "ISIC_0001001_segmentation.png is not used: it has another size than its image." in said
    assert "ISIC_0001002_segmentation.png is not used: it marks nothing." in said


def test_masks_of_0_and_1_are_taken_said_and_written_in_black_and_white(tmp_path: Path) -> None:
    root, out = a_download(tmp_path / "in"), tmp_path / "out"
    masks = root / "HAM10000_segmentations_lesion_tschandl"
    mask_file(masks / "ISIC_0001001_segmentation.png", value=1)
    outcome = convert([root], out, FolderOptions())
    assert manifest(out)["ISIC_0001001"]["mask_file"] == "masks/ISIC_0001001.png"
    written = cv2.imread(str(out / "masks" / "ISIC_0001001.png"), cv2.IMREAD_UNCHANGED)
    assert written is not None
    assert np.unique(written).tolist() == [0, 255]
    assert np.count_nonzero(written) == 30 * 40
    assert "Masks that were read as 0 = skin, 1 = lesion: 1, as the one of ISIC_0001001." in outcome.notes


def test_a_mask_of_another_format_is_written_as_png(tmp_path: Path) -> None:
    root, out = a_download(tmp_path / "in"), tmp_path / "out"
    masks = root / "HAM10000_segmentations_lesion_tschandl"
    mask_file(masks / "ISIC_0001003_mask.tif")
    mask_file(masks / "ISIC_0009999_mask.tif")
    outcome = convert([root], out, FolderOptions())
    assert manifest(out)["ISIC_0001003"]["mask_file"] == "masks/ISIC_0001003.png"
    assert (out / "masks" / "ISIC_0001003.png").read_bytes().startswith(b"\x89PNG")
    assert "1 masks belong to no image, as the one of ISIC_0009999." in outcome.notes


def test_a_second_mask_of_an_image_is_not_passed_over_silently(tmp_path: Path) -> None:
    root = a_download(tmp_path / "in")
    mask_file(root / "other" / "ISIC_0001000_mask.png", value=200)
    outcome = convert([root], tmp_path / "out", FolderOptions())
    assert any("1 files have the image of another one, as ISIC_0001000_mask.png" in n for n in outcome.notes)


def test_a_mask_of_the_skin_is_left_out_and_said(tmp_path: Path) -> None:
    root, out = a_download(tmp_path / "in"), tmp_path / "out"
    file = root / "HAM10000_segmentations_lesion_tschandl" / "ISIC_0001000_segmentation.png"
    stored = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)
    assert stored is not None
    cv2.imwrite(str(file), np.asarray(255 - stored, np.uint8))
    outcome = convert([root], out, FolderOptions())
    assert manifest(out)["ISIC_0001000"]["mask_file"] == ""
    assert any("lesion and skin may be exchanged" in note for note in outcome.notes)


def rewrite(root: Path, change: Callable[[str], str], encoding: str = "utf-8") -> None:
    file = root / "HAM10000_metadata.csv"
    file.write_bytes(change(file.read_text(encoding="utf-8")).encode(encoding))


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("HAM_0000004,ISIC_0001004,nv,histo,60.0,male,back,x", "dx is 'mel' in line 10 and 'nv' in line 30"),
        ("HAM_9,ISIC_0001004,mel,follow_up,60.0,male,back,x", "lesion_id is 'HAM_0000004' in line 10"),
        ("HAM_0000004,isic_0001004.JPG,mel,follow_up,60.0,female,back,x", "sex is 'male' in line 10"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused_with_both_lines(
    tmp_path: Path, row: str, words: str
) -> None:
    root = a_download(tmp_path / "in")
    rewrite(root, lambda text: f"{text}{row}\n")
    with pytest.raises(ConversionError, match=f"about ISIC_0001004: {words}"):
        convert([root], tmp_path / "out", FolderOptions())
    assert not (tmp_path / "out").exists()


def test_a_repeated_row_counts_once_and_completes_the_first(tmp_path: Path) -> None:
    root = a_download(tmp_path / "in")
    rewrite(root, lambda text: f"{text}HAM_0000002,ISIC_0001002,bkl,,60.0,w,back,x\n")
    outcome = convert([root], tmp_path / "out", FolderOptions())
    assert sum(outcome.images_by_split.values()) == 28
    assert manifest(tmp_path / "out")["ISIC_0001002"]["sex"] == "female"
    assert any("1 rows of HAM10000_metadata.csv repeat an image" in note for note in outcome.notes)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_table_saved_by_a_european_spreadsheet_is_read(tmp_path: Path, encoding: str) -> None:
    root = a_download(tmp_path / "in")
    convert([root], tmp_path / "plain", FolderOptions())

    def european(text: str) -> str:
        changed = text.replace(",", ";").replace("60.0", "60,0").replace(";male;", ";männlich;")
        return changed.replace("ISIC_0001000;", "ISIC_0001000.jpg;")

    rewrite(root, european, encoding)
    convert([root], tmp_path / "out", FolderOptions())
    assert manifest(tmp_path / "out") == manifest(tmp_path / "plain")


def test_what_is_not_understood_is_counted_and_listed(tmp_path: Path) -> None:
    root = a_download(tmp_path / "in", lesions=7)
    rewrite(root, lambda text: text.replace("akiec,follow_up,60.0,male,back", "akiec,histo,old,divers,moon"))
    outcome = convert([root], tmp_path / "out", FolderOptions())
    row = manifest(tmp_path / "out")["ISIC_0001000"]
    assert (row["age"], row["sex"], row["site"]) == ("", "", "")
    said = " ".join(outcome.notes)
    for column, word in (("age", "old"), ("sex", "divers"), ("localization", "moon")):
        assert f"2 cells of {column} were not understood" in said
        assert f"'{word}' (2, first in line 2)" in said
    assert "nothing was taken from the columns dataset" in said


def test_larger_images_are_shrunk_with_their_masks_when_asked_for(tmp_path: Path) -> None:
    out = tmp_path / "out"
    convert([a_download(tmp_path / "in")], out, FolderOptions(longer_side_px=64))
    assert {(row["width"], row["height"]) for row in manifest(out).values()} == {("64", "48")}
    assert not check(out).has_problem


def test_a_repeated_conversion_writes_no_picture_again(tmp_path: Path) -> None:
    root, out = a_download(tmp_path / "in"), tmp_path / "out"
    convert([root], out, FolderOptions(seed=2))
    before = contents(out)
    convert([root], out, FolderOptions(seed=2))
    after = contents(out)
    assert {name: content for name, (content, _) in after.items()} == {n: c for n, (c, _) in before.items()}
    assert all(after[name] == before[name] for name in before if name.startswith(("images", "masks")))


def test_what_cannot_be_written_ends_the_conversion_instead_of_leaving_images_out(tmp_path: Path) -> None:
    root, out = a_download(tmp_path / "in"), tmp_path / "out"
    convert([root], out, FolderOptions())
    before = contents(out)
    (out / "images" / "ISIC_0001003.jpg").unlink()
    # A folder in its place fails like a full disk, for root and on every system too.
    (out / "images" / "ISIC_0001003.jpg").mkdir()
    with pytest.raises(OSError, match="ISIC_0001003"):
        convert([root], out, FolderOptions())
    after = contents(out)
    assert after["manifest.csv"] == before["manifest.csv"]
    assert set(before) - set(after) == {str(Path("images") / "ISIC_0001003.jpg")}
    assert not set(after) - set(before)


def test_a_test_image_never_becomes_one_to_learn_from(tmp_path: Path) -> None:
    root, out = a_download(tmp_path / "in"), tmp_path / "out"
    convert([root], out, FolderOptions(seed=0))
    before = contents(out)
    with pytest.raises(ConversionError, match="out of the test part"):
        convert([root], out, FolderOptions(seed=1))
    after = contents(out)
    assert {name: content for name, (content, _) in after.items()} == {n: c for n, (c, _) in before.items()}


def test_terms_and_source_are_recorded(tmp_path: Path) -> None:
    convert([a_download(tmp_path / "in")], tmp_path / "out", FolderOptions())
    note = (tmp_path / "out" / "DATA.md").read_text(encoding="utf-8")
    assert "CC BY-NC" in note
    assert "10.7910/DVN/DBW86T" in note
    assert str(tmp_path) not in note


def test_missing_and_damaged_images_are_named_and_the_others_go_through(tmp_path: Path) -> None:
    root = a_download(tmp_path / "in")
    (root / "HAM10000_images_part_1" / "ISIC_0001000.jpg").unlink()
    (root / "HAM10000_images_part_1" / "ISIC_0001001.jpg").write_bytes(b"text")
    outcome = convert([root], tmp_path / "out", FolderOptions())
    assert set(outcome.left_out) == {"ISIC_0001001"}
    assert "1 images of the table were not found, as ISIC_0001000." in outcome.notes
    assert len(manifest(tmp_path / "out")) == 26


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda root: (root / "HAM10000_metadata.csv").unlink(), r"metadata\.csv was not found"),
        (
            lambda root: table(root / "HAM10000_metadata.csv", [{"image_id": "a"}]),
            "lacks the column lesion_id",
        ),
        (
            lambda root: table(
                root / "HAM10000_metadata.csv", [{"lesion_id": "l", "image_id": "ISIC_1", "dx": "scc"}]
            ),
            "says 'scc' about ISIC_1",
        ),
        (
            lambda root: table(
                root / "HAM10000_metadata.csv", [{"lesion_id": "l", "image_id": "ISIC_1", "dx": "nv"}]
            ),
            "None of the images",
        ),
    ],
)
def test_a_download_that_cannot_be_used_is_explained(tmp_path: Path, spoil: object, sentence: str) -> None:
    root = a_download(tmp_path / "in", lesions=1)
    spoil(root)  # type: ignore[operator]  # a function
    with pytest.raises(ConversionError, match=sentence):
        convert([root], tmp_path / "out", FolderOptions())
    assert not (tmp_path / "out" / "manifest.csv").exists()
