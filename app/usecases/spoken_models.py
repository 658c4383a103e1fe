"""What the cards of the models that spoke about a case say of them."""

from app.domain.case import Case
from app.domain.prediction import ModelRef
from app.usecases.ports import Services, SpokenModel
from models.contract.card import Metric, ModelCard, Task

_MAIN_METRIC: dict[Task, tuple[str, str]] = {
    "segmentation": ("test_dice", "mean Dice"),
    "classification": ("test_auc", "AUC"),
}


def spoken_models(services: Services, case: Case) -> tuple[SpokenModel, ...]:
    """Return the models of the newest boundary and score, found on the shelf by their weights."""
    spoken: list[SpokenModel] = []
    if case.boundary is not None:
        spoken.append(_spoken(services, "segmentation", "Boundary", case.boundary.model))
    if case.score is not None:
        spoken.append(_spoken(services, "classification", "Score", case.score.model))
    return tuple(spoken)


def card_of(services: Services, task: Task, model: ModelRef) -> ModelCard | None:
    """Return the card of the model with these weights; None when it is not on the shelf any more."""
    for shelved in services.shelf.list(task):
        if shelved.card.weights_sha256 == model.weights_sha256:
            return shelved.card
    return None


def _spoken(services: Services, task: Task, what: str, model: ModelRef) -> SpokenModel:
    card = card_of(services, task, model)
    if card is None:
        return SpokenModel(what, model, None, None)
    return SpokenModel(what, model, held_out_figure(card), card.limits)


def held_out_figure(card: ModelCard) -> str | None:
    """Return how a model did on images it was neither trained nor chosen on; None when not measured."""
    key, words = _MAIN_METRIC[card.task]
    metric = card.metrics.get(key)
    if metric is None or not metric.n:
        return None
    return f"On {metric.n:,} held-out images: {words} {metric.value:.2f}{_interval(metric)}"


def _interval(metric: Metric) -> str:
    if metric.low is None or metric.high is None:
        return ""
    return f" ({metric.low:.2f} to {metric.high:.2f})"
