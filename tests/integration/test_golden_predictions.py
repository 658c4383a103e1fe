"""One image, one model, one answer: with either engine, in training, and as it was stored."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from app.inference.engine import Engine
from app.inference.onnx_engine import OnnxEngine
from app.inference.server_engine import ServerEngine
from models.contract.shelf.model_shelf import ModelShelf
from tests.integration.golden_models import CLASSIFIER, SEGMENTER, write_golden_models
from tests.integration.golden_predictions import IMAGES, GoldenImage, GoldenPrediction, application, predicted
from tests.training.data_folders import manifest_row, write_manifest
from training.evaluation.evaluate import (
    evaluate_classifier,
    evaluate_segmenter,
    of_split,
    views_by_masks,
)
from training.metrics.calibrate import calibrated
from training.tasks.classification import every_view_logit
from training.tasks.loaded_model import PublishedModel, predicted_masks

SAME_ENGINE = 1e-6
OTHER_ENGINE = 1e-4
MOST_OTHER_PIXELS = 3
"""Of a mask: another engine, or another processor, rounds otherwise at the threshold."""

Predictions = dict[str, GoldenPrediction]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("golden")


@pytest.fixture(scope="module")
def shelf(folder: Path) -> ModelShelf:
    return write_golden_models(folder)


def _by_application(folder: Path, shelf: ModelShelf, engine: Engine) -> Predictions:
    folder.mkdir()
    with application(folder, shelf, engine) as services:
        return {image.name: predicted(services, folder, image) for image in IMAGES}


@pytest.fixture(scope="module")
def by_onnx(folder: Path, shelf: ModelShelf) -> Predictions:
    return _by_application(folder / "onnx", shelf, OnnxEngine())


@pytest.fixture(scope="module")
def by_server(folder: Path, shelf: ModelShelf) -> Predictions:
    return _by_application(folder / "server", shelf, ServerEngine(folder / "server.txt"))


@pytest.fixture(scope="module")
def data_dir(folder: Path, by_server: Predictions) -> Path:
    """The same images as a data folder, whose experts drew what the model server did."""
    data = folder / "data folder"
    (data / "images").mkdir(parents=True)
    (data / "masks").mkdir()
    rows = []
    for image in IMAGES:
        image.write(data / "images")
        mask = by_server[image.name].mask.astype(np.uint8)
        assert cv2.imwrite(str(data / "masks" / f"{image.name}.png"), 255 * mask)
        rows.append(_row(image))
    write_manifest(data, rows)
    return data


def _row(image: GoldenImage) -> dict[str, str]:
    return manifest_row(
        image.name,
        "test",
        mask_file=f"masks/{image.name}.png",
        malignant=str(int(image.is_malignant)),
        age="" if image.age_years is None else str(image.age_years),
        sex=image.sex or "",
        site=image.site or "",
        duplicate_group=image.name,
    )


def assert_alike(
    found: GoldenPrediction, expected: GoldenPrediction, *, tolerance: float, pixels: int
) -> None:
    """Hold two predictions of an image against each other."""
    assert found.segmenter_sha256 == expected.segmenter_sha256, "the golden models have other weights"
    assert found.classifier_sha256 == expected.classifier_sha256, "the golden models have other weights"
    assert found.mask_shape == expected.mask_shape
    assert np.count_nonzero(found.mask != expected.mask) <= pixels
    ours, theirs = (
        (each.probability, each.probability_low, each.probability_high) for each in (found, expected)
    )
    np.testing.assert_allclose(ours, theirs, atol=tolerance, rtol=0)
    assert (found.band, found.reason) == (expected.band, expected.reason)
    assert (found.warnings, found.missing_inputs) == (expected.warnings, expected.missing_inputs)


def test_the_golden_predictions_are_awkward_enough_to_tell_mistakes() -> None:
    """They would not show a wrong band, warning or threshold if all were alike."""
    stored = [GoldenPrediction.stored(image.name) for image in IMAGES]
    assert {each.band for each in stored} == {"urgent", "soon", "routine"}
    assert len({each.warnings for each in stored}) >= 3
    assert all(0.02 < each.mask.mean() < 0.98 for each in stored)
    assert all(each.probability_high - each.probability_low > 20 * OTHER_ENGINE for each in stored)


@pytest.mark.parametrize("image", IMAGES, ids=lambda image: image.name)
def test_onnx_runtime_gives_what_was_stored(by_onnx: Predictions, image: GoldenImage) -> None:
    stored = GoldenPrediction.stored(image.name)
    assert_alike(by_onnx[image.name], stored, tolerance=OTHER_ENGINE, pixels=MOST_OTHER_PIXELS)


@pytest.mark.slow
@pytest.mark.parametrize("image", IMAGES, ids=lambda image: image.name)
def test_the_model_server_gives_what_was_stored(by_server: Predictions, image: GoldenImage) -> None:
    stored = GoldenPrediction.stored(image.name)
    assert_alike(by_server[image.name], stored, tolerance=OTHER_ENGINE, pixels=MOST_OTHER_PIXELS)


@pytest.mark.slow
def test_training_draws_the_masks_that_the_application_shows(
    folder: Path, data_dir: Path, by_server: Predictions
) -> None:
    samples = of_split(data_dir, "test")
    masks = predicted_masks(PublishedModel.read(folder / "models" / SEGMENTER / "1"), samples)
    for sample, mask in zip(samples, masks, strict=True):
        np.testing.assert_array_equal(mask, by_server[sample.image_id].mask)


@pytest.mark.slow
def test_training_gives_the_scores_and_ranges_that_the_application_shows(
    folder: Path, data_dir: Path, by_server: Predictions
) -> None:
    samples = of_split(data_dir, "test")
    model = PublishedModel.read(folder / "models" / CLASSIFIER / "1")
    masks = tuple(by_server[sample.image_id].mask for sample in samples)
    logits = every_view_logit(model.network, views_by_masks(model.card, samples, masks))[:, 0]
    for sample, of_views in zip(samples, logits, strict=True):
        shown = by_server[sample.image_id]
        summaries = np.array([of_views.mean(), of_views.min(), of_views.max()])
        np.testing.assert_allclose(
            calibrated(summaries, model.card.temperature),
            (shown.probability, shown.probability_low, shown.probability_high),
            atol=SAME_ENGINE,
        )


@pytest.mark.slow
def test_evaluate_measures_the_masks_scores_and_bands_that_the_application_shows(
    folder: Path, data_dir: Path, by_server: Predictions
) -> None:
    segmenter, classifier = (folder / "models" / name / "1" for name in (SEGMENTER, CLASSIFIER))
    outlined = evaluate_segmenter(segmenter, data_dir, "test").card.metrics
    assert outlined["test_iou"].value == 1.0
    assert outlined["test_iou"].n == len(IMAGES)

    scored = evaluate_classifier(classifier, data_dir, "test", segmenter).card
    shown = [by_server[image.name] for image in IMAGES]
    errors = [(each.probability - image.is_malignant) ** 2 for each, image in zip(shown, IMAGES, strict=True)]
    assert scored.metrics["test_brier"].value == pytest.approx(np.mean(errors), abs=SAME_ENGINE)
    bands = scored.triage_figures["test"].whole
    for outcome, counts in ((True, bands.malignant), (False, bands.benign)):
        names = [
            each.band for each, image in zip(shown, IMAGES, strict=True) if image.is_malignant is outcome
        ]
        assert {name: counts.of(name) for name in ("urgent", "soon", "routine")} == {
            name: names.count(name) for name in ("urgent", "soon", "routine")
        }
