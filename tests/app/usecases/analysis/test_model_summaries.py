"""The models of a case are found on the shelf by their weights."""

from dataclasses import replace
from pathlib import Path

from app.domain.analysis.model_summary import MeasuredBands, ModelSummary
from app.domain.ids import ImageId
from app.text.models import figure_words
from app.usecases.analysis.model_summaries import held_out_figure, measured_bands
from app.usecases.exports.export_cases import case_file
from app.usecases.services import Services
from models.contract.shelf.card import CARD_FILE, InputSpec, Metric, ModelCard, read_card, write_card
from models.contract.shelf.model_shelf import ModelShelf
from models.contract.shelf.triage_figures import BandCounts, BandFigures, TriageFigures
from resources import path as resource
from tests.builders import a_case, a_score
from tests.fakes import CLASSIFIER, FakeToken


def _card(**changes: object) -> ModelCard:
    return read_card(resource("models", "mambaderm_lite", "1")).model_copy(update=changes)


def _said(card: ModelCard) -> str:
    return figure_words(ModelSummary("classification", CLASSIFIER, held_out_figure(card), card.limits))


def test_limits_come_from_the_card_with_the_weights_that_spoke(services: Services, tmp_path: Path) -> None:
    folder = tmp_path / "shelf" / "mambaderm_lite" / "2"
    folder.mkdir(parents=True)
    limits = ("Learned from one clinic.",)
    write_card(_card(version="2", weights_sha256=CLASSIFIER.weights_sha256, limits=limits), folder)
    services = replace(services, shelf=ModelShelf((tmp_path / "shelf",), tmp_path / "active.json"))
    image_id = a_case(services, tmp_path / "in")
    boundary, score = case_file(services, image_id, FakeToken(), overlay=None).models
    assert (boundary.task, boundary.limits, boundary.figure) == ("segmentation", None, None)
    assert (score.task, score.limits) == ("classification", limits)
    with_metadata = "On 285 held-out images: AUC 0.78 (0.71 to 0.84) with metadata"
    assert figure_words(score) == f"{with_metadata}, 0.65 (0.58 to 0.72) from the image alone."
    (folder / CARD_FILE).unlink()
    assert [one.limits for one in case_file(services, image_id, FakeToken(), overlay=None).models] == [
        None
    ] * 2


def test_figures_of_bands_count_for_the_thresholds_they_were_measured_with() -> None:
    figures = BandFigures(
        malignant=BandCounts(urgent=5, soon=4, routine=1), benign=BandCounts(urgent=1, soon=4, routine=5)
    )
    score = a_score(ImageId("0" * 32), 0.4)
    by_split = {"val": TriageFigures(whole=figures)}
    card = _card(triage_thresholds={"urgent": 0.6, "soon": 0.3}, triage_figures=by_split)
    assert measured_bands(card, score) == MeasuredBands(figures, "validation")
    tested = card.model_copy(update={"triage_figures": {**by_split, "test": TriageFigures(whole=figures)}})
    assert measured_bands(tested, score) == MeasuredBands(figures, "held-out")
    assert measured_bands(_card(triage_thresholds={"urgent": 0.6, "soon": 0.3}), score) is None
    moved = card.model_copy(update={"triage_thresholds": {"urgent": 0.6, "soon": 0.2}})
    assert measured_bands(moved, score) is None
    assert measured_bands(card, replace(score, thresholds=None)) is None


def test_a_case_without_predictions_names_no_model(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path, predicted=False)
    assert case_file(services, image_id, FakeToken(), overlay=None).models == ()


def test_only_a_figure_on_held_out_images_is_told() -> None:
    assert held_out_figure(_card(metrics={"val_auc_all": Metric(value=0.8, n=147)})) is None
    assert held_out_figure(_card(metrics={"test_auc": Metric(value=0.0, n=0)})) is None
    alone = {"test_auc": Metric(value=0.7, n=9), "test_auc_image_only": Metric(value=0.7, n=9)}
    looks_only = _card(
        metrics=alone, input=InputSpec.for_classification(size_px=96, crop_margin=0.25, reads_table=False)
    )
    assert _said(looks_only) == "On 9 held-out images: AUC 0.70."
    measured = _card(metrics={"test_auc": Metric(value=0.7, n=1200)})
    assert _said(measured) == "On 1,200 held-out images: AUC 0.70."
