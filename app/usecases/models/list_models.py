"""The models on this machine: which one serves, which may be promoted, and why others may not."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from app.translation import _
from app.usecases.learning.start_run import newest_snapshot
from app.usecases.models.promote_model import has_exam, is_on, is_shipped
from app.usecases.services import Services
from models.contract.errors import ModelRefusedError
from models.contract.shelf.card import TASKS, ModelCard, ModelTask
from models.contract.shelf.exam import Exam, is_about, read_exam
from models.contract.shelf.gate import Verdict, verdict
from models.contract.shelf.model_shelf import ShelvedModel
from training.contract.snapshot import Snapshot

ModelState: TypeAlias = Literal["active", "candidate", "refused", "earlier", "shipped", "not examined"]
MODEL_TASKS: tuple[ModelTask, ...] = (*TASKS, "refinement")


@dataclass(frozen=True, slots=True)
class ModelLine:
    """A model on the shelf."""

    card: ModelCard
    folder: Path
    state: ModelState
    exam: Exam | None = None
    verdict: Verdict | None = None
    note: str = ""
    """What stands against using the exam, in a sentence."""

    @property
    def parent(self) -> str | None:
        """Return the reference of the model it was trained from."""
        return self.card.parent


def list_models(services: Services) -> tuple[ModelLine, ...]:
    """Return every model with a readable card; hashes are not checked here."""
    active = {task: _active(services, task) for task in MODEL_TASKS}
    newest = {task: newest_snapshot(services, task) for task in MODEL_TASKS}
    earlier = _once_chosen(services)
    return tuple(
        _line(services, model, active[model.card.task], newest[model.card.task], earlier)
        for model in services.shelf.list()
    )


def unusable_active_models(services: Services) -> tuple[str, ...]:
    """Return the sentences that say why a task has no usable active model."""
    sentences = []
    for task in MODEL_TASKS:
        try:
            services.shelf.active(task)
        except ModelRefusedError as error:
            sentences.append(str(error))
    return tuple(sentences)


def _active(services: Services, task: ModelTask) -> ShelvedModel | None:
    try:
        return services.shelf.active(task)
    except ModelRefusedError:
        return None


def _once_chosen(services: Services) -> set[str]:
    """References of all models that were ever promoted here."""
    try:
        return {each.reference for task in MODEL_TASKS for each in services.shelf.history(task)}
    except ModelRefusedError:
        return set()


def _line(
    services: Services,
    model: ShelvedModel,
    active: ShelvedModel | None,
    newest: Snapshot | None,
    earlier: set[str],
) -> ModelLine:
    card, folder = model.card, model.folder
    exam, note = _exam(model, active, newest)
    gate = None if exam is None else verdict(exam)
    if active is not None and active.folder == folder:
        state: ModelState = "active"
    elif card.reference in earlier:
        state = "earlier"
    elif is_shipped(services, model):
        state = "shipped"
    elif gate is None or (gate.passed and note):
        state = "not examined"
    else:
        state = "candidate" if gate.passed else "refused"
    return ModelLine(card, folder, state, exam, gate, note)


def _exam(
    model: ShelvedModel, active: ShelvedModel | None, newest: Snapshot | None
) -> tuple[Exam | None, str]:
    """The exam beside a model, and what stands against going by it."""
    if not has_exam(model.folder):
        return None, ""
    try:
        exam = read_exam(model.folder)
    except ModelRefusedError as error:
        return None, str(error)
    if not is_about(exam, model.card):
        return None, _("The exam is about other weights or other thresholds.")
    if active is None or exam.active_sha256 != active.card.weights_sha256:
        return exam, _(
            "The exam was sat beside {active}, which is not active now; it must be sat again."
        ).format(active=exam.active)
    if not is_on(exam, newest):
        return exam, _("The exam was sat on another snapshot than the newest; it must be sat again on that.")
    return exam, ""
