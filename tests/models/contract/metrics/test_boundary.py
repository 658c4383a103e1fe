"""Surface distances and boundary scores: by hand, degenerate, and against SciPy and scikit-image."""

import time

import numpy as np
import pytest
from scipy import ndimage
from skimage.metrics import hausdorff_distance

from models.contract.metrics import (
    assd_px,
    boundary_f1,
    boundary_iou,
    hausdorff_px,
    hd95_px,
    segmentation_scores,
)
from models.contract.metrics.boundary import inner_boundary

EMPTY = np.zeros((30, 40), bool)
DIAGONAL_PX = 50.0


def square(top: int, left: int, side: int) -> np.ndarray:
    mask = EMPTY.copy()
    mask[top : top + side, left : left + side] = True
    return mask


def blob(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return ndimage.gaussian_filter(rng.normal(size=(60, 80)), 4) > 0


def boundary_by_scipy(mask: np.ndarray) -> np.ndarray:
    return mask & ~ndimage.binary_erosion(mask)


def distances_by_scipy(mask: np.ndarray, other: np.ndarray) -> np.ndarray:
    to_other = ndimage.distance_transform_edt(~boundary_by_scipy(other))
    return to_other[boundary_by_scipy(mask)]


def test_the_boundary_is_the_inner_one_also_along_the_frame() -> None:
    mask = square(0, 0, 4)
    expected = mask.copy()
    expected[1:3, 1:3] = False
    np.testing.assert_array_equal(inner_boundary(mask), expected)


def test_a_shifted_square_by_hand() -> None:
    truth, prediction = square(10, 10, 5), square(10, 13, 5)
    assert hausdorff_px(prediction, truth) == pytest.approx(3.0)
    # Of 16 boundary pixels: columns at distance 3 (5 px), 2 (2 px), 1 (2 px, or 3), rest on it.
    distances = distances_by_scipy(prediction, truth)
    assert hd95_px(prediction, truth) == pytest.approx(np.percentile(distances, 95))
    assert assd_px(prediction, truth) == pytest.approx(distances.mean())


def test_one_pixel_inside_another_mask_by_hand() -> None:
    truth, prediction = square(10, 10, 3), square(11, 11, 1)
    # Boundary of truth: 4 pixels at 1, 4 at sqrt 2; the single pixel lies at 1.
    assert hausdorff_px(prediction, truth) == pytest.approx(np.sqrt(2))
    assert assd_px(prediction, truth) == pytest.approx((4 + 4 * np.sqrt(2) + 1) / 9)
    assert boundary_f1(prediction, truth, tolerance_px=1.0) == pytest.approx(2 * 0.5 / 1.5)
    assert boundary_f1(prediction, truth, tolerance_px=0.5) == 0.0


def test_two_empty_masks_agree() -> None:
    assert hausdorff_px(EMPTY, EMPTY) == hd95_px(EMPTY, EMPTY) == assd_px(EMPTY, EMPTY) == 0.0
    assert boundary_f1(EMPTY, EMPTY) == boundary_iou(EMPTY, EMPTY) == 1.0


@pytest.mark.parametrize(("prediction", "truth"), [(EMPTY, ~EMPTY), (square(5, 5, 9), EMPTY)])
def test_one_empty_mask_is_a_miss_by_the_whole_image(prediction: np.ndarray, truth: np.ndarray) -> None:
    assert hausdorff_px(prediction, truth) == DIAGONAL_PX
    assert hd95_px(prediction, truth) == assd_px(prediction, truth) == DIAGONAL_PX
    assert boundary_f1(prediction, truth) == boundary_iou(prediction, truth) == 0.0


def test_equal_masks_are_perfect() -> None:
    for mask in (square(3, 4, 10), ~EMPTY, blob(0)):
        assert hausdorff_px(mask, mask) == assd_px(mask, mask) == 0.0
        assert boundary_f1(mask, mask) == boundary_iou(mask, mask) == 1.0


@pytest.mark.parametrize("seed", range(6))
def test_agreement_with_scipy_and_scikit_image(seed: int) -> None:
    prediction, truth = blob(seed), blob(seed + 100)
    forward = distances_by_scipy(prediction, truth)
    backward = distances_by_scipy(truth, prediction)
    both = np.concatenate([forward, backward])
    worst = max(np.percentile(forward, 95), np.percentile(backward, 95))
    assert assd_px(prediction, truth) == pytest.approx(both.mean(), abs=1e-4)
    assert hd95_px(prediction, truth) == pytest.approx(worst, abs=1e-4)
    reference = hausdorff_distance(boundary_by_scipy(prediction), boundary_by_scipy(truth))
    assert hausdorff_px(prediction, truth) == pytest.approx(reference, abs=1e-4)
    tolerance_px = 0.0055 * 100.0
    shares = (forward <= tolerance_px).mean(), (backward <= tolerance_px).mean()
    assert boundary_f1(prediction, truth) == pytest.approx(2 * shares[0] * shares[1] / sum(shares))


@pytest.mark.parametrize("seed", range(3))
def test_boundary_iou_is_the_iou_of_the_inner_bands(seed: int) -> None:
    masks = blob(seed), blob(seed + 50)
    bands = [
        mask & (ndimage.distance_transform_edt(~boundary_by_scipy(mask)) <= 0.02 * 100.0) for mask in masks
    ]
    expected = np.count_nonzero(bands[0] & bands[1]) / np.count_nonzero(bands[0] | bands[1])
    assert boundary_iou(*masks) == pytest.approx(expected)


def test_boundary_iou_sees_what_plain_iou_hides() -> None:
    truth = np.zeros((300, 400), bool)
    truth[50:250, 50:350] = True
    prediction = np.roll(truth, 6, axis=1)
    scores = segmentation_scores(prediction, truth)
    assert scores.iou > 0.95
    assert scores.boundary_iou < 0.8


def test_all_scores_of_a_512_px_mask_take_less_than_50_ms_of_a_processor() -> None:
    truth = np.zeros((384, 512), bool)
    truth[60:330, 80:450] = True
    prediction = np.roll(truth, 5, axis=0)
    times_s = []
    for _ in range(6):
        start = time.process_time()
        segmentation_scores(prediction, truth)
        times_s.append(time.process_time() - start)
    assert min(times_s) < 0.050
