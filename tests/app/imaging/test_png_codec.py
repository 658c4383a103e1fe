import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.domain.errors import UnreadableFileError
from app.imaging import png_codec


def test_pixels_come_back_bit_by_bit_and_carry_no_metadata(skin: NDArray[np.uint8]) -> None:
    content = png_codec.png(skin)
    assert np.array_equal(png_codec.pixels_from_png(content), skin)
    assert not any(chunk in content for chunk in (b"tEXt", b"iTXt", b"zTXt", b"eXIf", b"tIME"))


@pytest.mark.parametrize("shape", [(1, 1), (7, 13), (64, 65), (33, 8), (100, 127)])
def test_masks_of_any_width_come_back_from_one_bit(shape: tuple[int, int]) -> None:
    mask = np.random.default_rng(1).random(shape) > 0.5
    content = png_codec.mask_png(mask)
    assert content[24] == 1
    assert np.array_equal(png_codec.mask_from_png(content), mask)


def test_empty_and_full_masks_survive() -> None:
    for mask in (np.zeros((9, 11), bool), np.ones((9, 11), bool)):
        assert np.array_equal(png_codec.mask_from_png(png_codec.mask_png(mask)), mask)


def test_probabilities_come_back_to_half_a_level() -> None:
    probability = np.random.default_rng(2).random((31, 17), dtype=np.float32)
    back = png_codec.levels_from_png(png_codec.probability_png(probability))
    assert back.dtype == np.uint8
    assert np.abs(back / 255 - probability).max() <= 0.5 / 255 + 1e-6
    ends = np.array([[0.0, 1.0]], np.float32)
    assert png_codec.levels_from_png(png_codec.probability_png(ends)).tolist() == [[0, 255]]


def test_a_thumbnail_keeps_the_shape_and_is_never_enlarged(skin: NDArray[np.uint8]) -> None:
    small = png_codec.pixels_from_png(png_codec.thumbnail_png(skin, 64))
    assert small.shape == (48, 64, 3)
    assert np.abs(small.astype(int) - cv2.resize(skin, (64, 48), interpolation=cv2.INTER_AREA)).max() == 0
    assert png_codec.pixels_from_png(png_codec.thumbnail_png(skin, 500)).shape == skin.shape


def test_damaged_store_content_is_said(skin: NDArray[np.uint8]) -> None:
    for content in (b"", b"nothing", png_codec.png(skin)[:40]):
        with pytest.raises(UnreadableFileError, match="damaged"):
            png_codec.pixels_from_png(content)
