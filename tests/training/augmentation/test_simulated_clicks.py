"""Where the simulated person clicks."""

import numpy as np

from training.augmentation.simulated_clicks import next_click


def _disk(row: int, column: int, radius_px: int) -> np.ndarray:
    rows, columns = np.indices((100, 140))
    return np.asarray(np.hypot(rows - row, columns - column) <= radius_px)


def test_the_first_click_lies_in_the_middle_of_the_lesion() -> None:
    click = next_click(np.zeros((100, 140), bool), _disk(40, 60, 20))
    assert click is not None
    assert click.is_lesion
    assert np.hypot(click.image_xy[0] - 60, click.image_xy[1] - 40) < 2


def test_the_largest_wrong_region_is_clicked_and_one_that_is_too_much_is_removed() -> None:
    wanted = _disk(40, 60, 20)
    present = (wanted & ~_disk(40, 42, 4)) | _disk(80, 110, 12)
    click = next_click(present, wanted)
    assert click is not None
    assert not click.is_lesion
    assert np.hypot(click.image_xy[0] - 110, click.image_xy[1] - 80) < 2


def test_missed_and_superfluous_pixels_that_touch_are_regions_of_their_own() -> None:
    wanted, present = np.zeros((60, 90), bool), np.zeros((60, 90), bool)
    wanted[20:40, 10:50] = True
    present[20:40, 50:80] = True
    click = next_click(present, wanted)
    assert click is not None
    assert click.is_lesion
    assert click.image_xy[0] < 50


def test_a_lesion_at_the_frame_is_not_clicked_at_its_edge() -> None:
    wanted = np.zeros((60, 90), bool)
    wanted[:, :30] = True
    click = next_click(np.zeros_like(wanted), wanted)
    assert click is not None
    assert 10 <= click.image_xy[0] <= 20


def test_a_drawn_click_stays_in_the_inner_half_and_differs_from_the_middle() -> None:
    wanted = _disk(40, 60, 20)
    clicks = [
        next_click(np.zeros((100, 140), bool), wanted, np.random.default_rng(seed)) for seed in range(20)
    ]
    places = np.array([click.image_xy for click in clicks if click is not None])
    assert len(places) == 20
    assert (np.hypot(*(places - [60, 40]).T) <= 12).all()
    assert len(np.unique(places, axis=0)) > 10


def test_where_nothing_differs_there_is_no_click() -> None:
    assert next_click(_disk(40, 60, 20), _disk(40, 60, 20)) is None
