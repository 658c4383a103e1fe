"""What the cards of the models that spoke about a case say of them."""

from dataclasses import replace

from app.domain.analysis.model_summary import HeldOutFigure, MeasuredBands, ModelSummary
from app.domain.analysis.prediction import ModelRef, ScorePrediction
from app.domain.case import Case
from app.usecases.services import Services
from models.contract.shelf.card import MAIN_METRIC, ModelCard, Task

_IMAGE_ALONE = "test_auc_image_only"


def model_summaries(services: Services, case: Case) -> tuple[ModelSummary, ...]:
    """Return the models of the newest boundary and score, found on the shelf by their weights."""
    summaries: list[ModelSummary] = []
    if case.boundary is not None:
        card = card_of(services, "segmentation", case.boundary.model)
        summaries.append(_summary("segmentation", case.boundary.model, card))
    if case.score is not None:
        summaries.append(score_model(services, case.score))
    return tuple(summaries)


def score_model(services: Services, score: ScorePrediction) -> ModelSummary:
    """Return the model that gave a score, with what its card says."""
    card = card_of(services, "classification", score.model)
    summary = _summary("classification", score.model, card)
    return summary if card is None else replace(summary, bands=measured_bands(card, score))


def card_of(services: Services, task: Task, model: ModelRef) -> ModelCard | None:
    """Return the card of the model with these weights; None when it is not on the shelf any more."""
    shelved = services.shelf.with_weights(model.weights_sha256, likely=f"{model.name}/{model.version}")
    return None if shelved is None or shelved.card.task != task else shelved.card


def _summary(task: Task, model: ModelRef, card: ModelCard | None) -> ModelSummary:
    if card is None:
        return ModelSummary(task, model, None, None)
    return ModelSummary(task, model, held_out_figure(card), card.limits, card.known_diagnoses)


def measured_bands(card: ModelCard, score: ScorePrediction) -> MeasuredBands | None:
    """Return what the bands were worth on held-out images, else on those they were chosen on.

    None for a score whose band was given by other thresholds than those of the card now.
    """
    now = card.triage_thresholds
    then = score.thresholds
    if then is None or (now.get("urgent"), now.get("soon")) != (then.urgent, then.soon):
        return None
    for split, images in (("test", "held-out"), ("val", "validation")):
        if split in card.triage_figures:
            return MeasuredBands(card.triage_figures[split].whole, images)
    return None


def held_out_figure(card: ModelCard) -> HeldOutFigure | None:
    """Return how a model did on images it was neither trained nor chosen on; None when not measured."""
    metric = card.metrics.get(f"test_{MAIN_METRIC[card.task]}")
    if metric is None or not metric.n:
        return None
    alone = card.metrics.get(_IMAGE_ALONE)
    if alone is None or not alone.n or not card.input.numeric_features:
        return HeldOutFigure(metric)
    return HeldOutFigure(metric, alone)
