import numpy as np
import pytest

from app.domain.mask import PixelBox
from app.ui.editor.mask_operations.region_at import hole_at, island_at


def test_the_region_under_a_point_is_found_with_its_box_and_no_other() -> None:
    mask = np.zeros((30, 40), dtype=np.bool_)
    mask[3:6, 4:9] = True
    mask[6, 9] = True
    mask[20:25, 30:38] = True
    region = island_at(mask, 4, 5)
    assert region is not None
    assert region.box == PixelBox(3, 4, 7, 10)
    assert np.array_equal(region.inside, mask[3:7, 4:10])
    assert island_at(mask, 0, 0) is None


def test_only_what_is_enclosed_is_a_hole() -> None:
    mask = np.zeros((30, 40), dtype=np.bool_)
    mask[5:25, 5:35] = True
    mask[10:12, 10:15] = False
    mask[0:20, 30] = False
    hole = hole_at(mask, 11, 12)
    assert hole is not None
    assert hole.box == PixelBox(10, 10, 12, 15)
    assert hole.inside.all()
    assert hole_at(mask, 15, 30) is None
    assert hole_at(mask, 6, 6) is None


@pytest.mark.parametrize(
    "bay",
    [np.s_[0:8, 20], np.s_[22:30, 20], np.s_[15, 0:8], np.s_[15, 32:40]],
    ids=["top", "bottom", "left", "right"],
)
def test_a_bay_at_any_side_of_the_image_is_no_hole(bay: tuple[slice | int, slice | int]) -> None:
    mask = np.ones((30, 40), dtype=np.bool_)
    mask[bay] = False
    row, column = (int(place[0]) for place in np.nonzero(~mask))
    assert hole_at(mask, row, column) is None


def test_holes_that_meet_at_a_corner_are_two() -> None:
    mask = np.ones((30, 40), dtype=np.bool_)
    mask[10:12, 10:12] = mask[12:14, 12:14] = False
    hole = hole_at(mask, 10, 10)
    assert hole is not None
    assert hole.box == PixelBox(10, 10, 12, 12)
