"""Puts what a run has published onto the model shelf; nothing becomes active by that."""

from app.domain.audit import AuditKind
from app.domain.errors import LearningError
from app.translation import _
from app.usecases.learning.run_records import read_record, run_folder
from app.usecases.services import Services
from models.contract.errors import UnknownModelError
from models.contract.shelf.model_shelf import ShelvedModel
from models.contract.shelf.model_validation import inspect


def register_candidate(services: Services, run_id: str) -> ShelvedModel:
    """Copy a run's candidate with its exam onto the shelf; a second time changes nothing.

    Raises:
        LearningError: the run has published nothing yet.
        ModelRefusedError: the candidate is damaged, or another model has its name.
    """
    folder = run_folder(services, run_id)
    record = read_record(folder)
    published = folder / "published" / record.model_name / record.model_version
    if not published.is_dir():
        raise LearningError(_("The run “{run_id}” has not published a model yet.").format(run_id=run_id))
    try:
        shelved = services.shelf.get(record.model_name, record.model_version)
    except UnknownModelError:
        shelved = services.shelf.add(published)
        with services.store.writing() as work:
            reference, sha256 = shelved.card.reference, shelved.card.weights_sha256
            work.audit.append(
                services.user, AuditKind.MODEL_SHELVED, reference, run_id, weights_sha256=sha256
            )
            work.commit()
        return shelved
    if shelved.card.weights_sha256 != inspect(published).weights_sha256:
        raise LearningError(
            _("Another model {reference} is on the shelf already.").format(reference=shelved.card.reference)
        )
    return shelved
