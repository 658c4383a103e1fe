from itertools import pairwise

import numpy as np

from app.ui.editor.mask_operations.push import PushedMask
from models.contract.arrays import BoolMask


def half() -> BoolMask:
    """The left half of an image is lesion."""
    mask = np.zeros((120, 160), dtype=np.bool_)
    mask[:, :80] = True
    return mask


def after(mask: BoolMask, diameter_px: float, *way: tuple[float, float]) -> BoolMask:
    pushed, result = PushedMask(mask, diameter_px), mask.copy()
    for from_xy, to_xy in pairwise(way):
        for box, block in pushed.push(from_xy, to_xy):
            result[box.window] = block
    return result


def test_the_boundary_follows_the_finger_and_bends() -> None:
    moved = after(half(), 60, (80.0, 60.0), (90.0, 60.0))
    ends = np.count_nonzero(moved, axis=1)
    assert 87 <= ends[60] <= 91
    assert (ends[[0, 119]] == 80).all()
    assert np.abs(np.diff(ends)).max() <= 1
    back = after(half(), 60, (80.0, 60.0), (70.0, 60.0))
    assert 69 <= np.count_nonzero(back, axis=1)[60] <= 73


def test_pixels_beyond_the_brush_never_change() -> None:
    rng = np.random.default_rng(3)
    mask = np.asarray(rng.random((120, 160)) < 0.5, dtype=np.bool_)
    moved = after(mask, 30, (60.0, 60.0), (64.0, 61.0))
    y, x = np.mgrid[:120, :160] + 0.5
    far = np.hypot(x - 64, y - 61) > 16
    assert np.array_equal(moved[far], mask[far])
    assert not np.array_equal(moved, mask)


def test_many_small_moves_go_as_far_as_a_large_one() -> None:
    way = [(80.0 + 0.25 * step, 60.0) for step in range(41)]
    ends = np.count_nonzero(after(half(), 60, *way), axis=1)
    assert 86 <= ends[60] <= 91


def test_a_push_over_the_frame_of_the_image_and_beside_it_is_harmless() -> None:
    moved = after(half(), 40, (80.0, 2.0), (80.0, -300.0), (500.0, 500.0))
    assert moved.shape == (120, 160)
    assert np.array_equal(after(half(), 40, (900.0, 900.0), (950.0, 900.0)), half())
