import numpy as np

from app.ui.editor.mask_operations.snap import snapped
from models.contract.arrays import BoolMask

SHAPE = (200, 300)


def disc(radius: float, centre_x: float = 150.0) -> BoolMask:
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    return np.asarray(np.hypot(y - 100, x - centre_x) < radius, dtype=np.bool_)


def everywhere() -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.ones((50, 75), dtype=np.float32)


def radius_of(mask: BoolMask) -> float:
    return float(np.sqrt(np.count_nonzero(mask) / np.pi))


def test_a_near_boundary_goes_half_way_to_the_predicted_one() -> None:
    assert abs(radius_of(snapped(disc(60), disc(64), everywhere())) - 62) < 0.6
    assert abs(radius_of(snapped(disc(60), disc(56), everywhere())) - 58) < 0.6


def test_outside_of_the_band_the_boundary_stays_as_drawn() -> None:
    band = everywhere()
    band[:, :38] = 0
    moved = snapped(disc(60), disc(64), band)
    assert np.array_equal(moved[:, :152], disc(60)[:, :152])
    assert not np.array_equal(moved, disc(60))
    assert np.array_equal(snapped(disc(60), disc(64), 0 * band), disc(60))


def test_it_never_goes_further_than_its_reach() -> None:
    moved = snapped(disc(60), disc(20, 250), everywhere())
    assert not (moved & ~disc(60 + 4.5)).any()
    assert not (disc(60 - 4.5) & ~moved).any()


def test_without_a_mask_or_a_prediction_nothing_happens() -> None:
    empty = np.zeros(SHAPE, dtype=np.bool_)
    assert not snapped(empty, disc(30), everywhere()).any()
    assert np.array_equal(snapped(disc(30), empty, everywhere()), disc(30))
    assert snapped(~empty, disc(30), everywhere()).any()


def test_the_band_lies_over_the_rows_of_the_image_as_over_its_columns() -> None:
    band = everywhere()
    band[:25] = 0
    moved = snapped(disc(60), disc(64), band)
    assert np.array_equal(moved[:100], disc(60)[:100])
    assert np.array_equal(moved[100:], snapped(disc(60), disc(64), everywhere())[100:])
