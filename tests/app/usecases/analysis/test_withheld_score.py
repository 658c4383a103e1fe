"""An image that does not look like a dermoscopic image of a lesion gets no score by itself."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.analysis.need import FIRST_LOOK, ActiveWeights
from app.domain.audit import AuditKind
from app.domain.errors import ScoreWithheldError
from app.domain.revision import RevisionReason
from app.usecases.analysis.analyse import Request, analyse_images
from app.usecases.analysis.score_image import preview_score, rescore_image
from app.usecases.cases.open_case import open_case
from app.usecases.corrections.correct_mask import correct_mask
from app.usecases.services import Services
from models.contract.imaging.frame_verdict import FrameVerdict
from tests.builders import a_case, predict_again, result_of
from tests.fakes import FakeClock, FakePredictor, FakeToken

FOREIGN = FrameVerdict(is_dermoscopic=False, has_lesion=True, distance=9.5, lesion_logit=2.0)
EMPTY = FrameVerdict(is_dermoscopic=True, has_lesion=False, distance=1.5, lesion_logit=-4.0)
SUITABLE = FrameVerdict(is_dermoscopic=True, has_lesion=True, distance=1.5, lesion_logit=4.0)


@pytest.fixture
def predictor(services: Services) -> FakePredictor:
    assert isinstance(services.predictor, FakePredictor)
    return services.predictor


@pytest.mark.parametrize(("frame", "words"), [(FOREIGN, "does not look like"), (EMPTY, "No lesion")])
def test_the_boundary_is_kept_and_the_score_is_not_computed(
    services: Services, predictor: FakePredictor, tmp_path: Path, frame: FrameVerdict, words: str
) -> None:
    predictor.frame = frame
    case = open_case(services, a_case(services, tmp_path)).case
    assert case.boundary is not None
    assert case.boundary.frame == frame
    assert (case.score, case.priority, case.needs(ActiveWeights()) & FIRST_LOOK) == (None, None, frozenset())
    with services.store.reading() as work:
        (line,) = work.cases.case_lines()
    assert (line.priority, line.probability) == (None, None)
    assert words in line.no_score_reason


def test_a_suitable_frame_is_scored_as_ever(
    services: Services, predictor: FakePredictor, tmp_path: Path
) -> None:
    predictor.frame = SUITABLE
    case = open_case(services, a_case(services, tmp_path)).case
    assert case.score is not None
    assert case.objection_to_score == ""
    assert case.score.quality_warnings == ()


def test_a_person_may_ask_for_the_score_and_it_is_recorded(
    services: Services, predictor: FakePredictor, tmp_path: Path
) -> None:
    predictor.frame = FOREIGN
    image_id = a_case(services, tmp_path)
    rescore_image(services, image_id, FakeToken(), is_asked_for=True)
    case = open_case(services, image_id).case
    assert case.score is not None
    assert case.score.quality_warnings[0] == case.objection_to_score
    assert case.priority is not None
    with services.store.reading() as work:
        (act,) = [event for event in work.audit.events() if event.kind == AuditKind.UNSUITABLE_IMAGE_SCORED]
        (line,) = work.cases.case_lines()
    assert case.boundary is not None
    assert (act.subject, act.detail) == (image_id, case.boundary.id)
    assert line.probability == case.score.probability
    rescore_image(services, image_id, FakeToken())
    assert len(open_case(services, image_id).case.scores) == 2


def test_a_new_boundary_withholds_the_score_of_the_one_before(
    services: Services, predictor: FakePredictor, tmp_path: Path
) -> None:
    image_id = a_case(services, tmp_path)
    predictor.frame = FOREIGN
    predict_again(services, image_id)
    case = open_case(services, image_id).case
    assert len(case.scores) == 1
    assert (case.is_score_withheld, case.priority) == (True, None)
    with services.store.reading() as work:
        (line,) = work.cases.case_lines()
    assert line.probability is None


@pytest.mark.parametrize("step", [timedelta(0), timedelta(hours=-1)])
def test_a_clock_that_stands_still_or_goes_back_changes_nothing(
    services: Services, predictor: FakePredictor, tmp_path: Path, step: timedelta
) -> None:
    clock = FakeClock(step=step)
    services = replace(services, clock=clock)
    predictor.frame = FOREIGN
    image_id = a_case(services, tmp_path)
    assert open_case(services, image_id).case.is_score_withheld
    rescore_image(services, image_id, FakeToken(), is_asked_for=True)
    assert not open_case(services, image_id).case.is_score_withheld
    predict_again(services, image_id)
    assert open_case(services, image_id).case.is_score_withheld
    with services.store.reading() as work:
        (line,) = work.cases.case_lines()
    assert line.probability is None


def test_a_boundary_that_a_person_confirmed_says_that_there_is_a_lesion(
    services: Services, predictor: FakePredictor, tmp_path: Path
) -> None:
    for frame, is_scored in ((EMPTY, True), (FOREIGN, False)):
        predictor.frame = frame
        image_id = a_case(services, tmp_path, seed=int(is_scored))
        mask = open_case(services, image_id).mask
        assert mask is not None
        correct_mask(services, image_id, mask, reason=RevisionReason.CONFIRMED)
        rescore_image(services, image_id, FakeToken())
        assert (open_case(services, image_id).case.score is not None) == is_scored


def test_no_preview_gives_what_is_withheld(
    services: Services, predictor: FakePredictor, tmp_path: Path
) -> None:
    predictor.frame = FOREIGN
    image_id = a_case(services, tmp_path)
    mask = open_case(services, image_id).mask
    assert mask is not None
    with pytest.raises(ScoreWithheldError, match="does not look like"):
        preview_score(services, image_id, mask, FakeToken())


def test_many_images_can_be_scored_anyway(
    services: Services, predictor: FakePredictor, tmp_path: Path
) -> None:
    predictor.frame = FOREIGN
    image_id = a_case(services, tmp_path, predicted=False)
    assert (
        result_of(
            analyse_images(services, [image_id], FakeToken(), Request(is_anew=True, scores_unsuitable=True))
        )
        == ()
    )
    assert open_case(services, image_id).case.score is not None


def test_a_request_that_an_early_version_noted_in_words_still_counts(
    services: Services, predictor: FakePredictor, tmp_path: Path
) -> None:
    predictor.frame = FOREIGN
    image_id = a_case(services, tmp_path)
    case = open_case(services, image_id).case
    assert case.is_score_withheld
    with services.store.writing() as work:
        work.audit.append("ada", AuditKind.UNSUITABLE_IMAGE_SCORED, image_id, case.objection_to_score)
        work.commit()
    case = open_case(services, image_id).case
    assert case.boundary is not None
    assert case.overruled_boundaries == {case.boundary.id}
    assert not case.is_score_withheld
