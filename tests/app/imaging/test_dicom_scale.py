from collections.abc import Callable

import numpy as np
import pytest
from pydicom.dataset import FileDataset

from app.domain.errors import UnreadableFileError
from app.domain.image import Calibration
from app.imaging.dicom.scale import PixelScale, scale_of, squared

Pixels = np.ndarray
SOURCE = "DICOM pixel spacing"


@pytest.fixture
def declared() -> Callable[..., PixelScale]:
    def scale(**fields: object) -> PixelScale:
        dataset = FileDataset("", {})
        for keyword, value in fields.items():
            setattr(dataset, keyword, value)
        return scale_of(dataset)

    return scale


def test_without_any_declaration_pixels_are_square_and_of_unknown_size(
    declared: Callable[..., PixelScale],
) -> None:
    assert declared() == PixelScale(None, 1.0, ())
    assert declared(PixelAspectRatio=[1, 1]) == PixelScale(None, 1.0, ())
    assert declared(PixelSpacing=[0.02, 0.0201]).height_to_width == 1


@pytest.mark.parametrize(("ratio", "expected"), [([2, 1], 2.0), ([3, 4], 0.75), ([12, 11], 12 / 11)])
def test_the_aspect_ratio_is_height_to_width(
    declared: Callable[..., PixelScale], ratio: list[int], expected: float
) -> None:
    scale = declared(PixelAspectRatio=ratio)
    assert scale.height_to_width == pytest.approx(expected)
    assert scale.calibration is None
    assert "not square" in dict(scale.notes)["scale"]


def test_a_spacing_that_is_not_square_gives_shape_and_scale(declared: Callable[..., PixelScale]) -> None:
    scale = declared(PixelSpacing=[0.03, 0.02])
    assert scale.height_to_width == pytest.approx(1.5)
    assert scale.calibration == Calibration(0.02, SOURCE)
    assert "not square" in dict(scale.notes)["scale"]


def test_spacing_and_aspect_ratio_that_agree_are_applied_once(declared: Callable[..., PixelScale]) -> None:
    scale = declared(PixelSpacing=[0.04, 0.02], PixelAspectRatio=[2, 1])
    assert (scale.height_to_width, scale.calibration) == (2.0, Calibration(0.02, SOURCE))


def test_spacing_and_aspect_ratio_that_disagree_are_both_left_out(
    declared: Callable[..., PixelScale],
) -> None:
    scale = declared(PixelSpacing=[0.02, 0.02], PixelAspectRatio=[2, 1])
    assert (scale.height_to_width, scale.calibration) == (1.0, None)
    assert "contradict" in dict(scale.notes)["scale"]


@pytest.mark.parametrize("ratio", [[1, 0], [0, 1], [-1, 1], [1, 2_000], [5]])
def test_an_impossible_aspect_ratio_is_said_and_not_used(
    declared: Callable[..., PixelScale], ratio: list[int]
) -> None:
    scale = declared(PixelAspectRatio=ratio)
    assert scale.height_to_width == 1
    assert "cannot be used" in dict(scale.notes)["scale"]


def test_a_spacing_too_long_for_a_pixel_is_said_and_not_used(declared: Callable[..., PixelScale]) -> None:
    scale = declared(PixelSpacing=[0.3, 0.01])
    assert (scale.height_to_width, scale.calibration) == (1.0, None)
    assert "cannot be used" in dict(scale.notes)["scale"]


def test_an_unusable_spacing_does_not_hide_the_shape(declared: Callable[..., PixelScale]) -> None:
    scale = declared(PixelSpacing=[1, 1], PixelAspectRatio=[2, 1])
    said = " ".join(words for _, words in scale.notes)
    assert scale.height_to_width == 2
    assert "implausible" in said
    assert "not square" in said


@pytest.mark.parametrize(("ratio", "shape"), [(2.0, (192, 128)), (0.5, (96, 256)), (1.0, (96, 128))])
def test_the_shorter_side_of_pixels_decides(skin: Pixels, ratio: float, shape: tuple[int, int]) -> None:
    assert squared(skin, PixelScale(None, ratio)).shape == (*shape, 3)


def test_a_round_lesion_is_round_again(skin: Pixels) -> None:
    squeezed = np.ascontiguousarray(skin[::2])
    upright = squared(squeezed, PixelScale(None, 2.0))
    assert np.abs(upright.astype(int) - skin).mean() < 2


def test_a_picture_that_becomes_too_large_is_refused(monkeypatch: pytest.MonkeyPatch, skin: Pixels) -> None:
    monkeypatch.setattr("app.imaging.limits.MAX_PIXELS", 20_000)
    with pytest.raises(UnreadableFileError, match="too large"):
        squared(skin, PixelScale(None, 2.0))
