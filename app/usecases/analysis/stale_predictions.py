"""Which cases show what a model said that is not the active one any more; nothing is predicted again here."""

from dataclasses import dataclass

from app.domain.ids import ImageId
from app.usecases.services import Services
from models.contract.errors import ModelRefusedError
from models.contract.shelf.card import TASKS, Task


@dataclass(frozen=True, slots=True)
class StalePredictions:
    """The cases whose newest boundary or score is from another model than the active one."""

    images: frozenset[ImageId]
    undecided: tuple[ImageId, ...]
    """Those among them without a decision, the most urgent first: their predictions are still needed."""


def stale_predictions(services: Services) -> StalePredictions:
    """Find the cases of the work list that an earlier model has predicted."""
    boundary, score = (_active_weights(services, task) for task in TASKS)
    with services.store.reading() as work:
        found = work.cases.images_predicted_by_others(boundary_sha256=boundary, score_sha256=score)
        lines = work.cases.lines_of(found)
    undecided = tuple(line.image_id for line in lines if line.status != "decided")
    return StalePredictions(frozenset(found), undecided)


def _active_weights(services: Services, task: Task) -> str | None:
    """The hash of the active weights, None where no usable model is active."""
    try:
        active = services.shelf.active(task)
    except ModelRefusedError:
        return None
    return None if active is None else active.card.weights_sha256
