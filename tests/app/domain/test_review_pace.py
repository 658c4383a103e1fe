from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.ids import ImageId
from app.domain.review_pace import ReviewPace, review_pace
from app.domain.revision import MaskRevision, RevisionReason
from tests.builders import a_revision


def revisions(*made: tuple[str, float, RevisionReason]) -> list[MaskRevision]:
    """Revisions of images, by the minutes after ten o'clock at which they were made."""
    found = []
    for image, minutes, reason in made:
        revision = a_revision(ImageId(image))
        at = revision.created_at + timedelta(minutes=minutes)
        found.append(replace(revision, created_at=at, reason=reason))
    return found


CORRECTED, CONFIRMED = RevisionReason.CORRECTED, RevisionReason.CONFIRMED


def test_an_image_counts_once_and_as_it_was_left() -> None:
    made = revisions(
        ("a", 0, CONFIRMED),
        ("b", 1, CORRECTED),
        ("a", 2, CORRECTED),
        ("c", 3, CONFIRMED),
        ("b", 4, CONFIRMED),
    )
    pace = review_pace(made)
    assert (pace.corrected, pace.confirmed) == (1, 2)


def test_the_pace_leaves_breaks_out() -> None:
    times = (0, 1, 2, 60, 61, 62, 63)
    pace = review_pace(revisions(*((f"i{at}", at, CONFIRMED) for at in times)))
    assert pace.images_per_hour == pytest.approx(60)


def test_a_few_images_tell_no_pace() -> None:
    assert review_pace([]) == ReviewPace(0, 0, None)
    three = revisions(("a", 0, CONFIRMED), ("b", 1, CONFIRMED), ("c", 2, CONFIRMED))
    assert review_pace(three).images_per_hour is None
    at_once = revisions(*((name, 0, CONFIRMED) for name in "abcdef"))
    assert review_pace(at_once).images_per_hour is None


@pytest.mark.parametrize(("minutes", "per_hour"), [(10, 6), (10.01, None)])
def test_ten_minutes_are_still_work_and_a_moment_more_is_a_break(
    minutes: float, per_hour: float | None
) -> None:
    pace = review_pace(revisions(*((f"i{turn}", turn * minutes, CONFIRMED) for turn in range(4))))
    assert pace.images_per_hour == per_hour


def test_a_review_that_was_taken_back_counts_no_longer() -> None:
    made = revisions(("a", 0, CONFIRMED), ("b", 1, CORRECTED), ("a", 2, RevisionReason.RESET))
    pace = review_pace(made)
    assert (pace.corrected, pace.confirmed) == (1, 0)
