"""A stored prediction is computed again by the model that it names, and compared with what is stored."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from app.domain.errors import NotFoundError
from app.domain.ids import PredictionId
from app.domain.prediction import ModelRef
from app.usecases.analysis.reproduce_prediction import reproduce_prediction
from app.usecases.analysis.score_image import rescore_image
from app.usecases.corrections.correct_mask import correct_mask
from app.usecases.patients.edit_patient import edit_patient
from app.usecases.ports import BoundaryResult, CancelToken, ScoreResult, Services
from models.contract.arrays import BoolMask, RgbImage
from models.contract.lesion.tabular import TabularInput
from tests.builders import a_case, a_mask
from tests.fakes import CLASSIFIER, SEGMENTER, FakePredictor, FakeToken


@dataclass
class _ChangedPredictor(FakePredictor):
    """Answers otherwise than before, and remembers which model was asked."""

    asked: ModelRef | None = None

    def boundary(
        self, image: RgbImage, token: CancelToken, *, model: ModelRef | None = None
    ) -> BoundaryResult:
        self.asked = model
        result = super().boundary(image, token)
        return replace(result, mask=~result.mask)

    def score(
        self,
        image: RgbImage,
        mask: BoolMask | None,
        tabular: TabularInput,
        token: CancelToken,
        *,
        model: ModelRef | None = None,
    ) -> ScoreResult:
        self.asked = model
        result = super().score(image, mask, tabular, token)
        return replace(result, probability=result.probability - 0.01)


def test_the_same_model_says_the_same_again(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path)
    correct_mask(services, image_id, a_mask(radius_px=9))
    rescore_image(services, image_id, FakeToken())
    with services.reading() as work:
        case = work.cases.case(image_id)
    for prediction in (*case.boundaries, *case.scores):
        found = reproduce_prediction(services, image_id, prediction.id, FakeToken())
        assert (found.is_equal, found.difference, found.model) == (True, 0.0, prediction.model)
    with services.reading() as work:
        assert work.cases.case(image_id) == case


def test_a_difference_is_told_and_the_named_model_was_asked(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path)
    predictor = _ChangedPredictor()
    changed = replace(services, predictor=predictor)
    with services.reading() as work:
        case = work.cases.case(image_id)
    boundary = reproduce_prediction(changed, image_id, case.boundaries[0].id, FakeToken())
    assert (boundary.is_equal, boundary.difference, predictor.asked) == (False, 1.0, SEGMENTER)
    score = reproduce_prediction(changed, image_id, case.scores[0].id, FakeToken())
    assert (score.is_equal, predictor.asked) == (False, CLASSIFIER)
    assert score.difference == pytest.approx(0.01)


def test_a_score_that_differs_because_more_is_known_says_so(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path)
    with services.reading() as work:
        case = work.cases.case(image_id)
    edit_patient(services, case.patient, replace(case.patient, sex="female", birth_year=1960))
    changed = replace(services, predictor=_ChangedPredictor())
    found = reproduce_prediction(changed, image_id, case.scores[0].id, FakeToken())
    assert "other facts about the patient" in found.sentence


def test_a_prediction_of_another_image_is_not_found(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path)
    with pytest.raises(NotFoundError):
        reproduce_prediction(services, image_id, PredictionId("0" * 32), FakeToken())
