"""Clicks in the geometry of a refiner's input."""

import numpy as np
import pytest

from models.contract.imaging.clicks import (
    Click,
    guidance_for_refiner,
    mean_of_mirrored,
    mirrored_passes,
)
from models.contract.imaging.preprocess import mask_for_segmenter


def _guidance(mask: np.ndarray, *clicks: Click) -> np.ndarray:
    return guidance_for_refiner(mask, clicks, height_px=96, width_px=128)


def _centre(plane: np.ndarray) -> tuple[float, float]:
    rows, columns = np.nonzero(plane)
    return float(rows.mean()), float(columns.mean())


def test_guidance_is_the_mask_and_a_disk_for_each_click_on_the_plane_of_its_kind() -> None:
    mask = np.zeros((192, 256), bool)
    mask[40:100, 60:140] = True
    clicks = (Click((201.0, 51.0), is_lesion=True), Click((31.0, 151.0), is_lesion=False))
    present, adds, removes = _guidance(mask, *clicks)
    np.testing.assert_array_equal(present > 0, mask_for_segmenter(mask, height_px=96, width_px=128))
    assert _centre(adds) == pytest.approx((25.25, 100.25), abs=0.5)
    assert _centre(removes) == pytest.approx((75.25, 15.25), abs=0.5)
    # 5 px of 192 are two and a half of 96.
    assert 9 <= adds.sum() <= 25


@pytest.mark.parametrize("shape", [(120, 160), (160, 120), (300, 200)])
def test_a_click_lies_on_the_input_where_its_pixel_does(shape: tuple[int, int]) -> None:
    row, column = shape[0] // 5, shape[1] // 4
    pixel = np.zeros(shape, bool)
    pixel[row - 6 : row + 7, column - 6 : column + 7] = True
    present, adds, _ = _guidance(pixel, Click((float(column), float(row)), is_lesion=True))
    assert _centre(adds) == pytest.approx(_centre(present), abs=1.0)


def test_a_click_at_the_very_edge_is_still_seen() -> None:
    _, adds, _ = _guidance(np.zeros((50, 70), bool), Click((69.0, 49.0), is_lesion=True))
    assert adds[-1, -1] == 1.0


def test_without_clicks_and_mask_there_is_no_guidance() -> None:
    assert not _guidance(np.zeros((50, 70), bool)).any()


def test_the_mirrored_pass_is_turned_back_before_both_are_averaged() -> None:
    planes = np.random.default_rng(1).random((3, 4, 6)).astype(np.float32)
    passes = mirrored_passes(planes)
    assert passes.shape == (2, 3, 4, 6)
    np.testing.assert_array_equal(passes[1, :, :, 0], planes[:, :, -1])
    np.testing.assert_allclose(mean_of_mirrored(passes[:, 0]), planes[0], rtol=1e-6)
    shifted = passes[:, 0] + np.array([0.0, 2.0], np.float32)[:, None, None]
    np.testing.assert_allclose(mean_of_mirrored(shifted), planes[0] + 1, rtol=1e-6)
