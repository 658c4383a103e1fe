import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ui.editor.spaces import Placement, fitting, length_mm, length_px

COORDINATES = st.floats(-5000, 5000, allow_nan=False)
PLACEMENTS = st.builds(Placement, st.floats(0.01, 64), st.integers(0, 3), st.tuples(COORDINATES, COORDINATES))
POINTS = st.tuples(COORDINATES, COORDINATES)


@given(PLACEMENTS, POINTS)
def test_a_point_comes_back_from_the_view(placement: Placement, image_xy: tuple[float, float]) -> None:
    assert placement.image_xy(placement.view_xy(image_xy)) == pytest.approx(image_xy, abs=1e-3)


@given(PLACEMENTS, POINTS, st.floats(0.01, 64))
def test_zooming_keeps_the_point_under_the_pointer(
    placement: Placement, view_xy: tuple[float, float], scale: float
) -> None:
    zoomed = placement.zoomed(scale, view_xy)
    assert zoomed.scale == scale
    assert zoomed.view_xy(placement.image_xy(view_xy)) == pytest.approx(view_xy, abs=1e-2)


@given(PLACEMENTS, POINTS, st.integers(-3, 3))
def test_turning_keeps_the_anchor_and_four_turns_are_none(
    placement: Placement, view_xy: tuple[float, float], turns: int
) -> None:
    turned = placement.turned(turns, view_xy)
    assert turned.view_xy(placement.image_xy(view_xy)) == pytest.approx(view_xy, abs=1e-2)
    back = turned.turned(-turns, view_xy)
    assert back.quarter_turns == placement.quarter_turns
    assert back.offset_xy == pytest.approx(placement.offset_xy, abs=1e-2)


def test_a_turn_by_one_quarter_is_clockwise() -> None:
    turned = Placement(1.0, 1)
    assert turned.view_xy((1, 0)) == (0, 1)
    assert turned.view_xy((0, 1)) == (-1, 0)


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("size", [(1, 1), (801, 533), (40, 6000)])
def test_a_fitted_image_fills_the_view_in_one_direction(turns: int, size: tuple[int, int]) -> None:
    left, top, right, bottom = fitting(*size, 640, 480, turns).view_rect(0, 0, *size)
    assert left >= -1e-6
    assert top >= -1e-6
    assert math.isclose(right - left, 640) or math.isclose(bottom - top, 480)
    assert (left + right) / 2 == pytest.approx(320)
    assert (top + bottom) / 2 == pytest.approx(240)


@given(PLACEMENTS, st.floats(1, 3))
def test_device_pixels_are_a_finer_view_of_the_same_place(placement: Placement, ratio: float) -> None:
    x, y = placement.view_xy((12.5, 7.25))
    assert placement.enlarged(ratio).view_xy((12.5, 7.25)) == pytest.approx((x * ratio, y * ratio), abs=1e-3)


def test_lengths_carry_their_unit() -> None:
    assert length_px((0, 0), (30, 40)) == 50
    assert length_mm((0, 0), (30, 40), 0.02) == pytest.approx(1.0)
