import pytest

from app.domain.figures import percent
from app.domain.triage import Band, Priority, TriageThresholds, priority_of, queue_rank

THRESHOLDS = TriageThresholds(urgent=0.6, soon=0.3)


@pytest.mark.parametrize(
    ("probability", "high", "warnings", "band"),
    [
        (0.60, 0.60, (), Band.URGENT),
        (0.99, 0.99, ("Blurred.",), Band.URGENT),
        (0.59, 0.59, (), Band.SOON),
        (0.30, 0.40, (), Band.SOON),
        (0.29, 0.59, (), Band.ROUTINE),
        (0.29, 0.60, (), Band.SOON),
        (0.00, 0.00, (), Band.ROUTINE),
        (0.59, 0.59, ("Blurred.",), Band.UNSUITABLE),
        (0.00, 0.00, ("Blurred.",), Band.UNSUITABLE),
    ],
)
def test_the_band_follows_from_score_spread_and_quality(
    probability: float, high: float, warnings: tuple[str, ...], band: Band
) -> None:
    priority = priority_of(probability, high, THRESHOLDS, warnings)
    assert priority.band is band
    assert all(reason.endswith(".") for reason in priority.reasons)
    assert set(warnings) <= set(priority.reasons)
    assert any(percent(probability) in reason for reason in priority.reasons)


def test_the_queue_goes_from_urgent_over_unknown_to_decided() -> None:
    ranks = [
        queue_rank(Priority(Band.URGENT, ()), is_decided=False),
        queue_rank(Priority(Band.UNSUITABLE, ()), is_decided=False),
        queue_rank(Priority(Band.SOON, ()), is_decided=False),
        queue_rank(None, is_decided=False),
        queue_rank(Priority(Band.ROUTINE, ()), is_decided=False),
        queue_rank(Priority(Band.URGENT, ()), is_decided=True),
    ]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == len(ranks)
