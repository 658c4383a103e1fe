import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.mask import PixelBox
from app.ui.editor.sampling import ImagePyramid, seen_mask
from app.ui.editor.spaces import Placement, fitting

PLACEMENTS = st.builds(
    Placement,
    st.floats(0.05, 9),
    st.integers(0, 3),
    st.tuples(st.floats(-60, 90), st.floats(-60, 90)),
)


@settings(deadline=None)
@given(PLACEMENTS, st.integers(1, 23), st.integers(1, 23), st.integers(0, 99))
def test_a_device_pixel_shows_the_mask_under_its_centre(
    placement: Placement, height: int, width: int, seed: int
) -> None:
    mask = np.random.default_rng(seed).random((height, width)) < 0.5
    box = PixelBox(3, 5, 40, 47)
    seen = seen_mask(mask, placement, box)
    for y in range(box.top, box.bottom, 3):
        for x in range(box.left, box.right, 3):
            column, row = (int(np.floor(part)) for part in placement.image_xy((x + 0.5, y + 0.5)))
            is_inside = 0 <= row < height and 0 <= column < width
            expected = 255 if is_inside and mask[row, column] else 0
            assert seen[y - box.top, x - box.left] == expected


@settings(deadline=None)
@given(PLACEMENTS, st.integers(0, 99))
def test_a_part_of_the_view_is_that_part_of_the_whole(placement: Placement, seed: int) -> None:
    mask = np.random.default_rng(seed).random((31, 17)) < 0.5
    whole = seen_mask(mask, placement, PixelBox(0, 0, 60, 50))
    part = PixelBox(7, 11, 33, 29)
    assert np.array_equal(seen_mask(mask, placement, part), whole[part.window])


@pytest.mark.parametrize("turns", range(4))
def test_an_image_at_its_own_size_is_shown_pixel_by_pixel(turns: int) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (12, 9, 3), dtype=np.uint8)
    upright = np.rot90(pixels, -turns)
    height, width = upright.shape[:2]
    placement = fitting(9, 12, width, height, turns)
    assert np.array_equal(ImagePyramid(pixels).seen(placement, PixelBox(0, 0, height, width)), upright)


@pytest.mark.parametrize("turns", range(4))
def test_an_enlarged_image_shows_its_pixels_as_squares(turns: int) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (5, 4, 3), dtype=np.uint8)
    large = np.rot90(pixels, -turns).repeat(8, axis=0).repeat(8, axis=1)
    height, width = large.shape[:2]
    placement = fitting(4, 5, width, height, turns)
    assert np.array_equal(ImagePyramid(pixels).seen(placement, PixelBox(0, 0, height, width)), large)


@pytest.mark.parametrize("side_px", [1023, 1024, 1025])
def test_a_reduced_image_stays_in_its_place(side_px: int) -> None:
    pixels = np.zeros((side_px, side_px, 3), dtype=np.uint8)
    pixels[:, side_px // 2 :] = 200
    placement = fitting(side_px, side_px, 101, 101)
    seen = ImagePyramid(pixels, smallest_px=32).seen(placement, PixelBox(0, 0, 101, 101))
    edge = 50.5 - float(seen[50, :, 0].sum()) / 200 + 50.5
    assert edge == pytest.approx(side_px // 2 * placement.scale, abs=0.6)


def test_a_map_of_another_size_is_stretched_over_the_image() -> None:
    coarse = ImagePyramid(np.array([[0, 255], [0, 255]], dtype=np.uint8))
    seen = coarse.seen_over((40, 80), Placement(1.0), PixelBox(0, 0, 40, 80))
    assert (seen[:, :20] == 0).all()
    assert (seen[:, 60:] == 255).all()
    assert abs(int(seen[20, 40]) - 128) <= 4


def test_an_image_of_one_pixel_is_shown() -> None:
    pixel = np.full((1, 1, 3), 77, dtype=np.uint8)
    assert (ImagePyramid(pixel).seen(Placement(64.0), PixelBox(0, 0, 64, 64)) == 77).all()
