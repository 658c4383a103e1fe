import numpy as np
import pytest

from app.ui.editor.mask_operations.growth import grown, shrunk, smoothed, step_px
from models.contract.arrays import BoolMask


def disc(shape: tuple[int, int], centre: tuple[float, float], radius: float) -> BoolMask:
    y, x = np.mgrid[: shape[0], : shape[1]]
    return np.asarray(np.hypot(y - centre[0], x - centre[1]) <= radius, dtype=np.bool_)


@pytest.mark.parametrize(("shape", "px"), [((450, 600), 2), ((4000, 6000), 18), ((40, 30), 1)])
def test_a_step_is_the_same_share_of_every_image(shape: tuple[int, int], px: int) -> None:
    assert step_px(shape) == px


def test_a_disc_grows_and_shrinks_to_discs_of_other_radii() -> None:
    shape = (101, 101)
    mask = disc(shape, (50, 50), 20)
    for moved, radius in ((grown(mask, 5), 25), (shrunk(mask, 5), 15)):
        assert not (moved & ~disc(shape, (50, 50), radius + 0.5)).any()
        assert not (disc(shape, (50, 50), radius - 0.8) & ~moved).any()


def test_the_frame_of_the_image_is_no_boundary() -> None:
    mask = np.zeros((40, 50), dtype=np.bool_)
    mask[:, :20] = True
    expected = np.zeros_like(mask)
    expected[:, :17] = True
    assert np.array_equal(shrunk(mask, 3), expected)
    assert shrunk(np.ones((9, 9), dtype=np.bool_), 3).all()


def test_smoothing_takes_a_spike_and_keeps_the_lesion() -> None:
    mask = disc((120, 120), (60, 60), 30)
    spiky = mask.copy()
    spiky[60, 90:110] = True
    smooth = smoothed(spiky, 3)
    assert not smooth[60, 96:].any()
    assert np.count_nonzero(smooth ^ mask) < 0.02 * np.count_nonzero(mask)


def test_an_empty_mask_and_the_given_one_stay_as_they_are() -> None:
    empty = np.zeros((20, 30), dtype=np.bool_)
    for changed in (grown(empty, 2), shrunk(empty, 2), smoothed(empty, 2)):
        assert not changed.any()
    mask = disc((40, 40), (20, 20), 8)
    before = mask.copy()
    for change in (grown, shrunk, smoothed):
        change(mask, 3)
    assert np.array_equal(mask, before)
