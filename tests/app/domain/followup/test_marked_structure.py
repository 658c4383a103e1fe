from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.domain.errors import InvalidFieldError
from app.domain.followup.marked_structure import LONGEST_NOTE, MarkedStructure, check_mark, standing_marks
from app.domain.ids import ImageId, MarkId

MARK = MarkedStructure(
    MarkId("1"),
    ImageId("a"),
    ImageId("b"),
    10.0,
    20.0,
    0.0,
    0.0,
    "dots",
    "Dr Test",
    datetime(2026, 3, 1, tzinfo=UTC),
)


def test_a_mark_holds_until_it_is_replaced_or_withdrawn() -> None:
    other = replace(MARK, id=MarkId("2"))
    newer = replace(MARK, id=MarkId("3"), supersedes=MarkId("1"), note="streaks")
    withdrawal = replace(MARK, id=MarkId("4"), supersedes=MarkId("3"), is_withdrawn=True)

    assert standing_marks([MARK, other]) == (MARK, other)
    assert standing_marks([MARK, other, newer]) == (other, newer)
    assert standing_marks([MARK, other, newer, withdrawal]) == (other,)
    assert standing_marks([]) == ()


def test_a_mark_lies_on_its_image_and_has_a_note_of_a_bounded_length() -> None:
    check_mark(MARK, 100, 100)
    for wrong in (
        replace(MARK, x_px=100.5),
        replace(MARK, y_px=-1.0),
        replace(MARK, radius_x_px=-1.0),
        replace(MARK, note="x" * (LONGEST_NOTE + 1)),
    ):
        with pytest.raises(InvalidFieldError):
            check_mark(wrong, 100, 100)
