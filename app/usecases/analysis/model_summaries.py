"""What the cards of the models that spoke about a case say of them."""

from dataclasses import replace

from app.domain.analysis.model_summary import MeasuredBands, ModelSummary
from app.domain.analysis.prediction import ModelRef, ScorePrediction
from app.domain.case import Case
from app.translation import _
from app.usecases.services import Services
from models.contract.shelf.card import Metric, ModelCard, ModelTask, Task

_MAIN_METRIC: dict[ModelTask, tuple[str, str]] = {
    "segmentation": ("test_dice", "mean Dice"),
    "refinement": ("test_noc90_from_prediction", "mean clicks to an IoU of 0.9"),
    "classification": ("test_auc", "AUC"),
}

_IMAGE_ALONE = "test_auc_image_only"


def model_summaries(services: Services, case: Case) -> tuple[ModelSummary, ...]:
    """Return the models of the newest boundary and score, found on the shelf by their weights."""
    model_summaries: list[ModelSummary] = []
    if case.boundary is not None:
        model_summaries.append(_model_summaries(services, "segmentation", _("Boundary"), case.boundary.model))
    if case.score is not None:
        model_summaries.append(score_model(services, case.score))
    return tuple(model_summaries)


def score_model(services: Services, score: ScorePrediction) -> ModelSummary:
    """Return the model that gave a score, with what its card says."""
    model_summaries = _model_summaries(services, "classification", _("Score"), score.model)
    card = card_of(services, "classification", score.model)
    return model_summaries if card is None else replace(model_summaries, bands=measured_bands(card, score))


def card_of(services: Services, task: Task, model: ModelRef) -> ModelCard | None:
    """Return the card of the model with these weights; None when it is not on the shelf any more."""
    shelved = services.shelf.with_weights(model.weights_sha256, likely=f"{model.name}/{model.version}")
    return None if shelved is None or shelved.card.task != task else shelved.card


def _model_summaries(services: Services, task: Task, what: str, model: ModelRef) -> ModelSummary:
    card = card_of(services, task, model)
    if card is None:
        return ModelSummary(what, model, None, None)
    return ModelSummary(what, model, held_out_figure(card), card.limits, card.known_diagnoses)


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


def held_out_figure(card: ModelCard) -> str | None:
    """Return how a model did on images it was neither trained nor chosen on; None when not measured."""
    key, words = _MAIN_METRIC[card.task]
    metric = card.metrics.get(key)
    if metric is None or not metric.n:
        return None
    told = _("On {n:,} held-out images: {words} {value:.2f}{interval}").format(
        n=metric.n, words=words, value=metric.value, interval=_interval(metric)
    )
    alone = card.metrics.get(_IMAGE_ALONE)
    if alone is None or not alone.n or not card.input.numeric_features:
        return told
    return _("{told} with metadata, {value:.2f}{interval} from the image alone").format(
        told=told, value=alone.value, interval=_interval(alone)
    )


def _interval(metric: Metric) -> str:
    if metric.low is None or metric.high is None:
        return ""
    return _(" ({low:.2f} to {high:.2f})").format(low=metric.low, high=metric.high)
