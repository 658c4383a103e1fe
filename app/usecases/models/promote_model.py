"""A named person makes a model the active one, or goes back; no model does so by itself."""

from pathlib import Path

from app.domain.audit import AuditKind
from app.domain.errors import LearningError
from app.translation import _
from app.usecases.learning.start_run import newest_snapshot
from app.usecases.services import Services
from models.contract.errors import ModelRefusedError
from models.contract.shelf.card import ModelTask
from models.contract.shelf.exam import EXAM_FILE, Exam, is_about, read_exam
from models.contract.shelf.gate import verdict
from models.contract.shelf.model_shelf import ShelvedModel
from training.contract.snapshot import Snapshot

UNKNOWN_USER = "unknown user"
_JUDGED_HERE = frozenset({AuditKind.MODEL_SHELVED, AuditKind.MODEL_EXAMINED})
"""The acts by which a model is known to have been judged here, even after it left the shelf and came back."""


def promote_model(services: Services, name: str, version: str, *, unexamined: bool = False) -> ShelvedModel:
    """Make a model the active one of its task, after a passed exam beside the model that is active now.

    ``unexamined`` lets a shipped or imported model without an exam pass; the audit trail says so.
    Predictions made so far keep their model and stay as they are.

    Raises:
        LearningError: nobody is named, or the exam is missing, not passed, or taken beside another model
            or on another snapshot than the newest.
        ModelRefusedError: there is no such model, or it is damaged.
    """
    author = named_person(services)
    model = services.shelf.get(name, version)
    active = _usable_active(services, model.card.task)
    if active is not None and active.card.weights_sha256 == model.card.weights_sha256:
        raise LearningError(
            _("The model {reference} is active already.").format(reference=model.card.reference)
        )
    if unexamined:
        _check_may_pass_unexamined(services, model)
    else:
        _check_exam(services, model, active)
    with services.store.writing() as work:
        work.audit.append(
            author,
            AuditKind.MODEL_PROMOTED,
            model.card.reference,
            _detail(active, was_examined=not unexamined),
            weights_sha256=model.card.weights_sha256,
        )
        services.shelf.promote(name, version, author=author, at=services.clock())
        work.commit()
    services.predictor.forget_models()
    return model


def roll_back_model(services: Services, task: ModelTask) -> ShelvedModel:
    """Make the model active again that was so before the last promotion.

    Raises:
        LearningError: nobody is named.
        ModelRefusedError: there is no earlier model, or it is damaged.
    """
    author = named_person(services)
    left = _usable_active(services, task)
    with services.store.writing() as work:
        model = services.shelf.rollback(task, author=author, at=services.clock())
        work.audit.append(
            author,
            AuditKind.MODEL_ROLLED_BACK,
            model.card.reference,
            "" if left is None else f"instead of {left.card.reference}",
            weights_sha256=model.card.weights_sha256,
        )
        work.commit()
    services.predictor.forget_models()
    return model


def named_person(services: Services) -> str:
    """Return who answers for the choice of a model; raises LearningError when nobody is named."""
    author = services.user.strip()
    if not author or author == UNKNOWN_USER:
        raise LearningError(_("A model is chosen by a named person; enter your name in the settings first."))
    return author


def is_shipped(services: Services, model: ShelvedModel) -> bool:
    """Say whether a model came with the program."""
    return not model.folder.is_relative_to(services.store.folder)


def _usable_active(services: Services, task: ModelTask) -> ShelvedModel | None:
    """The active model; None also when it is damaged or gone, because that is when another is needed."""
    try:
        return services.shelf.active(task)
    except ModelRefusedError:
        return None


def has_exam(folder: Path) -> bool:
    """Say whether an exam lies beside a model's card."""
    return (folder / EXAM_FILE).is_file()


def is_on(exam: Exam, newest: Snapshot | None) -> bool:
    """Say whether an exam was sat on the newest snapshot; older ones are not tried until one is passed."""
    if newest is None:
        return True
    return (exam.snapshot_id, exam.snapshot_manifest_sha256) == (newest.id, newest.manifest_sha256)


def _check_exam(services: Services, model: ShelvedModel, active: ShelvedModel | None) -> None:
    reference = model.card.reference
    if not has_exam(model.folder):
        raise LearningError(
            _("The model {reference} has not sat an exam; let it sit one first.").format(reference=reference)
        )
    exam = read_exam(model.folder)
    if not is_about(exam, model.card):
        raise LearningError(
            _(
                "The exam beside {reference} is about other weights or other thresholds; let it sit the "
                "exam again."
            ).format(reference=reference)
        )
    if active is None or exam.active_sha256 != active.card.weights_sha256:
        now = (
            _("no usable model is active now")
            if active is None
            else _("{reference} is active now").format(reference=active.card.reference)
        )
        raise LearningError(
            _(
                "The model {reference} sat its exam beside {active}, but {now}; let it sit the exam again."
            ).format(reference=reference, active=exam.active, now=now)
        )
    if not is_on(exam, newest_snapshot(services, model.card.task)):
        raise LearningError(
            _(
                "The model {reference} sat its exam on another snapshot than the newest; let it sit the "
                "exam again on the newest snapshot."
            ).format(reference=reference)
        )
    gate = verdict(exam)
    if not gate.passed:
        raise LearningError(
            _("The model {reference} did not pass its exam: {reasons}").format(
                reference=reference, reasons=" ".join(gate.reasons)
            )
        )


def _check_may_pass_unexamined(services: Services, model: ShelvedModel) -> None:
    reference = model.card.reference
    if has_exam(model.folder):
        raise LearningError(
            _("The model {reference} has sat an exam, and that decides.").format(reference=reference)
        )
    with services.store.reading() as work:
        acts = work.audit.events(reference)
    done = {act.kind for act in acts if act.weights_sha256 == model.card.weights_sha256}
    if done & _JUDGED_HERE:
        raise LearningError(
            _(
                "The model {reference} was trained or examined here before it was imported, so it must "
                "sit an exam before it is promoted."
            ).format(reference=reference)
        )
    if AuditKind.MODEL_IMPORTED not in done and not is_shipped(services, model):
        raise LearningError(
            _("The model {reference} was trained here, so it must sit an exam before it is promoted.").format(
                reference=reference
            )
        )


def _detail(active: ShelvedModel | None, *, was_examined: bool) -> str:
    instead = "" if active is None else f", instead of {active.card.reference}"
    return f"{'after a passed exam' if was_examined else 'without an exam'}{instead}"
