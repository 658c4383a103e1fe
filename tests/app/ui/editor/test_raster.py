import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.mask import PixelBox
from app.ui.editor.raster import Spans, brush_spans, outline_spans, stamp_centre
from models.contract.arrays import BoolMask

POINTS = st.tuples(st.floats(-30, 60), st.floats(-30, 60))


def filled(spans: Spans, shape: tuple[int, int]) -> BoolMask:
    mask = np.zeros(shape, dtype=np.bool_)
    spans.fill(mask, value=True)
    return mask


def distance_to_way(
    shape: tuple[int, int], start: tuple[float, float], end: tuple[float, float]
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Distance of every pixel centre from a segment, computed the slow way."""
    y, x = np.mgrid[: shape[0], : shape[1]] + 0.5
    dx, dy = end[0] - start[0], end[1] - start[1]
    square = dx * dx + dy * dy
    along = np.zeros(shape) if square == 0 else ((x - start[0]) * dx + (y - start[1]) * dy) / square
    along = np.clip(along, 0, 1)
    return np.hypot(x - start[0] - along * dx, y - start[1] - along * dy)


@given(POINTS, POINTS, st.integers(1, 40))
def test_a_brush_covers_exactly_the_pixels_whose_centres_are_near_its_way(
    start: tuple[float, float], end: tuple[float, float], diameter_px: int
) -> None:
    shape = (31, 43)
    drawn = filled(brush_spans(start, end, diameter_px, shape), shape)
    distance = distance_to_way(shape, stamp_centre(start, diameter_px), stamp_centre(end, diameter_px))
    is_clear = np.abs(distance - diameter_px / 2) > 1e-6
    assert np.array_equal(drawn[is_clear], (distance <= diameter_px / 2)[is_clear])


@pytest.mark.parametrize(("diameter_px", "expected"), [(1, 1), (2, 4), (3, 9), (4, 12), (5, 21)])
@pytest.mark.parametrize("at", [(10.0, 10.0), (10.5, 10.5), (10.9, 10.1)])
def test_a_small_stamp_has_the_same_shape_everywhere(
    diameter_px: int, expected: int, at: tuple[float, float]
) -> None:
    drawn = filled(brush_spans(at, at, diameter_px, (25, 25)), (25, 25))
    assert np.count_nonzero(drawn) == expected


def test_a_brush_of_one_pixel_paints_the_pixel_under_the_pointer() -> None:
    drawn = filled(brush_spans((7.99, 3.01), (7.99, 3.01), 1, (9, 9)), (9, 9))
    assert np.argwhere(drawn).tolist() == [[3, 7]]


@pytest.mark.parametrize("at", [(-3.0, 5.0), (22.0, 5.0), (9.0, -3.0), (9.0, 13.0), (-400.0, -400.0)])
def test_a_stroke_beyond_the_border_does_not_wrap(at: tuple[float, float]) -> None:
    shape = (10, 19)
    wide = filled(
        brush_spans((at[0] + 500, at[1] + 500), (at[0] + 500, at[1] + 500), 9, (1100, 1100)), (1100, 1100)
    )
    drawn = filled(brush_spans(at, at, 9, shape), shape)
    assert np.array_equal(drawn, wide[500:510, 500:519])


def test_an_image_of_one_pixel_can_be_painted() -> None:
    assert filled(brush_spans((0.5, 0.5), (0.5, 0.5), 2000, (1, 1)), (1, 1)).all()


def test_an_outline_of_whole_pixels_covers_them_and_no_more() -> None:
    spans = outline_spans([(3, 2), (8, 2), (8, 6), (3, 6)], (10, 12))
    expected = np.zeros((10, 12), dtype=np.bool_)
    expected[2:6, 3:8] = True
    assert np.array_equal(filled(spans, (10, 12)), expected)
    assert spans.box == PixelBox(2, 3, 6, 8)


def test_what_an_outline_encloses_twice_is_still_inside() -> None:
    star = [(10.2, 0.3), (16.4, 19.1), (0.7, 7.2), (19.6, 7.4), (4.1, 19.3)]
    drawn = filled(outline_spans(star, (20, 20)), (20, 20))
    assert drawn[11, 10]


@given(st.lists(POINTS, min_size=3, max_size=9))
def test_an_outline_agrees_with_the_winding_number_of_each_pixel(points: list[tuple[float, float]]) -> None:
    shape = (14, 17)
    drawn = filled(outline_spans(points, shape), shape)
    for row in range(shape[0]):
        for column in range(shape[1]):
            winding, is_close = winding_number(points, column + 0.5, row + 0.5)
            assert is_close or drawn[row, column] == (winding != 0)


def winding_number(points: list[tuple[float, float]], x: float, y: float) -> tuple[int, bool]:
    """How often an outline turns round a point, and whether the point is too near an edge to tell."""
    winding, is_close = 0, False
    for (x1, y1), (x2, y2) in zip(points, points[1:] + points[:1], strict=True):
        if (y1 <= y) != (y2 <= y):
            crossing = x1 + (y - y1) * (x2 - x1) / (y2 - y1)
            is_close = is_close or abs(crossing - x) < 1e-6
            if crossing > x:
                winding += 1 if y2 > y1 else -1
        is_close = is_close or abs(y1 - y) < 1e-9 or abs(y2 - y) < 1e-9
    return winding, is_close


@pytest.mark.parametrize("points", [[], [(1.0, 1.0)], [(1.0, 1.0), (5.0, 5.0)], [(2.0, 3.0)] * 4])
def test_an_outline_without_area_covers_nothing(points: list[tuple[float, float]]) -> None:
    assert outline_spans(points, (9, 9)).box.is_empty


def test_an_outline_far_beyond_the_border_fills_the_image() -> None:
    assert filled(outline_spans([(-1e6, -1e6), (1e6, -1e6), (1e6, 1e6), (-1e6, 1e6)], (5, 7)), (5, 7)).all()
