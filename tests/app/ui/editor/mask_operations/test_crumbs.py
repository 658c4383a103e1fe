import numpy as np

from app.domain.mask import PixelBox
from app.ui.editor.mask_operations.crumbs import largest_crumb_px, without_crumbs
from models.contract.arrays import BoolMask

SHAPE = (300, 400)
"""A crumb has at most 12 pixels here."""


def mended(before: BoolMask, after: BoolMask, painted: PixelBox) -> BoolMask:
    box, block = without_crumbs(before, after, painted)
    result = after.copy()
    result[box.window] = block
    return result


def empty() -> BoolMask:
    return np.zeros(SHAPE, dtype=np.bool_)


def test_a_pinhole_that_a_stroke_left_is_filled() -> None:
    before, after = empty(), empty()
    after[50:90, 60:120] = True
    whole = after.copy()
    after[70:73, 80:84] = False
    assert np.array_equal(mended(before, after, PixelBox(50, 60, 90, 120)), whole)


def test_a_crumb_that_erasing_cut_off_is_removed() -> None:
    before, after = empty(), empty()
    before[50:90, 60:120] = True
    after[50:90, 60:100] = True
    kept = after.copy()
    after[60:63, 110:114] = True
    assert np.array_equal(mended(before, after, PixelBox(50, 100, 90, 120)), kept)


def test_what_is_larger_than_a_crumb_stays() -> None:
    side = int(np.ceil(np.sqrt(largest_crumb_px(SHAPE)))) + 1
    before, after = empty(), empty()
    after[50:90, 60:120] = True
    after[70 : 70 + side, 80 : 80 + side] = False
    assert np.array_equal(mended(before, after, PixelBox(50, 60, 90, 120)), after)


def test_a_hole_that_was_erased_on_purpose_and_is_not_touched_stays() -> None:
    before = empty()
    before[50:90, 60:120] = True
    before[70:72, 80:82] = False
    after = before.copy()
    after[50:90, 120:140] = True
    assert np.array_equal(mended(before, after, PixelBox(40, 60, 100, 140)), after)


def test_a_dot_that_is_painted_and_a_hole_that_is_erased_are_meant() -> None:
    dot = empty()
    dot[10, 10] = True
    assert np.array_equal(mended(empty(), dot, PixelBox(10, 10, 11, 11)), dot)
    whole = ~empty()
    pricked = whole.copy()
    pricked[100, 100] = False
    assert np.array_equal(mended(whole, pricked, PixelBox(100, 100, 101, 101)), pricked)


def test_a_bay_at_the_frame_of_the_image_is_no_hole_and_a_crumb_there_is_one() -> None:
    before, after = empty(), empty()
    after[0:40, 0:60] = True
    after[0:2, 20:22] = False
    assert np.array_equal(mended(before, after, PixelBox(0, 0, 40, 60)), after)
    full, left = empty(), empty()
    full[0:40, 0:60] = True
    left[0:2, 20:22] = True
    assert not mended(full, left, PixelBox(0, 0, 40, 60)).any()


def test_a_dot_that_hangs_on_the_lesion_by_a_corner_is_no_crumb() -> None:
    before, after = empty(), empty()
    before[50:90, 60:120] = True
    after[50:90, 60:100] = True
    after[49, 100] = True
    before[49, 100] = True
    assert np.array_equal(mended(before, after, PixelBox(49, 100, 90, 120)), after)
