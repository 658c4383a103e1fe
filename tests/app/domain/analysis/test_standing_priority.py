from dataclasses import replace

import pytest

from app.domain.analysis.prediction import ScorePrediction
from app.domain.analysis.standing_priority import standing_priority, standing_score
from app.domain.analysis.triage import Band, TriageThresholds
from app.domain.ids import ImageId, PredictionId, RevisionId
from tests.builders import a_score

IMAGE = ImageId("i")
BOUNDARY = PredictionId("b")
DRAWN = frozenset({RevisionId("revision")})


def scored(probability: float, *, source: str = BOUNDARY, warnings: tuple[str, ...] = ()) -> ScorePrediction:
    return replace(a_score(IMAGE, probability, warnings=warnings), mask_source=PredictionId(source))


def test_a_lower_band_by_another_boundary_is_said_and_not_taken() -> None:
    urgent, soon = scored(0.78), scored(0.5, source="revision")
    priority = standing_priority((urgent, soon), (), DRAWN)
    assert priority is not None
    assert (priority.band, priority.would_be) == (Band.URGENT, Band.SOON)
    assert priority.reasons[0] == (
        "Would be Soon with this boundary; stays Urgent until a person accepts that."
    )
    assert standing_score((urgent, soon), (), DRAWN) is urgent


def test_a_lower_band_by_what_was_entered_alone_names_that() -> None:
    priority = standing_priority((scored(0.5), scored(0.1)), (), DRAWN)
    assert priority is not None
    assert priority.reasons[0].startswith("Would be Routine with what was entered; stays Soon")


def test_a_higher_band_is_taken_at_once_and_kept() -> None:
    routine, urgent, soon = scored(0.1), scored(0.7), scored(0.4)
    priority = standing_priority((routine, urgent, soon), (), DRAWN)
    assert priority is not None
    assert (priority.band, priority.would_be) == (Band.URGENT, Band.SOON)


def test_the_same_band_follows_the_newest_score() -> None:
    first, second = scored(0.9), scored(0.7)
    assert standing_score((first, second), (), DRAWN) is second
    assert standing_priority((first, second), (), DRAWN) == second.priority


def test_a_person_who_accepts_lowers_the_band_and_a_later_slip_is_held_at_the_new_one() -> None:
    urgent, soon, routine = scored(0.9), scored(0.4), scored(0.1)
    accepted = frozenset({soon.id})
    assert standing_priority((urgent, soon), accepted, DRAWN) == soon.priority
    priority = standing_priority((urgent, soon, routine), accepted, DRAWN)
    assert priority is not None
    assert (priority.band, priority.would_be) == (Band.SOON, Band.ROUTINE)


def test_going_back_to_the_first_boundary_takes_the_mark_away() -> None:
    urgent, soon, again = scored(0.9), scored(0.4, source="revision"), scored(0.9)
    assert standing_priority((urgent, soon, again), (), DRAWN) == again.priority


@pytest.mark.parametrize("what", ["model", "thresholds"])
def test_another_model_or_other_thresholds_say_anew(what: str) -> None:
    urgent, soon = scored(0.9), scored(0.4)
    if what == "model":
        soon = replace(soon, model=replace(soon.model, weights_sha256="f" * 64))
    else:
        soon = replace(soon, thresholds=TriageThresholds(urgent=0.95, soon=0.2))
    assert standing_priority((urgent, soon), (), DRAWN) == soon.priority


def test_a_warning_that_goes_with_a_stroke_is_no_band_that_is_lowered() -> None:
    check, soon = scored(0.4, warnings=("Blurred.",)), scored(0.4)
    assert standing_priority((check, soon), (), DRAWN) == soon.priority


def test_a_held_band_tells_warnings_apart_from_reasons() -> None:
    urgent, soon = scored(0.9), scored(0.4, source="revision", warnings=("Blurred.",))
    priority = standing_priority((urgent, soon), (), DRAWN)
    assert priority is not None
    assert (priority.would_be, priority.warnings) == (Band.SOON, ("Blurred.",))


def test_without_scores_or_thresholds_there_is_no_place() -> None:
    assert standing_priority((), (), DRAWN) is None
    assert standing_priority((replace(scored(0.9), thresholds=None),), (), DRAWN) is None


def test_a_boundary_that_is_predicted_anew_is_the_models_own_word() -> None:
    urgent, soon = scored(0.9), scored(0.4, source="another prediction")
    assert standing_priority((urgent, soon), (), DRAWN) == soon.priority
