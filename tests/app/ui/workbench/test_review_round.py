from datetime import UTC, datetime, timedelta

from app.domain.ids import ImageId
from app.ui.workbench.review_round import Reviewed, ReviewRound

A, B, C = (ImageId(name) for name in "abc")
NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)


def reviewed(image_id: ImageId, minute: int) -> Reviewed:
    return Reviewed(image_id, NOON + timedelta(minutes=minute))


def test_an_image_counts_once_it_is_stored_and_the_round_is_over_with_the_last_one() -> None:
    found = ReviewRound([A, B])
    found.leave(reviewed(A, 1))
    assert (found.left, found.reviewed, found.moments) == ((B,), 1, ())
    found.note_stored(A)
    assert found.moments == (NOON + timedelta(minutes=1),)
    found.leave(reviewed(B, 2))
    assert (found.left, found.is_over) == ((), False)
    found.note_stored(B)
    assert found.is_over


def test_an_image_that_could_not_be_stored_is_to_be_reviewed_again() -> None:
    found = ReviewRound([A, B, C])
    found.leave(reviewed(A, 1))
    assert found.put_back(A)
    assert (found.left, found.reviewed, found.moments) == ((B, C, A), 0, ())
    assert not found.put_back(A)


def test_an_undo_that_could_not_be_stored_changes_nothing() -> None:
    found = ReviewRound([A, B])
    assert found.take_back() is None
    found.leave(reviewed(A, 1))
    found.note_stored(A)
    last = found.take_back()
    assert last is not None
    assert found.left == (A, B)
    found.keep(last)
    assert (found.left, found.reviewed, len(found.moments)) == ((B,), 1, 1)


def test_a_possible_slip_comes_back_once_and_then_no_longer_keeps_the_round() -> None:
    found = ReviewRound([A, B])
    found.leave(reviewed(A, 1))
    assert found.put_back_slip(A)
    found.leave(reviewed(B, 2))
    found.note_stored(B)
    assert (found.left, found.is_over) == ((A,), False)
    found.leave(reviewed(A, 3))
    assert not found.put_back_slip(A)
    assert found.is_over
    assert found.moments == (NOON + timedelta(minutes=2),)
