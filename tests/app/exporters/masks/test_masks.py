"""Masks, regions, probability maps and drawn boundaries read back with Pillow, OpenCV and numpy."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from app.domain.errors import ExportError
from app.exporters.masks.instance_png import InstancePng
from app.exporters.masks.mask_png import MaskPng
from app.exporters.masks.mask_png_ones import MaskPngOnes
from app.exporters.masks.outlined_images import OutlinedImages
from app.exporters.masks.probability_npz import ProbabilityNpz
from app.exporters.masks.probability_png import ProbabilityPng
from app.usecases.exports.exporter import CaseFile, Exporter
from tests.app.exporters.holed_lesion import SIZE, a_holed_lesion, written_by
from tests.builders import exported

MakeCase = Callable[..., CaseFile]


def test_masks_are_written_as_black_and_white(
    make_case: MakeCase, new_case: CaseFile, tmp_path: Path
) -> None:
    path, index = exported(MaskPng(), [make_case(), new_case], tmp_path, deidentified=False)
    assert index.name == "index.csv"
    stored = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert stored is not None
    assert set(np.unique(stored)) == {0, 255}
    assert np.array_equal(stored > 0, make_case().mask)


def test_cases_without_masks_leave_nothing_behind(new_case: CaseFile, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="None of the chosen cases"):
        exported(MaskPng(), [new_case], tmp_path, deidentified=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("exporter", "inside"), [(MaskPng(), 255), (MaskPngOnes(), 1)])
def test_masks_come_back_to_the_pixel(
    exporter: Exporter, inside: int, holed: CaseFile, tmp_path: Path
) -> None:
    stored = np.asarray(Image.open(written_by(exporter, holed, tmp_path, ".png")).convert("L"))
    if inside == 1:
        assert set(np.unique(stored)) == {0, 1}
    assert np.array_equal(stored > 0, a_holed_lesion())
    assert stored.max() in (inside, 255)


def test_regions_have_numbers_of_their_own_the_largest_first(holed: CaseFile, tmp_path: Path) -> None:
    image = Image.open(written_by(InstancePng(), holed, tmp_path, ".png"))
    assert image.mode == "P"
    numbers = np.asarray(image)
    assert np.array_equal(numbers > 0, a_holed_lesion())
    assert (numbers[270, 350], numbers[200, 170]) == (2, 1)


def test_more_regions_than_a_palette_has_are_written_in_sixteen_bits(
    make_case: MakeCase, tmp_path: Path
) -> None:
    mask = np.zeros((90, 131), np.bool_)
    mask[::4, ::4] = True
    image = Image.open(written_by(InstancePng(), make_case(mask=mask), tmp_path, ".png"))
    numbers = np.asarray(image)
    assert image.mode.startswith("I")
    assert sorted(np.unique(numbers)) == list(range(mask.sum() + 1))


def test_an_empty_mask_has_no_regions(make_case: MakeCase, tmp_path: Path) -> None:
    nothing = make_case(mask=np.zeros((90, 131), np.bool_))
    assert all(path.is_file() for path in exported(InstancePng(), [nothing], tmp_path, deidentified=True))


def test_probabilities_come_back(holed: CaseFile, tmp_path: Path) -> None:
    levels = np.asarray(Image.open(written_by(ProbabilityPng(), holed, tmp_path, ".png")))
    assert levels.max() == 65_535
    assert holed.probability is not None
    assert np.abs(levels / 65_535 - holed.probability).max() < 1e-5
    with np.load(written_by(ProbabilityNpz(), holed, tmp_path, ".npz")) as archive:
        assert np.array_equal(archive["probability"], holed.probability)
        assert float(archive["threshold"]) == 0.5


def test_the_boundary_is_drawn_into_the_image(holed: CaseFile, tmp_path: Path) -> None:
    path = written_by(OutlinedImages(), holed, tmp_path, ".jpg")
    image = Image.open(path)
    assert image.size == SIZE[::-1]
    assert not image.getexif()
    shown = np.asarray(image.convert("RGB"), np.int16)
    changed = np.abs(shown - holed.pixels).mean(axis=2) > 60
    assert changed[:, 165:175][25:36].mean() > changed[100:115, 200:215].mean()
