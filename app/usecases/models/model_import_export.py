"""Takes models to other machines and from them, each as one file that is checked whole."""

import tempfile
from pathlib import Path

from app.domain.audit import AuditKind
from app.domain.errors import LearningError
from app.translation import _
from app.usecases.services import Services
from models.contract.shelf.bundle import export_bundle, import_bundle
from models.contract.shelf.model_shelf import ShelvedModel


def export_model(services: Services, name: str, version: str, file: Path) -> Path:
    """Pack a model of the shelf into one file and return it.

    Raises:
        ModelRefusedError: there is no such model, it is damaged, or the file cannot be written.
    """
    model = services.shelf.get(name, version)
    with services.store.exporting(file.parent):
        packed = export_bundle(model.folder, file)
    with services.store.writing() as work:
        reference, sha256 = model.card.reference, model.card.weights_sha256
        work.audit.append(services.user, AuditKind.MODEL_EXPORTED, reference, weights_sha256=sha256)
        work.commit()
    return packed


def import_model(services: Services, file: Path) -> ShelvedModel:
    """Put the model of a file onto the shelf; it does not become active, and its exam counts for nothing.

    The shelf's own check comes last, because a model must never take the name of a shipped one.

    Raises:
        ModelRefusedError: the file is damaged or forged, or a model of this name is on the shelf already.
    """
    try:
        with tempfile.TemporaryDirectory(dir=services.store.folder, prefix=".importing-") as temporary:
            model = services.shelf.add(import_bundle(file, Path(temporary)))
    except OSError as error:
        raise LearningError(
            _("The model could not be imported ({strerror}).").format(strerror=error.strerror)
        ) from error
    with services.store.writing() as work:
        reference, sha256 = model.card.reference, model.card.weights_sha256
        work.audit.append(
            services.user, AuditKind.MODEL_IMPORTED, reference, file.name, weights_sha256=sha256
        )
        work.commit()
    return model
