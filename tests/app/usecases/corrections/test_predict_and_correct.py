from pathlib import Path

import numpy as np
import pytest

from app.domain.analysis.triage import Band
from app.domain.errors import (
    CancelledError,
    ImplausibleMaskError,
    InvalidFieldError,
    ModelUnavailableError,
    NotFoundError,
)
from app.domain.ids import RevisionId, new_id
from app.domain.image import Calibration
from app.domain.revision import RevisionReason
from app.usecases.analysis.analyse import AGAIN, MEASURING, analyse_images
from app.usecases.analysis.score_image import preview_score, rescore_image
from app.usecases.cases.open_case import measure_mask, open_case
from app.usecases.cases.set_calibration import set_calibration
from app.usecases.corrections.correct_mask import correct_mask
from app.usecases.corrections.revert_revision import revert_revision
from app.usecases.services import Services
from models.contract.arrays import BoolMask
from tests.builders import a_case, a_mask, predict_again
from tests.fakes import CLASSIFIER, RUN, SEGMENTER, THRESHOLDS, FakePredictor, FakeToken


def _predictor(services: Services) -> FakePredictor:
    assert isinstance(services.predictor, FakePredictor)
    return services.predictor


def test_the_first_prediction_says_that_engines_are_measured_and_no_later_one(
    services: Services, tmp_path: Path
) -> None:
    image_ids = [a_case(services, tmp_path, seed=seed, predicted=False) for seed in (1, 2)]
    predictor = _predictor(services)
    predictor.is_unmeasured = True
    job = analyse_images(services, image_ids, FakeToken(), AGAIN)
    assert next(job).label == MEASURING
    predictor.is_unmeasured = False
    assert next(job).label == "Boundary and score"


def test_a_prediction_says_which_model_spoke_and_how_fast(services: Services, tmp_path: Path) -> None:
    case = open_case(services, a_case(services, tmp_path)).case
    assert case.boundary is not None
    assert case.score is not None
    assert (case.boundary.model, case.boundary.run) == (SEGMENTER, RUN)
    assert (case.score.model, case.score.run) == (CLASSIFIER, RUN)
    assert case.score.mask_source == case.boundary.id
    assert case.score.thresholds == THRESHOLDS
    assert case.priority is not None
    assert case.priority.band is Band.URGENT
    assert case.status == "predicted"


def test_the_stored_mask_and_probability_are_those_of_the_model(services: Services, tmp_path: Path) -> None:
    opened = open_case(services, a_case(services, tmp_path))
    predicted = _predictor(services).boundary(opened.pixels, FakeToken())
    assert opened.mask is not None
    assert opened.probability is not None
    assert np.array_equal(opened.mask, predicted.mask)
    assert np.abs(opened.probability - predicted.probability).max() <= 0.5 / 255 + 1e-6


def test_missing_metadata_is_listed_beside_the_score(services: Services, tmp_path: Path) -> None:
    score = open_case(services, a_case(services, tmp_path)).case.score
    assert score is not None
    assert {"age_approx", "sex", "anatom_site_general", "clin_size_long_diam_mm"} <= set(score.missing_inputs)
    assert "tbp_lv_A" not in score.missing_inputs


def test_the_boundary_is_kept_when_the_score_fails(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path, predicted=False)
    _predictor(services).is_classifier_missing = True
    with pytest.raises(ModelUnavailableError):
        predict_again(services, image_id)
    case = open_case(services, image_id).case
    assert case.boundary is not None
    assert case.score is None


def test_a_cancelled_prediction_stores_nothing(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path, predicted=False)
    token = FakeToken()
    token.cancel()
    with pytest.raises(CancelledError):
        predict_again(services, image_id, token)
    assert open_case(services, image_id).case.status == "new"


def test_a_correction_leaves_the_prediction_and_supersedes_it(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path)
    before = open_case(services, image_id).case
    changes = correct_mask(services, image_id, a_mask(radius_px=12), author="Dr Other")
    after = open_case(services, image_id)
    assert changes.touches(image_id)
    assert changes.case_list
    assert after.case.boundaries == before.boundaries
    assert after.case.revision is not None
    assert after.case.revision.supersedes == before.boundaries[0].id
    assert after.case.revision.author == "Dr Other"
    assert after.mask is not None
    assert np.array_equal(after.mask, a_mask(radius_px=12))
    assert after.case.status == "corrected"
    assert not after.case.is_score_current


def test_a_second_correction_supersedes_the_first(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path, corrected=True)
    correct_mask(services, image_id, a_mask(radius_px=9))
    first, second = open_case(services, image_id).case.revisions
    assert (first.number, second.number) == (1, 2)
    assert second.supersedes == first.id


def test_a_mask_can_be_drawn_where_nothing_was_predicted(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path, predicted=False)
    correct_mask(services, image_id, a_mask())
    (revision,) = open_case(services, image_id).case.revisions
    assert revision.supersedes is None


def test_an_unchanged_mask_makes_no_revision_unless_it_is_confirmed(
    services: Services, tmp_path: Path
) -> None:
    image_id = a_case(services, tmp_path)
    mask = open_case(services, image_id).mask
    assert mask is not None
    assert not correct_mask(services, image_id, mask).touches(image_id)
    correct_mask(services, image_id, mask, reason=RevisionReason.CONFIRMED)
    (revision,) = open_case(services, image_id).case.revisions
    assert revision.reason == "confirmed"


def test_a_mask_of_another_size_is_refused(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path)
    with pytest.raises(InvalidFieldError, match="128 x 96"):
        correct_mask(services, image_id, a_mask(50, 50))


def test_a_corrected_mask_changes_measurements_and_score(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path)
    before = open_case(services, image_id).case.score
    correct_mask(services, image_id, a_mask(radius_px=30))
    rescore_image(services, image_id, FakeToken())
    opened = open_case(services, image_id)
    assert opened.case.is_score_current
    assert opened.case.score is not None
    assert before is not None
    assert opened.case.score.probability < before.probability
    corrected = {measurement.name: measurement.value for measurement in opened.measurements}
    predicted = {measurement.name: measurement.value for measurement in opened.predicted_measurements}
    assert corrected["Longest diameter"] == pytest.approx(61, abs=2)
    assert predicted["Longest diameter"] == pytest.approx(41, abs=2)


def test_a_preview_stores_nothing(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path)
    before = open_case(services, image_id).case
    preview = preview_score(services, image_id, a_mask(radius_px=30), FakeToken())
    assert before.score is not None
    assert preview.score.probability < before.score.probability
    assert preview.measurements == measure_mask(services, image_id, a_mask(radius_px=30))
    assert open_case(services, image_id).case == before


def test_a_preview_equals_the_score_after_saving(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path)
    preview = preview_score(services, image_id, a_mask(radius_px=14), FakeToken())
    correct_mask(services, image_id, a_mask(radius_px=14))
    rescore_image(services, image_id, FakeToken())
    score = open_case(services, image_id).case.score
    assert score is not None
    assert score.probability == preview.score.probability
    assert score.missing_inputs == preview.score.missing_inputs


def test_a_reverted_correction_keeps_the_prediction_and_every_revision(
    services: Services, tmp_path: Path
) -> None:
    image_id = a_case(services, tmp_path, corrected=True)
    correct_mask(services, image_id, a_mask(radius_px=9))
    first = open_case(services, image_id).case.revisions[0]
    revert_revision(services, image_id, first.id)
    opened = open_case(services, image_id)
    assert [revision.number for revision in opened.case.revisions] == [1, 2, 3]
    back = opened.case.revisions[2]
    assert (back.reason, back.reverted_to) == (RevisionReason.REVERTED, 1)
    assert opened.case.revisions[2].mask == first.mask
    assert len(opened.case.boundaries) == 1


def test_going_back_to_the_prediction_is_a_revision_too(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path, corrected=True)
    boundary = open_case(services, image_id).case.boundary
    assert boundary is not None
    revert_revision(services, image_id, boundary.id)
    revision = open_case(services, image_id).case.revision
    assert revision is not None
    assert (revision.mask, revision.reason) == (boundary.mask, "reset to prediction")


def test_a_revision_of_another_image_cannot_be_reverted_to(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path)
    with pytest.raises(NotFoundError):
        revert_revision(services, image_id, RevisionId(new_id()))


def test_a_new_prediction_does_not_replace_a_revision(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path, corrected=True)
    predict_again(services, image_id)
    case = open_case(services, image_id).case
    assert len(case.boundaries) == 2
    assert case.revision is not None
    assert case.mask == case.revision.mask
    assert case.score is not None
    assert case.score.mask_source == case.revision.id


def test_an_empty_mask_is_scored_on_the_whole_image_with_a_warning(
    services: Services, tmp_path: Path
) -> None:
    image_id = a_case(services, tmp_path)
    correct_mask(services, image_id, np.zeros((96, 128), np.bool_), is_meant=True)
    rescore_image(services, image_id, FakeToken())
    opened = open_case(services, image_id)
    assert opened.measurements == ()
    assert opened.case.score is not None
    assert opened.case.score.quality_warnings[0].startswith("No lesion boundary was found")


def test_an_image_without_any_mask_is_not_scored(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path, predicted=False)
    with pytest.raises(NotFoundError, match="no boundary"):
        rescore_image(services, image_id, FakeToken())


def test_measurements_are_in_px_until_the_image_is_calibrated(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path)
    in_px = {m.name: m for m in open_case(services, image_id).measurements}
    assert (in_px["Longest diameter"].unit, in_px["Area"].unit) == ("px", "px²")
    set_calibration(services, image_id, Calibration(0.05, "entered by hand"))
    in_mm = {m.name: m for m in open_case(services, image_id).measurements}
    assert (in_mm["Longest diameter"].unit, in_mm["Area"].unit) == ("mm", "mm²")
    assert in_mm["Longest diameter"].value == pytest.approx(0.05 * in_px["Longest diameter"].value)
    assert in_mm["Area"].value == pytest.approx(0.05**2 * in_px["Area"].value)
    assert in_mm["Perimeter² / area"] == in_px["Perimeter² / area"]
    set_calibration(services, image_id, None)
    assert {m.name: m for m in open_case(services, image_id).measurements} == in_px


def test_an_impossible_scale_is_refused(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path)
    with pytest.raises(InvalidFieldError, match=r"between 0[.]0001 and 1"):
        set_calibration(services, image_id, Calibration(5.0, "entered by hand"))


def test_every_colour_that_is_measured_names_its_scale_or_unit(services: Services, tmp_path: Path) -> None:
    measured = open_case(services, a_case(services, tmp_path)).measurements
    colours = [one for one in measured if any(word in one.name for word in ("Colour", "Light", "Contrast"))]
    assert len(colours) == 5
    assert [one.name for one in colours if not one.unit and "0 to 10" not in one.name] == []


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        (np.zeros((96, 128), np.bool_), "marks nothing"),
        (np.ones((96, 128), np.bool_), "marks all of the image"),
        (~a_mask(radius_px=12), "lesion and skin may be exchanged"),
    ],
)
def test_a_mask_in_doubt_is_stored_only_if_it_is_meant(
    services: Services, tmp_path: Path, mask: BoolMask, words: str
) -> None:
    image_id = a_case(services, tmp_path)
    with pytest.raises(ImplausibleMaskError, match=words):
        correct_mask(services, image_id, mask, reason=RevisionReason.CONFIRMED)
    assert open_case(services, image_id).case.revisions == ()
    assert correct_mask(services, image_id, mask, is_meant=True).touches(image_id)


def test_going_back_to_a_mask_in_doubt_is_asked_about_again(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path)
    correct_mask(services, image_id, np.zeros((96, 128), np.bool_), is_meant=True)
    correct_mask(services, image_id, a_mask(radius_px=12))
    empty, _ = open_case(services, image_id).case.revisions
    with pytest.raises(ImplausibleMaskError):
        revert_revision(services, image_id, empty.id)
    assert revert_revision(services, image_id, empty.id, is_meant=True).touches(image_id)
