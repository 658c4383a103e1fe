"""Lets a model sit the exam beside the one that is active now."""

import shutil
import tempfile
from pathlib import Path

from app.domain.audit import AuditKind
from app.domain.errors import LearningError
from app.translation import _
from app.usecases.learning.start_run import snapshot_folder
from app.usecases.models.promote_model import is_shipped
from app.usecases.services import Services
from models.contract.shelf.exam import Exam, read_exam, write_exam


def evaluate_candidate(services: Services, name: str, version: str, snapshot_id: str | None = None) -> Exam:
    """Measure a model beside the active one on a snapshot's exam patients and keep the exam beside it.

    Raises:
        LearningError: there is nothing to compare with, the model is shipped (its folder is only read),
            or the exam could not be held.
        ModelRefusedError: there is no such model, or it is damaged.
    """
    model = services.shelf.get(name, version)
    task = model.card.task
    if task == "refinement":
        raise LearningError(_("A model that redraws boundaries from clicks sits no exam."))
    active = services.shelf.active(task)
    if active is None or active.folder == model.folder:
        raise LearningError(_("An exam is sat beside another model that is active; there is none."))
    if is_shipped(services, model):
        raise LearningError(_("A shipped model sits no exam; it may be promoted without one."))
    data = snapshot_folder(services, task, snapshot_id)
    reference = services.learning_images
    arguments = ["--against", str(active.folder), "--data", str(data)]
    arguments += [] if reference is None else ["--reference", str(reference)]
    with tempfile.TemporaryDirectory(dir=services.store.folder, prefix=".exam-") as temporary:
        # On a copy, so that an exam that is broken off leaves the earlier one as it was.
        copy = Path(temporary) / version
        shutil.copytree(model.folder, copy)
        services.runs.answer(["exam", str(copy), *arguments])
        exam = read_exam(copy)
    write_exam(exam, model.folder)
    with services.store.writing() as work:
        sha256 = model.card.weights_sha256
        work.audit.append(
            services.user, AuditKind.MODEL_EXAMINED, model.card.reference, data.name, weights_sha256=sha256
        )
        work.commit()
    return exam
