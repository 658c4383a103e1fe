"""Outlines enclose the very pixels, and with fewer points nearly all of them; each ring is a sound one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from skimage.draw import polygon2mask

from app.exporters.annotation.drawn_regions import drawn_regions
from app.exporters.annotation.mask_outlines import (
    Region,
    edge_regions,
    keyhole_ring,
    outlined_regions,
)
from tests.app.exporters.holed_lesion import iou

MASKS = arrays(np.bool_, st.tuples(st.integers(1, 9), st.integers(1, 9)))


def a_lesion(height_px: int, width_px: int) -> NDArray[np.bool_]:
    """A wavy lesion with a hole that has an island, and a second part."""
    y, x = np.mgrid[:height_px, :width_px]
    angle = np.arctan2(y - height_px * 0.45, x - width_px * 0.45)
    radius = height_px * 0.28 * (1 + 0.08 * np.sin(5 * angle) + 0.03 * np.sin(23 * angle))
    mask = (y - height_px * 0.45) ** 2 + (x - width_px * 0.45) ** 2 < radius**2
    mask[int(height_px * 0.4) : int(height_px * 0.5), int(width_px * 0.4) : int(width_px * 0.47)] = False
    mask[int(height_px * 0.45), int(width_px * 0.43)] = True
    mask[int(height_px * 0.85) : int(height_px * 0.95), int(width_px * 0.8) : int(width_px * 0.9)] = True
    return mask


def drawn(regions: tuple[Region, ...], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """What scikit-image draws by the even-odd rule; it counts from the middle of the first pixel."""
    mask = np.zeros(shape, np.bool_)
    for ring in (ring for region in regions for ring in region.rings):
        mask ^= polygon2mask(shape, ring[:, ::-1] - 0.5)
    return mask


@given(MASKS)
def test_rings_along_the_edges_enclose_the_very_pixels(mask: NDArray[np.bool_]) -> None:
    assert np.array_equal(drawn(edge_regions(mask), mask.shape), mask)


@given(MASKS)
def test_no_ring_meets_itself_and_holes_lie_in_their_regions(mask: NDArray[np.bool_]) -> None:
    for region in edge_regions(mask):
        for ring in region.rings:
            assert len({tuple(point) for point in ring.tolist()}) == len(ring)
        for hole in region.holes:
            assert (hole >= region.outer.min(axis=0)).all()
            assert (hole <= region.outer.max(axis=0)).all()


@pytest.mark.parametrize("size", [(400, 500), (1200, 900), (90, 131)])
def test_few_points_keep_nearly_every_pixel(size: tuple[int, int]) -> None:
    mask = a_lesion(*size)
    regions = outlined_regions(mask)
    assert iou(drawn(regions, size), mask) >= 0.995
    exact = sum(len(ring) for region in edge_regions(mask) for ring in region.rings)
    assert sum(len(ring) for region in regions for ring in region.rings) < exact
    assert sorted(len(region.holes) for region in regions) == [0, 0, 1]


def test_noise_keeps_its_pixels() -> None:
    mask = np.random.default_rng(3).random((40, 50)) > 0.5
    assert iou(drawn(outlined_regions(mask), (40, 50)), mask) >= 0.995


def test_an_empty_mask_has_no_regions() -> None:
    assert outlined_regions(np.zeros((4, 5), np.bool_)) == ()
    assert list(drawn_regions(np.zeros((4, 5), np.bool_))) == []


def test_a_region_as_one_ring_still_leaves_its_hole_out() -> None:
    mask = a_lesion(400, 500)
    whole = np.zeros(mask.shape, np.bool_)
    for region in outlined_regions(mask):
        whole |= polygon2mask(mask.shape, keyhole_ring(region)[:, ::-1] - 0.5)
    assert iou(whole, mask) >= 0.995


@given(MASKS)
def test_the_regions_of_a_drawing_program_together_are_the_mask(mask: NDArray[np.bool_]) -> None:
    found = np.zeros(mask.shape, np.bool_)
    for region in drawn_regions(mask):
        height_px, width_px = region.pixels.shape
        found[region.top_px : region.top_px + height_px, region.left_px : region.left_px + width_px] |= (
            region.pixels
        )
    assert np.array_equal(found, mask)
