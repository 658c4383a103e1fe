"""A second look at a boundary: kept beside it once, and what it does to the order of the work list."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.domain.analysis.benefit import expected_benefit
from app.domain.errors import InferenceError
from app.usecases.analysis.assess_boundary import assess_boundaries, assess_boundary
from app.usecases.analysis.predictor import BoundaryUncertainty
from app.usecases.cancellation import CancelToken
from app.usecases.cases.list_cases import next_to_correct
from app.usecases.cases.open_case import open_case
from app.usecases.corrections.correct_mask import correct_mask
from app.usecases.services import Services
from models.contract.arrays import BoolMask, RgbImage
from models.contract.uncertainty.disagreement import from_levels
from tests.builders import a_case, a_mask, result_of
from tests.fakes import SEGMENTER, FakePredictor, FakeToken

TOKEN = FakeToken()


class _UncertainPredictor(FakePredictor):
    """Doubts as it is told."""

    def __init__(self, *border_uncertainties: float, weights_sha256: str = SEGMENTER.weights_sha256) -> None:
        super().__init__()
        self._told = list(border_uncertainties)
        self._weights_sha256 = weights_sha256

    def boundary_uncertainty(
        self, image: RgbImage, mask: BoolMask, token: CancelToken
    ) -> BoundaryUncertainty:
        if not self._told:
            raise InferenceError("There is no more doubt.")
        disagreement = np.full((48, 64), 0.1, np.float32)
        return BoundaryUncertainty(disagreement, self._told.pop(0), None, self._weights_sha256)


def test_the_assessment_is_kept_and_the_prediction_stays_as_it_was(
    services: Services, tmp_path: Path
) -> None:
    image_id = a_case(services, tmp_path)
    with services.store.reading() as work:
        before = work.cases.case(image_id).boundary
    changes = assess_boundary(services, image_id, TOKEN)
    with services.store.reading() as work:
        after = work.cases.case(image_id).boundary
    assert changes.touches(image_id)
    assert changes.case_list
    assert before is not None
    assert after is not None
    assert (after.border_uncertainty, after.atypicality) == (0.2, 0.95)
    assert replace(after, disagreement=None, border_uncertainty=None, atypicality=None) == before
    assert after.disagreement is not None
    levels = services.arrays.probability(after.disagreement)
    lower, upper = from_levels(levels)[-1, 0], from_levels(levels)[0, 0]
    assert lower == pytest.approx(0.25, abs=0.002)
    assert upper == 0.0


def test_a_boundary_is_assessed_once(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path)
    assess_boundary(services, image_id, TOKEN)
    changes = assess_boundary(replace(services, predictor=_UncertainPredictor(0.9)), image_id, TOKEN)
    with services.store.reading() as work:
        boundary = work.cases.case(image_id).boundary
    assert not changes.touches(image_id)
    assert boundary is not None
    assert boundary.border_uncertainty == 0.2


def test_another_model_does_not_judge_a_boundary(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path)
    other = replace(services, predictor=_UncertainPredictor(0.9, weights_sha256="c" * 64))
    assert not assess_boundary(other, image_id, TOKEN).touches(image_id)
    with services.store.reading() as work:
        boundary = work.cases.case(image_id).boundary
    assert boundary is not None
    assert not boundary.is_assessed


def test_an_image_without_a_boundary_is_left_alone(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path, predicted=False)
    assert not assess_boundary(services, image_id, TOKEN).touches(image_id)


def test_an_image_that_cannot_be_assessed_does_not_hold_up_the_others(
    services: Services, tmp_path: Path
) -> None:
    first, second = (a_case(services, tmp_path, seed=seed) for seed in (1, 2))
    uncertain = replace(services, predictor=_UncertainPredictor(0.1))
    result_of(assess_boundaries(uncertain, [first, second], TOKEN))
    with services.store.reading() as work:
        known = [work.cases.case(image_id).boundary for image_id in (first, second)]
    assert [one.border_uncertainty for one in known if one is not None] == [0.1, None]


def test_the_next_case_to_correct_is_the_most_uncertain_one_that_nobody_has_corrected(
    services: Services, tmp_path: Path
) -> None:
    sure, doubtful, corrected = (a_case(services, tmp_path, seed=seed) for seed in (1, 2, 3))
    uncertain = replace(services, predictor=_UncertainPredictor(0.01, 0.12, 0.16))
    result_of(assess_boundaries(uncertain, [sure, doubtful, corrected], TOKEN))
    correct_mask(services, corrected, a_mask(radius_px=12))
    found = next_to_correct(services)
    assert found is not None
    assert found.image_id == doubtful
    assert found.reasons_to_correct == ("the boundary is uncertain",)
    assert found.benefit == pytest.approx(expected_benefit(0.12, 0.1, None))
    after = next_to_correct(services, besides={doubtful})
    assert after is not None
    assert after.image_id == sure
    assert next_to_correct(services, besides={doubtful, sure}) is None


def test_an_opened_case_has_a_band_once_it_is_assessed(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path)
    assert open_case(services, image_id).band is None
    assess_boundary(services, image_id, TOKEN)
    band = open_case(services, image_id).band
    assert band is not None
    # The passes are divided in the lower half only; along the boundary the widths are smoothed.
    middle = band.shape[0] // 2
    assert band[middle:].max() > 0.5
    assert band[middle:].sum() > 4 * band[:middle].sum()
