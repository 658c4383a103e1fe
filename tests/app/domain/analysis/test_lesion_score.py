"""The score of a lesion from its images of one visit."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.analysis.lesion_score import ImageScores, lesion_priority, lesion_score, sooner
from app.domain.analysis.prediction import ScorePrediction
from app.domain.analysis.triage import Band, Priority
from app.domain.ids import ImageId
from tests.builders import a_score
from tests.fakes import CLASSIFIER, THRESHOLDS

LATER = replace(CLASSIFIER, version="later", weights_sha256="c" * 64)


def scored(probability: float, *, minutes: int = 0) -> ScorePrediction:
    score = a_score(ImageId("i"), probability)
    return replace(score, predicted_at=score.predicted_at + timedelta(minutes=minutes))


def both(score: ScorePrediction) -> ImageScores:
    return ImageScores(score, score)


def test_the_score_of_a_lesion_is_the_mean_of_the_logits_of_its_images() -> None:
    found = lesion_score([scored(0.8), scored(0.5), scored(0.2), None])
    assert found is not None
    assert found.probability == pytest.approx(0.5)
    assert (found.probability_low, found.probability_high, found.image_count) == (0.2, 0.8, 3)
    # The odds 9 and 1 have the mean 3 as logits; the mean of the probabilities would be 0.7.
    uneven = lesion_score([scored(0.9), scored(0.5)])
    assert uneven is not None
    assert uneven.probability == pytest.approx(0.75)


@pytest.mark.parametrize("scores", [[], [None, None], [scored(0.5)], [scored(0.5), None]])
def test_one_image_gives_a_lesion_no_score_of_its_own(scores: list[ScorePrediction | None]) -> None:
    assert lesion_score(scores) is None


def test_scores_of_two_models_are_never_mixed() -> None:
    earlier = [scored(0.9), scored(0.9)]
    now = [replace(scored(each, minutes=1), model=LATER) for each in (0.2, 0.2)]
    found = lesion_score([*earlier, *now])
    assert found is not None
    assert (found.probability, found.image_count) == (pytest.approx(0.2), 2)
    assert lesion_score([*earlier, now[0]]) is None


def test_certain_scores_have_a_mean_too() -> None:
    found = lesion_score([scored(1.0), scored(0.0)])
    assert found is not None
    assert found.probability == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("probabilities", "band", "reason"),
    [
        ((0.8, 0.7), Band.URGENT, "Lesion score 75 % is at or above the urgent threshold (60 %)."),
        ((0.5, 0.3), Band.SOON, "Lesion score 40 % is at or above the threshold for an early look (30 %)."),
        ((0.61, 0.05), Band.SOON, "Lesion score 22 %, but it reaches 61 % on one of its images."),
        ((0.2, 0.1), Band.ROUTINE, "Lesion score 14 % is below the threshold for an early look (30 %)."),
    ],
)
def test_the_band_of_a_lesion_follows_the_thresholds_of_its_images(
    probabilities: tuple[float, ...], band: Band, reason: str
) -> None:
    found = lesion_score([scored(each) for each in probabilities])
    assert found is not None
    assert found.priority is not None
    assert found.priority.band is band
    assert found.priority.reasons[0].replace("\N{NO-BREAK SPACE}", " ") == reason


def test_without_thresholds_a_lesion_has_a_score_and_no_band() -> None:
    found = lesion_score([replace(scored(each), thresholds=None) for each in (0.9, 0.9)])
    assert found is not None
    assert found.priority is None


def test_a_case_is_listed_by_the_sooner_of_both_bands_with_what_is_wrong_with_its_image() -> None:
    routine, soon = Priority(Band.ROUTINE, ("own", "Blurred.")), Priority(Band.SOON, ("lesion",))
    assert sooner(routine, soon) == Priority(Band.SOON, ("lesion", "Blurred."))
    assert sooner(soon, routine) is soon
    assert sooner(routine, None) is routine
    assert sooner(None, soon) is None


def test_a_band_that_an_image_holds_holds_the_band_of_the_lesion() -> None:
    corrected = ImageScores(current=scored(0.1), standing=scored(0.8))
    held = lesion_priority([corrected, both(scored(0.2))])
    assert held is not None
    assert held.band is Band.SOON
    assert held.reasons == (
        "Lesion stays Soon until its images are scored again and a person accepts a later band.",
    )
    accepted = lesion_priority([both(scored(0.1)), both(scored(0.2))])
    assert accepted is not None
    assert accepted.band is Band.ROUTINE


def test_an_image_whose_mask_changed_holds_the_band_until_it_is_scored_again() -> None:
    waiting = ImageScores(current=None, standing=scored(0.9))
    held = lesion_priority([waiting, both(scored(0.2)), both(scored(0.2))])
    assert held is not None
    assert held.band is Band.SOON


def test_the_thresholds_are_those_of_the_newest_score() -> None:
    strict = replace(THRESHOLDS, soon=0.1)
    found = lesion_score([scored(0.2), replace(scored(0.2, minutes=1), thresholds=strict)])
    assert found is not None
    assert found.priority is not None
    assert found.priority.band is Band.SOON
