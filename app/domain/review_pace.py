"""How many boundaries a person has reviewed, and how fast, told from the revisions they made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from app.domain.revision import MaskRevision, RevisionReason

_LONGEST_WORK = timedelta(minutes=10)
"""A longer time between two images was not spent on the second one."""
_FEWEST_TIMES = 3
"""Fewer tell no pace."""


@dataclass(frozen=True, slots=True)
class ReviewPace:
    """What was done to images, each counted once."""

    corrected: int
    confirmed: int
    images_per_hour: float | None
    """Breaks left out; None until a few images were reviewed one after the other."""


def review_pace(revisions: Sequence[MaskRevision]) -> ReviewPace:
    """Return the pace of one person's revisions, the oldest first; an image counts as it was left.

    One whose review was taken back counts no longer.
    """
    last_by_image = {revision.image_id: revision for revision in revisions}
    last = [revision for revision in last_by_image.values() if revision.is_persons_word]
    confirmed = sum(revision.reason is RevisionReason.CONFIRMED for revision in last)
    moments = sorted(revision.created_at for revision in last)
    return ReviewPace(len(last) - confirmed, confirmed, images_per_hour(moments))


def images_per_hour(moments: Sequence[datetime]) -> float | None:
    """Return how many images an hour were left at these moments, breaks left out; None for too few."""
    gaps = (after - before for before, after in pairwise(moments))
    times = [gap for gap in gaps if gap <= _LONGEST_WORK]
    spent = sum(times, timedelta())
    if len(times) < _FEWEST_TIMES or not spent:
        return None
    return len(times) * timedelta(hours=1) / spent
