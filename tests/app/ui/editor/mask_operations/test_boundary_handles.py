import cv2
import numpy as np
import pytest

from app.domain.mask import PixelBox
from app.ui.editor.mask_operations.boundary_handles import (
    FEWEST,
    MOST,
    BoundaryHandles,
    fitted_handles,
    mask_after,
)
from app.ui.editor.raster import outline_spans
from models.contract.arrays import BoolMask

SHAPE = (300, 400)


def ellipse() -> BoolMask:
    mask = np.zeros(SHAPE, np.uint8)
    cv2.ellipse(mask, (200, 150), (110, 70), 20, 0, 360, (1,), -1)
    return mask.astype(np.bool_)


def star() -> BoolMask:
    angles = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    radius = 90 + 30 * np.sin(7 * angles)
    outline = np.column_stack([200 + radius * np.cos(angles), 150 + radius * np.sin(angles)])
    mask = np.zeros(SHAPE, np.uint8)
    cv2.fillPoly(mask, [np.round(outline).astype(np.int32)], (1,))
    return mask.astype(np.bool_)


def filled(handles: BoundaryHandles) -> BoolMask:
    mask = np.zeros(SHAPE, dtype=np.bool_)
    outline_spans([(x, y) for x, y in handles.curve_xy.tolist()], SHAPE).fill(mask, value=True)
    return mask


def fitted(mask: BoolMask) -> BoundaryHandles:
    handles = fitted_handles(mask)
    assert handles is not None
    return handles


def changed(mask: BoolMask, before: BoundaryHandles, after: BoundaryHandles) -> BoolMask:
    found = mask_after(mask, before, after)
    assert found is not None
    box, block = found
    new = mask.copy()
    new[box.window] = block
    return new


@pytest.mark.parametrize("mask", [ellipse(), star()], ids=["ellipse", "star"])
def test_the_curve_through_the_handles_follows_the_boundary(mask: BoolMask) -> None:
    handles = fitted(mask)
    again = filled(handles)
    assert FEWEST <= len(handles.handles_xy) <= MOST
    assert (mask & again).sum() / (mask | again).sum() > 0.97


def test_a_boundary_that_bends_more_gets_more_handles() -> None:
    assert len(fitted(star()).handles_xy) > len(fitted(ellipse()).handles_xy)


def test_moving_a_handle_changes_the_mask_only_near_it() -> None:
    mask = star()
    before = fitted(mask)
    x, y = before.handles_xy[3].tolist()
    away = np.array([x - 200, y - 150]) / np.hypot(x - 200, y - 150)
    after = before.moved(3, (x + 20 * away[0], y + 20 * away[1]))
    new = changed(mask, before, after)
    assert new[int(y + 14 * away[1]), int(x + 14 * away[0])]
    rows, columns = np.nonzero(new ^ mask)
    neighbours = before.handles_xy[[1, 5]] - (x, y)
    reach = np.hypot(*neighbours.T).max() + 20
    assert np.hypot(rows + 0.5 - y, columns + 0.5 - x).max() < reach
    far = np.ones(SHAPE, dtype=np.bool_)
    far[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1] = False
    assert np.array_equal(new[far], mask[far])


def test_a_handle_that_is_moved_inwards_leaves_no_rim_behind() -> None:
    mask = ellipse()
    before = fitted(mask)
    x, y = before.handles_xy[2].tolist()
    new = changed(mask, before, before.moved(2, (0.75 * x + 50, 0.75 * y + 37.5)))
    assert cv2.connectedComponents(new.astype(np.uint8))[0] == 2


def test_holes_and_other_regions_stay() -> None:
    mask = ellipse()
    mask[140:150, 195:205] = False
    mask[5:15, 5:15] = True
    before = fitted(mask)
    x, y = before.handles_xy[0].tolist()
    new = changed(mask, before, before.moved(0, (x + 6, y + 6)))
    assert not new[145, 200]
    assert new[10, 10]


def test_a_handle_that_stays_where_it_is_changes_nothing() -> None:
    handles = fitted(ellipse())
    x, y = handles.handles_xy[1].tolist()
    assert mask_after(ellipse(), handles, handles.moved(1, (x, y))) is None


def test_a_point_on_the_line_is_found_with_the_handle_before_it() -> None:
    handles = fitted(ellipse())
    curve = handles.curve_xy
    at = curve[16 * 4 + 8]
    segment, (x, y), distance = handles.nearest_segment((at[0] + 0.3, at[1]))
    assert segment == 4
    assert distance < 0.5
    more = handles.inserted(segment, (x, y))
    assert len(more.handles_xy) == len(handles.handles_xy) + 1
    assert more.nearest_handle((x, y)) == (5, 0.0)
    assert np.array_equal(more.without(5).handles_xy, handles.handles_xy)


def test_a_mask_of_a_few_pixels_or_none_has_no_handles() -> None:
    mask = np.zeros(SHAPE, dtype=np.bool_)
    assert fitted_handles(mask) is None
    mask[10:12, 10:12] = True
    assert fitted_handles(mask) is None


def test_a_region_at_the_frame_has_handles_too() -> None:
    mask = np.zeros(SHAPE, dtype=np.bool_)
    mask[:120, :150] = True
    handles = fitted(mask)
    x, y = handles.handles_xy[0].tolist()
    found = mask_after(mask, handles, handles.moved(0, (x - 500, y - 500)))
    assert found is not None
    assert found[0] == found[0].clipped(SHAPE) != PixelBox(0, 0, 0, 0)
