"""Errors a clinician can act on; ``str(error)`` is the one sentence that is shown."""

from app.translation import _
from models.contract.errors import NaevusError


class DomainError(NaevusError):
    """Something expected went wrong; the message is written for the person at the workstation."""


class UnreadableFileError(DomainError):
    """A file that was offered for import cannot be used."""


class PartlyReadableFileError(UnreadableFileError):
    """A file is damaged, but part of its picture can be shown; a person may choose to take it."""


class NoImageError(UnreadableFileError):
    """A file is no image, and does not look like one either."""


class InvalidFieldError(DomainError):
    """A value typed into a form is not permitted."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class ImplausibleMaskError(DomainError):
    """A mask marks nothing, nearly everything or the frame, and nobody has said that it is meant so."""


class NotFoundError(DomainError):
    """A patient, image or revision that was asked for is not in the case store."""


class StorageError(DomainError):
    """The case store cannot be opened, read or written."""


class DamagedFileError(StorageError):
    """One stored file is missing or damaged; the other cases are not concerned."""


class InferenceError(DomainError):
    """A model could not be run on an image."""


class ModelUnavailableError(InferenceError):
    """No usable model serves the task."""


class ScoreWithheldError(DomainError):
    """The image does not look like one to score; the message says why."""


class ExportError(DomainError):
    """A report or export could not be written."""


class LearningError(DomainError):
    """A snapshot, a training run or a promotion is not possible as asked."""


class CancelledError(DomainError):
    """The person cancelled a long job."""

    def __init__(self) -> None:
        super().__init__(_("The job was cancelled; what was finished before is kept."))
