"""What one part of the application hands over to the next arrives there: one test for each value."""

from collections.abc import Iterator
from dataclasses import replace
from math import exp
from pathlib import Path

import cv2
import numpy as np
import pytest

from app.domain.analysis.triage import Band
from app.domain.case import Case
from app.domain.ids import BlobName, ImageId, LesionId, VisitId, new_id
from app.domain.image import Calibration
from app.domain.lesion import Lesion
from app.inference.choice import EngineChoice
from app.inference.predictor import ModelPredictor
from app.usecases.analysis.score_image import preview_score, rescore_image
from app.usecases.cases.import_images import import_images
from app.usecases.cases.list_cases import list_cases
from app.usecases.cases.open_case import open_case
from app.usecases.cases.set_calibration import set_calibration
from app.usecases.cases.set_decision import set_decision
from app.usecases.corrections.correct_mask import correct_mask
from app.usecases.patients.edit_lesion import edit_lesion
from app.usecases.patients.edit_patient import edit_patient
from app.usecases.patients.edit_visit import edit_visit
from app.usecases.services import Services
from models.contract.arrays import RgbImage
from models.contract.imaging.postprocess import lesion_mask
from models.contract.imaging.preprocess import for_classifier, for_segmenter
from models.contract.imaging.suitability import SuitabilityLimits
from models.contract.imaging.views import all_views
from models.contract.lesion.features import measure_lesion
from models.contract.lesion.tabular import (
    CATEGORICAL_FEATURES,
    CATEGORICAL_VALUES,
    NUMERIC_FEATURES,
    patient_size_z,
)
from tests.builders import a_lesion_image, a_mask, predict_again, result_of, services_at
from tests.fakes import FakeToken
from tests.integration.answering_engine import (
    BOUNDARY_TEMPERATURE,
    BOUNDARY_THRESHOLD,
    CROP_MARGIN,
    CROP_SIZE_PX,
    FRAME_SIZE_PX,
    SCORE_TEMPERATURE,
    SCORE_THRESHOLD,
    SOON,
    URGENT,
    VIEW_LOGITS,
    AnsweringEngine,
    awkward_shelf,
)

IMAGE = a_lesion_image(1, 83, 117)


@pytest.fixture
def engine() -> AnsweringEngine:
    return AnsweringEngine()


@pytest.fixture
def services(tmp_path: Path, engine: AnsweringEngine) -> Iterator[Services]:
    """Services on a real store and a real predictor; only the network's own numbers are given."""
    yield from _opened(tmp_path, engine)


@pytest.fixture
def image_id(services: Services, tmp_path: Path, engine: AnsweringEngine) -> ImageId:
    """An image that was predicted; what the engines were asked to measure them is forgotten."""
    return _predicted(services, tmp_path, IMAGE, engine)


def _opened(folder: Path, engine: AnsweringEngine, **segmenter_changes: object) -> Iterator[Services]:
    shelf = awkward_shelf(folder / "shelf", **segmenter_changes)
    predictor = ModelPredictor(shelf, EngineChoice((engine,), folder / "choice.json"))
    services = replace(services_at(folder / "data", user="Dr Wired"), predictor=predictor, shelf=shelf)
    yield services
    services.store.close()


def _predicted(services: Services, folder: Path, image: RgbImage, engine: AnsweringEngine) -> ImageId:
    file = folder / "lesion.png"
    assert cv2.imwrite(str(file), image[..., ::-1])
    (image_id,) = result_of(import_images(services, [file], token=FakeToken())).imported
    predict_again(services, image_id)
    engine.frames, engine.batches = engine.frames[-1:], engine.batches[-1:]
    return image_id


def _case(services: Services, image_id: ImageId) -> Case:
    with services.store.reading() as work:
        return work.cases.case(image_id)


def _sigmoid(logit: float) -> float:
    return 1.0 / (1.0 + exp(-logit))


def test_the_boundary_model_reads_frames_of_the_size_on_its_card(
    image_id: ImageId, engine: AnsweringEngine
) -> None:
    expected, _ = for_segmenter(IMAGE, height_px=FRAME_SIZE_PX[0], width_px=FRAME_SIZE_PX[1])
    np.testing.assert_array_equal(engine.frames[-1], expected[None])


def test_the_score_model_reads_eight_views_of_a_crop_with_size_and_margin_of_its_card(
    services: Services, image_id: ImageId, engine: AnsweringEngine
) -> None:
    mask = open_case(services, image_id).mask
    crop, _ = for_classifier(IMAGE, mask, size_px=CROP_SIZE_PX, margin=CROP_MARGIN)
    np.testing.assert_array_equal(engine.batches[-1].images, all_views(crop))


def test_the_mask_is_cut_at_the_threshold_of_the_card(services: Services, image_id: ImageId) -> None:
    case = _case(services, image_id)
    assert case.boundary is not None
    probability = services.predictor.boundary(IMAGE, FakeToken()).probability
    mask = services.arrays.mask(case.boundary.mask)
    np.testing.assert_array_equal(mask, lesion_mask(probability, BOUNDARY_THRESHOLD))
    assert mask.sum() > 1.05 * lesion_mask(probability, 0.5).sum()


def test_the_stored_probability_has_the_temperature_of_the_card(
    services: Services, image_id: ImageId
) -> None:
    boundary = _case(services, image_id).boundary
    assert boundary is not None
    probability = services.arrays.probability(boundary.probability)
    # The engine's logits end with -4 at the left edge of every frame.
    np.testing.assert_allclose(
        probability[:, 0], _sigmoid(-4.0 / BOUNDARY_TEMPERATURE), atol=0.5 / 255 + 1e-6
    )


def test_score_and_range_are_mean_and_extremes_of_the_views_at_the_temperature_of_the_card(
    services: Services, image_id: ImageId
) -> None:
    score = _case(services, image_id).score
    assert score is not None
    found = (score.probability, score.probability_low, score.probability_high)
    logits = (VIEW_LOGITS.mean(), VIEW_LOGITS.min(), VIEW_LOGITS.max())
    np.testing.assert_allclose(found, [_sigmoid(x / SCORE_TEMPERATURE) for x in logits], atol=1e-7)


def test_stored_predictions_name_model_weights_preprocessing_and_threshold(
    services: Services, image_id: ImageId
) -> None:
    case = _case(services, image_id)
    assert case.boundary is not None
    assert case.score is not None
    cards = {task: services.shelf.active(task) for task in ("segmentation", "classification")}
    expected = (
        (case.boundary.model, "segmentation", "whole frame 24x56, imagenet", BOUNDARY_THRESHOLD),
        (case.score.model, "classification", "lesion crop 40x40, imagenet", SCORE_THRESHOLD),
    )
    for model, task, preprocessing, threshold in expected:
        shelved = cards[task]
        assert shelved is not None
        assert (model.name, model.version) == (shelved.card.name, shelved.card.version)
        assert model.weights_sha256 == shelved.card.weights_sha256
        assert (model.preprocessing, model.threshold) == (preprocessing, threshold)
    assert case.boundary.model.weights_sha256 != case.score.model.weights_sha256


def test_the_audit_names_the_weights_of_each_prediction(services: Services, image_id: ImageId) -> None:
    case = _case(services, image_id)
    assert case.boundary is not None
    assert case.score is not None
    with services.store.reading() as work:
        weights = {act.detail: act.weights_sha256 for act in work.audit.events(image_id)}
    assert weights[case.boundary.id] == case.boundary.model.weights_sha256
    assert weights[case.score.id] == case.score.model.weights_sha256


def test_the_answer_of_each_task_is_asked_of_its_own_model(
    services: Services, image_id: ImageId, engine: AnsweringEngine
) -> None:
    assert [folder.parent.name for folder in engine.folders[-1:]] == ["scorer"]
    services.predictor.boundary(IMAGE, FakeToken())
    assert engine.folders[-1].parent.name == "outliner"


def test_the_bounds_of_the_bands_are_those_of_the_card(services: Services, image_id: ImageId) -> None:
    case = _case(services, image_id)
    assert case.score is not None
    assert case.score.thresholds is not None
    assert (case.score.thresholds.urgent, case.score.thresholds.soon) == (URGENT, SOON)
    assert case.priority is not None
    assert case.priority.band is Band.SOON


def test_the_verdict_on_the_frame_is_stored_and_withholds_the_score(tmp_path: Path) -> None:
    limits = SuitabilityLimits(largest_distance=2.5, least_lesion_logit=0.4, false_alarm_rate=0.02, n=9)
    engine = AnsweringEngine(suitability=np.array([[2.6, 0.5]], np.float32))
    for services in _opened(tmp_path, engine, suitability=limits):
        image_id = _predicted(services, tmp_path, IMAGE, engine)
        case = _case(services, image_id)
        assert case.boundary is not None
        frame = case.boundary.frame
        assert frame is not None
        assert (frame.is_dermoscopic, frame.has_lesion) == (False, True)
        assert (frame.distance, frame.lesion_logit) == (pytest.approx(2.6), pytest.approx(0.5))
        assert case.score is None
        assert list_cases(services).lines[0].no_score_reason == case.objection_to_score != ""
        rescore_image(services, image_id, FakeToken(), is_asked_for=True)
        score = _case(services, image_id).score
        assert score is not None
        assert score.quality_warnings[0] == case.objection_to_score


def test_what_is_wrong_with_the_image_stands_beside_its_band(
    services: Services, tmp_path: Path, engine: AnsweringEngine
) -> None:
    image_id = _predicted(services, tmp_path, IMAGE // 5, engine)
    case = _case(services, image_id)
    assert case.score is not None
    assert "The image is unusually dark." in case.score.quality_warnings
    assert case.priority is not None
    assert "The image is unusually dark." in case.priority.warnings
    line = list_cases(services).lines[0].priority
    assert line is not None
    assert line.warnings == case.priority.warnings
    preview = preview_score(services, image_id, a_mask(83, 117), FakeToken()).score
    assert "The image is unusually dark." in preview.quality_warnings


def test_an_ordinary_image_has_no_warnings(services: Services, tmp_path: Path, image_id: ImageId) -> None:
    correct_mask(services, image_id, a_mask(83, 117))
    rescore_image(services, image_id, FakeToken())
    score = _case(services, image_id).score
    assert score is not None
    assert score.quality_warnings == ()


def _numeric(engine: AnsweringEngine, name: str) -> float:
    column = engine.batches[-1].numeric[:, NUMERIC_FEATURES.index(name)]
    assert len(set(column.tolist())) == 1 or np.isnan(column).all()
    return float(column[0])


def _category(engine: AnsweringEngine, name: str) -> str | None:
    (value,) = set(engine.batches[-1].categorical[:, CATEGORICAL_FEATURES.index(name)].tolist())
    return CATEGORICAL_VALUES[name][value - 1] if value else None


def test_age_sex_and_site_reach_the_score_model(
    services: Services, image_id: ImageId, engine: AnsweringEngine
) -> None:
    assert np.isnan(_numeric(engine, "age_approx"))
    case = _case(services, image_id)
    edit_patient(services, case.patient, replace(case.patient, sex="male"))
    edit_visit(services, case.visit, replace(case.visit, age_years=57))
    edit_lesion(services, case.lesion, replace(case.lesion, site="posterior torso"))
    rescore_image(services, image_id, FakeToken())
    assert _numeric(engine, "age_approx") == 57.0
    assert _category(engine, "sex") == "male"
    assert _category(engine, "anatom_site_general") == "posterior torso"
    score = _case(services, image_id).score
    assert score is not None
    assert not {"age_approx", "sex", "anatom_site_general"} & set(score.missing_inputs)


def test_the_scale_reaches_measurements_preview_and_score_model_in_mm(
    services: Services, image_id: ImageId, engine: AnsweringEngine
) -> None:
    mask = a_mask(83, 117)
    correct_mask(services, image_id, mask)
    diameter_px = measure_lesion(IMAGE, mask).long_diameter_px
    set_calibration(services, image_id, Calibration(0.043, "entered by hand"))
    opened = {each.name: each for each in open_case(services, image_id).measurements}
    assert opened["Longest diameter"].value == pytest.approx(0.043 * diameter_px)
    assert opened["Area"].value == pytest.approx(0.043**2 * mask.sum())
    assert {opened[name].unit for name in ("Longest diameter", "Area")} == {"mm", "mm²"}
    shown = {each.name: each for each in preview_score(services, image_id, mask, FakeToken()).measurements}
    assert shown == opened
    assert _numeric(engine, "clin_size_long_diam_mm") == pytest.approx(0.043 * diameter_px, rel=1e-5)


def test_the_sizes_of_the_patients_other_lesions_reach_the_score_model(
    services: Services, image_id: ImageId, engine: AnsweringEngine
) -> None:
    case, mask = _case(services, image_id), a_mask(83, 117)
    with services.store.writing() as work:
        for size_mm in (0.5, 1.1):
            other = Lesion(LesionId(new_id()), case.patient.id, clin_size_long_diam_mm=size_mm)
            work.cases.add_lesion(other)
            visit = replace(case.visit, id=VisitId(new_id()), lesion_id=other.id)
            work.cases.add_visit(visit)
            photograph = BlobName(new_id() * 2)
            elsewhere = replace(case.image, id=ImageId(new_id()), visit_id=visit.id, original=photograph)
            work.cases.add_image(elsewhere, photograph)
        work.commit()
    # What a person measured of this very lesion is no size of another one.
    edit_lesion(services, case.lesion, replace(case.lesion, clin_size_long_diam_mm=9.0))
    correct_mask(services, image_id, mask)
    set_calibration(services, image_id, Calibration(0.043, "entered by hand"))
    rescore_image(services, image_id, FakeToken())
    own_mm = 0.043 * measure_lesion(IMAGE, mask).long_diameter_px
    expected = patient_size_z(own_mm, (own_mm, 0.5, 1.1))
    assert expected is not None
    assert _numeric(engine, "patient_size_z") == pytest.approx(expected, rel=1e-4)


def test_the_corrected_mask_is_what_the_score_model_sees(
    services: Services, image_id: ImageId, engine: AnsweringEngine
) -> None:
    mask = a_mask(83, 117, radius_px=9, at_xy=(40, 30))
    correct_mask(services, image_id, mask)
    rescore_image(services, image_id, FakeToken())
    crop, _ = for_classifier(IMAGE, mask, size_px=CROP_SIZE_PX, margin=CROP_MARGIN)
    np.testing.assert_array_equal(engine.batches[-1].images[0], crop)
    case = _case(services, image_id)
    assert case.score is not None
    assert case.revision is not None
    assert case.score.mask_source == case.revision.id


def test_the_user_signs_import_prediction_correction_and_decision(
    services: Services, image_id: ImageId
) -> None:
    correct_mask(services, image_id, a_mask(83, 117))
    set_decision(services, image_id, diagnosis="Nevus")
    case = _case(services, image_id)
    assert case.revision is not None
    assert case.decision is not None
    signed = {case.image.imported_by, case.revision.author, case.decision.author}
    with services.store.reading() as work:
        acts = work.audit.events(image_id)
    assert signed | {act.who for act in acts} == {"Dr Wired"}
    assert {"boundary predicted", "score computed", "mask corrected", "decision recorded"} <= {
        act.kind for act in acts
    }
