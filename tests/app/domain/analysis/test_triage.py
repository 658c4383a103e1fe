import pytest

from app.domain.analysis.triage import Band, Priority, TriageThresholds, priority_of, queue_rank
from app.domain.figures import percent

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
        (0.59, 0.59, ("Blurred.",), Band.SOON),
        (0.00, 0.00, ("Blurred.", "Dark."), Band.ROUTINE),
    ],
)
def test_the_band_follows_from_score_spread_and_quality(
    probability: float, high: float, warnings: tuple[str, ...], band: Band
) -> None:
    priority = priority_of(probability, high, THRESHOLDS, warnings)
    assert priority.band is band
    assert all(reason.endswith(".") for reason in priority.reasons)
    assert priority.warnings == warnings
    assert percent(probability) in priority.reasons[0]


def test_the_queue_goes_from_urgent_over_unknown_to_decided() -> None:
    ranks = [
        queue_rank(Priority(Band.URGENT, ("Score.",)), is_decided=False),
        queue_rank(Priority(Band.SOON, ("Score.",)), is_decided=False),
        queue_rank(None, is_decided=False),
        queue_rank(Priority(Band.ROUTINE, ("Score.",)), is_decided=False),
        queue_rank(Priority(Band.URGENT, ("Score.",)), is_decided=True),
    ]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == len(ranks)


@pytest.mark.parametrize("band", [Band.URGENT, Band.SOON])
def test_a_warning_moves_no_case_that_is_due_early(band: Band) -> None:
    plain, warned = Priority(band, ("Score.",)), Priority(band, ("Score.", "Blurred."))
    assert queue_rank(plain, is_decided=False) == queue_rank(warned, is_decided=False)


def test_a_routine_case_with_a_warning_waits_before_the_other_routine_ones() -> None:
    warned = queue_rank(Priority(Band.ROUTINE, ("Score.", "Blurred.")), is_decided=False)
    assert queue_rank(Priority(Band.SOON, ("Score.",)), is_decided=False) < warned
    assert warned < queue_rank(Priority(Band.ROUTINE, ("Score.",)), is_decided=False)
