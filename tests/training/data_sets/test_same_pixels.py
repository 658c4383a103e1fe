"""The same file gives the same pixels at import, to converters and in training, or none at all."""

import re
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from app.domain.errors import UnreadableFileError
from app.imaging.readers import ImageReader
from training.contract.data_set import read_manifest
from training.data_sets.check import check
from training.data_sets.layouts.class_folders import convert
from training.data_sets.layouts.data_folder import FolderOptions, Outcome
from training.inputs.decode import read_image

CASES = Path(__file__).parents[2] / "golden" / "cases"
NAMES = (
    *("adobergb-dcf", "alpha-all-zero", "gimp-linear-profile", "low-values-16bit", "tiff-miniswhite16"),
    *("tiff-palette8", "tiff-planar16", "transparent-corners", "xmp-orientation"),
)
SUFFIXES = (".tif", ".png", ".jpg", ".bmp", ".webp")
FILES = [
    file
    for name in NAMES
    for file in sorted((CASES / name).rglob("*"))
    if file.suffix in SUFFIXES and "masks" not in file.parts and file.name != "b.jpg"
]
RIGHT = np.asarray(Image.open(CASES / "right-160x120.png").convert("RGB")).astype(int)
ROUND, PAGES = "round.png", "two_pages.tif"


def name_of(file: Path) -> str:
    """A name of the file's own, whatever converters do with its ending."""
    return re.sub(r"\W", "-", str(file.relative_to(CASES))) + file.suffix


def imported(file: Path) -> NDArray[np.uint8]:
    return ImageReader().read(file).pixels


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    folder = tmp_path_factory.mktemp("same")
    (folder / "in" / "mel").mkdir(parents=True)
    for file in FILES:
        shutil.copyfile(file, folder / "in" / "mel" / name_of(file))
    options = FolderOptions(val_share=0, test_share=0)
    return folder / "out", convert([folder / "in"], folder / "out", options, malignant=["mel"])


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_import_gives_the_right_pixels(file: Path) -> None:
    if file.name == PAGES:
        with pytest.raises(UnreadableFileError, match="2 pages"):
            imported(file)
        return
    pixels = imported(file)
    assert pixels.shape == RIGHT.shape
    expected = RIGHT
    if "miniswhite" in file.name:
        grey = np.rint(RIGHT @ (0.299, 0.587, 0.114))
        expected = np.dstack([grey, grey, grey])
    if file.name == ROUND:
        assert (pixels[0, 0] == 255).all()
        expected = np.where((pixels == 255).all(axis=2, keepdims=True), 255, RIGHT)
    assert np.abs(pixels - expected).mean() <= 2


def test_converted_images_are_what_import_sees(converted: tuple[Path, Outcome]) -> None:
    out, outcome = converted
    samples = {sample.image_id: sample for sample in read_manifest(out)}
    for file in FILES:
        image_id = f"mel__{Path(name_of(file)).stem}"
        if file.name == PAGES:
            assert "2 pages" in outcome.left_out[image_id]
            continue
        # What had to be changed in a JPEG is compressed once more.
        tolerance = 2 if file.suffix == ".jpg" else 0
        taught = read_image(samples[image_id])
        assert np.abs(taught.astype(int) - imported(file)).mean() <= tolerance, image_id


def test_converted_files_hold_their_pixels_for_every_program(converted: tuple[Path, Outcome]) -> None:
    for sample in read_manifest(converted[0]):
        plain = cv2.imread(str(sample.image_file), cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION)
        assert np.array_equal(plain, read_image(sample)), sample.image_id


def test_a_mask_that_fits_an_image_with_orientation_in_xmp_alone_is_no_problem() -> None:
    found = {finding.kind for finding in check(CASES / "xmp-orientation" / "data").findings}
    assert not found & {"mask_other_size", "image_unreadable", "image_cut_off"}
