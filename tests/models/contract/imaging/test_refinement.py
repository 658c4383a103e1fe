"""A redrawn boundary enters a mask in which a person has drawn near the newest click only."""

import numpy as np

from models.contract.imaging.clicks import Click
from models.contract.imaging.refinement import merged_refinement

ADD = Click((150.0, 100.0), is_lesion=True)
BY_HAND = np.zeros((200, 200), bool)
BY_HAND[195:] = True
"""Somewhere in a corner, away from all that changes."""


def _square() -> np.ndarray:
    mask = np.zeros((200, 200), bool)
    mask[60:140, 60:140] = True
    return mask


def _bulged_on_both_sides() -> np.ndarray:
    refined = _square()
    refined[80:120, 140:160] = True
    refined[80:120, 40:60] = True
    return refined


def test_a_change_at_the_newest_click_is_taken_and_one_far_off_is_not() -> None:
    merged = merged_refinement(_square(), _bulged_on_both_sides(), [ADD], BY_HAND)
    assert merged[80:120, 140:160].all()
    np.testing.assert_array_equal(merged[:, :140], _square()[:, :140])


def test_of_several_clicks_the_newest_decides() -> None:
    older = Click((50.0, 100.0), is_lesion=True)
    merged = merged_refinement(_square(), _bulged_on_both_sides(), [older, ADD], BY_HAND)
    assert not merged[80:120, 40:60].any()


def test_a_region_of_change_is_taken_whole_though_it_reaches_beyond_the_neighbourhood() -> None:
    refined = _square()
    refined[60:140, 140:165] = True
    merged = merged_refinement(_square(), refined, [ADD], BY_HAND)
    np.testing.assert_array_equal(merged, refined)


def test_a_thin_bridge_joins_no_regions() -> None:
    refined = _bulged_on_both_sides()
    refined[59, 50:150] = True
    refined[59:81, 50] = True
    refined[59:81, 150] = True
    assert not merged_refinement(_square(), refined, [ADD], BY_HAND)[85:120, 40:60].any()


def test_what_was_drawn_by_hand_changes_only_in_the_neighbourhood_of_the_click() -> None:
    refined = _square()
    refined[10:140, 140:165] = True
    by_hand = np.zeros((200, 200), bool)
    by_hand[:40] = True
    merged = merged_refinement(_square(), refined, [ADD], by_hand)
    assert not merged[:40].any()
    assert merged[40:140, 140:165].all()
    near = merged_refinement(_square(), refined, [Click((150.0, 30.0), is_lesion=True)], by_hand)
    assert near[25:40, 145:155].all()


def test_a_click_that_removes_does_so() -> None:
    refined = _square()
    refined[60:140, 120:140] = False
    merged = merged_refinement(_square(), refined, [Click((130.0, 100.0), is_lesion=False)], BY_HAND)
    np.testing.assert_array_equal(merged, refined)


def test_where_nothing_was_drawn_by_hand_the_refined_mask_is_taken() -> None:
    for by_hand in (None, np.zeros((200, 200), bool)):
        merged = merged_refinement(_square(), _bulged_on_both_sides(), [ADD], by_hand)
        np.testing.assert_array_equal(merged, _bulged_on_both_sides())


def test_without_a_click_or_a_change_the_mask_stays_and_is_a_copy() -> None:
    present = _square()
    for merged in (
        merged_refinement(present, _bulged_on_both_sides(), [], BY_HAND),
        merged_refinement(present, _square(), [ADD], BY_HAND),
    ):
        np.testing.assert_array_equal(merged, present)
        assert merged is not present


def test_a_click_far_outside_any_change_takes_none() -> None:
    click = Click((100.0, 195.0), is_lesion=True)
    merged = merged_refinement(_square(), _bulged_on_both_sides(), [click], BY_HAND)
    np.testing.assert_array_equal(merged, _square())


def test_no_sliver_of_what_was_drawn_by_hand_is_left_beside_a_change() -> None:
    by_hand = np.zeros((200, 200), bool)
    present = _square()
    present[58:142, 58:142] = True
    by_hand[58:142, 58:142] = ~_square()[58:142, 58:142]
    refined = present.copy()
    refined[58:142, 58:100] = False
    click = Click((59.0, 100.0), is_lesion=False)
    merged = merged_refinement(present, refined, [click], by_hand)
    assert not merged[62:138, 58:95].any()
    assert not merged[58:60, 62:90].any(), "a whisker of the rim"
    np.testing.assert_array_equal(merged[:, 105:], present[:, 105:])


def test_a_thin_part_that_was_there_before_stays() -> None:
    present = _square()
    present[99:101, 20:60] = True
    by_hand = np.zeros((200, 200), bool)
    by_hand[99:101, 20:60] = True
    merged = merged_refinement(present, _bulged_on_both_sides() | present, [ADD], by_hand)
    assert merged[99:101, 20:60].all()
