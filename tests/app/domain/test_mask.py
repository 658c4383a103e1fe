from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.mask import (
    EMPTY_BOX,
    PixelBox,
    area_px,
    packed_mask,
    patch_between,
    unpacked_mask,
)
from models.contract.arrays import BoolMask

SIDES = st.integers(1, 40)
BITS = st.integers(0, 2**32 - 1)


def mask_of(height: int, width: int, seed: int) -> BoolMask:
    return np.random.default_rng(seed).random((height, width)) < 0.5


@given(SIDES, SIDES, BITS, BITS)
def test_applying_and_reverting_a_patch_gives_both_masks_bit_by_bit(
    height: int, width: int, one: int, other: int
) -> None:
    before, after = mask_of(height, width, one), mask_of(height, width, other)
    patch = patch_between(before, after, PixelBox.whole(before.shape))
    if patch is None:
        assert np.array_equal(before, after)
        return
    mask = before.copy()
    patch.apply(mask)
    assert np.array_equal(mask, after)
    patch.revert(mask)
    assert np.array_equal(mask, before)


@given(SIDES, SIDES, st.lists(BITS, min_size=2, max_size=5))
def test_patches_followed_by_each_other_are_one_patch(height: int, width: int, seeds: list[int]) -> None:
    masks = [mask_of(height, width, seed) for seed in seeds]
    whole = PixelBox.whole((height, width))
    joined = patch_between(masks[0], masks[1], whole)
    for earlier, later in pairwise(masks[1:]):
        step = patch_between(earlier, later, whole)
        if joined is None or step is None:
            joined = step if joined is None else joined
        else:
            joined = joined.followed_by(step, later)
    mask = masks[0].copy()
    if joined is not None:
        joined.apply(mask)
    assert np.array_equal(mask, masks[-1])


def test_a_patch_holds_no_more_than_what_differs() -> None:
    before = np.zeros((50, 70), dtype=np.bool_)
    after = before.copy()
    after[20:23, 33:35] = True
    patch = patch_between(before, after, PixelBox.whole(before.shape))
    assert patch is not None
    assert patch.box == PixelBox(20, 32, 23, 40)


def test_the_box_of_a_patch_ends_at_the_border_of_an_odd_width() -> None:
    before = np.zeros((3, 13), dtype=np.bool_)
    after = before.copy()
    after[:, 12] = True
    patch = patch_between(before, after, PixelBox(-5, 4, 99, 99))
    assert patch is not None
    assert patch.box == PixelBox(0, 12, 3, 13)


def test_equal_masks_and_empty_boxes_give_no_patch() -> None:
    mask = np.ones((4, 5), dtype=np.bool_)
    assert patch_between(mask, mask.copy(), PixelBox.whole(mask.shape)) is None
    assert patch_between(mask, ~mask, PixelBox(9, 9, 12, 12)) is None


def test_a_long_history_stays_far_smaller_than_copies_of_the_mask() -> None:
    mask = np.zeros((2000, 3000), dtype=np.bool_)
    total = 0
    for step in range(20):
        after = mask.copy()
        after[50 * step : 50 * step + 400, 100 : 100 + 60 * step + 50] = True
        patch = patch_between(mask, after, PixelBox.whole(mask.shape))
        assert patch is not None
        total += len(patch.before) + len(patch.after)
        mask = after
    assert total < mask.nbytes / 50


@given(SIDES, SIDES, BITS)
def test_a_packed_mask_comes_back(height: int, width: int, seed: int) -> None:
    mask = mask_of(height, width, seed)
    back = unpacked_mask(packed_mask(mask), (height, width))
    assert np.array_equal(back, mask)
    back[0, 0] = not back[0, 0]


@pytest.mark.parametrize("packed", [b"", b"no zlib", packed_mask(np.zeros((9, 9), dtype=np.bool_))])
def test_bits_that_do_not_fill_a_mask_are_refused(packed: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        unpacked_mask(packed, (4, 30))


def test_boxes_unite_clip_and_grow() -> None:
    box = PixelBox(2, 3, 5, 9)
    assert box.united(EMPTY_BOX) == box == EMPTY_BOX.united(box)
    assert box.united(PixelBox(0, 8, 1, 12)) == PixelBox(0, 3, 5, 12)
    assert box.grown(4).clipped((6, 10)) == PixelBox(0, 0, 6, 10)
    assert PixelBox(4, 4, 2, 8).is_empty
    assert np.arange(60).reshape(6, 10)[box.window].shape == (box.height, box.width)


def test_the_area_counts_lesion_pixels() -> None:
    mask = np.zeros((7, 9), dtype=np.bool_)
    mask[2:4, 3:8] = True
    assert area_px(mask) == 10
