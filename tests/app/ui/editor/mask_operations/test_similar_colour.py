import cv2
import numpy as np
import pytest

from app.ui.editor.mask_operations.region_at import Region
from app.ui.editor.mask_operations.similar_colour import colour_distance
from models.contract.arrays import BoolMask, RgbImage

SKIN, LESION, CORE = (214, 170, 150), (140, 90, 70), (100, 62, 46)


def spotted(shape: tuple[int, int]) -> tuple[RgbImage, BoolMask]:
    """Skin with a lesion, whose core is darker, and a dark spot far from it."""
    image = np.full((*shape, 3), SKIN, dtype=np.uint8)
    y, x = np.mgrid[: shape[0], : shape[1]] / shape[0]
    lesion = np.hypot(y - 0.5, x - 0.5) < 0.25
    image[lesion] = LESION
    image[np.hypot(y - 0.5, x - 0.5) < 0.1] = CORE
    image[np.hypot(y - 0.5, x - 1.2) < 0.1] = LESION
    return image, np.asarray(lesion, dtype=np.bool_)


def whole(region: Region, shape: tuple[int, int]) -> BoolMask:
    mask = np.zeros(shape, dtype=np.bool_)
    mask[region.box.window] = region.inside
    return mask


def dice(one: BoolMask, other: BoolMask) -> float:
    return float(2 * np.count_nonzero(one & other) / (np.count_nonzero(one) + np.count_nonzero(other)))


@pytest.mark.parametrize("shrink", [1, 4])
def test_the_tolerance_decides_how_much_hangs_together(shrink: int) -> None:
    shape = (300, 450)
    image, lesion = spotted(shape)
    small = cv2.resize(image, None, fx=1 / shrink, fy=1 / shrink, interpolation=cv2.INTER_AREA)
    distance = colour_distance(small.astype(np.uint8), (0.5 * 300 / 450, 0.3), shape)
    ring = whole(distance.region(8), shape)
    assert not ring[150, 150]
    assert ring[90, 150]
    assert dice(whole(distance.region(20), shape), lesion) > 0.96
    assert not whole(distance.region(20), shape)[150, 360]
    assert whole(distance.region(90), shape).all()


def test_the_edge_lies_where_it_lies_in_the_image_however_small_the_copy_is() -> None:
    shape = (240, 320)
    image = np.full((*shape, 3), SKIN, dtype=np.uint8)
    image[:, :160] = LESION
    small = cv2.resize(image, (40, 30), interpolation=cv2.INTER_AREA).astype(np.uint8)
    mask = whole(colour_distance(small, (0.1, 0.5), shape).region(15), shape)
    right = np.count_nonzero(mask, axis=1)
    assert np.abs(right - 160).max() <= 8
    assert mask[0, 0]
    assert mask[-1, 0]


def test_hairs_and_glare_inside_are_taken_with_the_region() -> None:
    shape = (200, 200)
    image = np.full((*shape, 3), LESION, dtype=np.uint8)
    image[100:104, 60:64] = 255
    mask = whole(colour_distance(image, (0.1, 0.1), shape).region(10), shape)
    assert mask.all()
