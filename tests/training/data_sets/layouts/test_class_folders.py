"""A folder per class: official splits are honoured, and pictures that would mislead are made upright sRGB."""

from pathlib import Path

import cv2
import pytest
from PIL import Image

from tests.training.data_sets.layouts.pictures import contents, jpeg, manifest, picture, write
from training.data_sets.layouts.class_folders import convert
from training.data_sets.layouts.data_folder import ConversionError, FolderOptions


def classes(root: Path, *, count: int = 10) -> Path:
    for number in range(count):
        write(root / "Melanoma" / f"{number}.jpg", jpeg(number))
        write(root / "nevus" / f"{number}.jpg", jpeg(100 + number))
    return root


def test_classes_become_labels_and_shares_of_each_are_dealt(tmp_path: Path) -> None:
    root = classes(tmp_path / "in")
    outcome = convert(
        [root], tmp_path / "out", FolderOptions(val_share=0.2, test_share=0.2), malignant=["melanoma"]
    )
    assert outcome.images_by_split == {"train": 12, "val": 4, "test": 4}
    assert outcome.malignant == 10
    row = manifest(tmp_path / "out")["Melanoma__3"]
    assert (row["malignant"], row["diagnosis"], row["image_file"]) == (
        "1",
        "melanoma",
        "images/Melanoma__3.jpg",
    )
    assert (tmp_path / "out" / row["image_file"]).read_bytes() == jpeg(3)


def test_train_val_and_test_folders_are_the_splits(tmp_path: Path) -> None:
    for seed, split in enumerate(("train", "Validation", "test")):
        write(tmp_path / "in" / split / "mel" / "1.jpg", jpeg(seed))
        write(tmp_path / "in" / split / "nv" / "1.jpg", jpeg(10 + seed))
    outcome = convert([tmp_path / "in"], tmp_path / "out", FolderOptions(), malignant=["mel"])
    assert outcome.images_by_split == {"train": 2, "val": 2, "test": 2}
    assert manifest(tmp_path / "out")["Validation__mel__1"]["split"] == "val"


def test_a_turned_photograph_is_written_upright_and_plain_ones_are_copied(tmp_path: Path) -> None:
    write(tmp_path / "in" / "mel" / "turned.jpg", jpeg(1, orientation=6))
    write(tmp_path / "in" / "nv" / "plain.jpg", jpeg(2))
    out = tmp_path / "out"
    convert([tmp_path / "in"], out, FolderOptions(val_share=0, test_share=0), malignant=["mel"])
    row = manifest(out)["mel__turned"]
    assert (row["width"], row["height"]) == ("96", "128")
    with Image.open(out / row["image_file"]) as written:
        assert written.size == (96, 128)
        assert written.getexif().get(274, 1) == 1
    assert (out / "images" / "nv__plain.jpg").read_bytes() == jpeg(2)


def test_formats_that_training_does_not_read_become_jpeg(tmp_path: Path) -> None:
    (tmp_path / "in" / "mel").mkdir(parents=True)
    Image.fromarray(picture(1)).save(tmp_path / "in" / "mel" / "a.tif")
    write(tmp_path / "in" / "nv" / "b.jpg", jpeg(2))
    out = tmp_path / "out"
    convert([tmp_path / "in"], out, FolderOptions(val_share=0, test_share=0), malignant=["mel"])
    pixels = cv2.imread(str(out / manifest(out)["mel__a"]["image_file"]))
    assert pixels is not None
    assert pixels.shape == (96, 128, 3)
    assert abs(float(pixels[..., ::-1].mean()) - float(picture(1).mean())) < 2


def test_names_that_would_collide_stay_apart(tmp_path: Path) -> None:
    (tmp_path / "in" / "mel").mkdir(parents=True)
    Image.fromarray(picture(1)).save(tmp_path / "in" / "mel" / "a b.png")
    write(tmp_path / "in" / "mel" / "a_b.jpg", jpeg(2))
    write(tmp_path / "in" / "nv" / "c.jpg", jpeg(3))
    convert([tmp_path / "in"], tmp_path / "out", FolderOptions(val_share=0, test_share=0), malignant=["mel"])
    assert set(manifest(tmp_path / "out")) == {"mel__a_b", "mel__a_b-2", "nv__c"}


def test_a_conversion_into_a_folder_inside_the_source_does_not_read_itself(tmp_path: Path) -> None:
    root = classes(tmp_path / "in", count=3)
    for _ in range(2):
        outcome = convert(
            [root], root / "out", FolderOptions(val_share=0, test_share=0), malignant=["melanoma"]
        )
        assert outcome.images_by_split == {"train": 6}


def test_what_a_person_added_to_the_note_is_kept(tmp_path: Path) -> None:
    root, out = classes(tmp_path / "in", count=3), tmp_path / "out"
    convert([root], out, FolderOptions(), malignant=["melanoma"])
    note = out / "DATA.md"
    note.write_text(note.read_text(encoding="utf-8") + "Licence: CC-0\n", encoding="utf-8")
    before = contents(out)
    convert([root], out, FolderOptions(), malignant=["melanoma"])
    assert contents(out)["DATA.md"] == before["DATA.md"]


@pytest.mark.parametrize(
    ("malignant", "sentence"),
    [
        (["carcinoma"], "'carcinoma' is none of the classes; the folders are Melanoma, nevus"),
        ([], "No malignant"),
    ],
)
def test_classes_that_are_not_there_are_explained(
    tmp_path: Path, malignant: list[str], sentence: str
) -> None:
    with pytest.raises(ConversionError, match=sentence):
        convert([classes(tmp_path / "in", count=1)], tmp_path / "out", FolderOptions(), malignant=malignant)


def test_a_folder_without_classes_is_explained(tmp_path: Path) -> None:
    write(tmp_path / "in" / "1.jpg", jpeg(1))
    with pytest.raises(ConversionError, match="No image was found in a folder of its class"):
        convert([tmp_path / "in"], tmp_path / "out", FolderOptions(), malignant=["mel"])
