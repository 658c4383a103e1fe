"""The root of all expected errors, and what can go wrong between an image and a model.

NaevusError                       expected; ``str(error)`` is the one sentence that a person reads
├── DomainError                   app/domain/errors.py: what the person at the workstation asked for
│   ├── UnreadableFileError       ├── InvalidFieldError    ├── NotFoundError    ├── ScoreWithheldError
│   ├── StorageError              ├── InferenceError       ├── ExportError      ├── LearningError
│   └── CancelledError            └── GraphicsCardError
├── ContractError                 this module: between an image and a model
│   ├── NoLesionError             ├── UnreadablePhotographError
│   ├── NoMaskError               └── UnusableOutputError
│   └── ModelRefusedError         a model folder, card, exam, bundle or shelf
├── DataSetError, TableError      training/contract: a data folder, a table in it
├── UnreadableImageError, UnusableMaskError             training/data_sets: one file of a download
├── RunFolderError, PlanRefusedError, CheckpointError     a run cannot be started or gone on with
├── TrainingFailedError, PeerLostError, ParityError       a run has to end
└── ComparisonError, MemoryUnknownError, NothingToReportError    models or runs cannot be measured or drawn

Both command lines, the queues of the window and a run's ending catch the root, once each. What is no
NaevusError is a fault of the program, and is shown as one.
"""

from pathlib import Path

from pydantic import ValidationError


class NaevusError(Exception):
    """Something expected went wrong; the message is one sentence that a person can act on."""


class ContractError(NaevusError):
    """A model, a mask or a photograph cannot be used as it is."""


class NoLesionError(ContractError):
    """The mask holds no lesion, so there is nothing to measure."""

    def __init__(self) -> None:
        super().__init__("The mask is empty, so there is no lesion to measure.")


class UnreadablePhotographError(ContractError):
    """A picture file that cannot be used as a photograph."""


class DamagedPhotographError(UnreadablePhotographError):
    """A picture file that is incomplete or corrupt, so that part of the picture is not real."""


class PartlyReadablePhotographError(DamagedPhotographError):
    """A damaged file of which part can be decoded, for a person who chooses to look at that."""


class NoMaskError(ContractError):
    """A file that should hold a mask is none, or does not say which part is the lesion."""


class UnreadableMaskError(NoMaskError):
    """A file that should hold a mask is missing its end, damaged, or no picture at all."""


class UnusableOutputError(ContractError):
    """A network returned values that cannot be shown to anybody."""


class ModelRefusedError(ContractError):
    """A model folder that is not taken onto the shelf, or not used from it."""


class CardUnreadableError(ModelRefusedError):
    """The model card is missing, damaged, or does not say what it must."""


class ModelFileMissingError(ModelRefusedError):
    """A file that the card names is not there."""


class ModelFileChangedError(ModelRefusedError):
    """A file is not the one the card was written for."""


class ModelFileDamagedError(ModelRefusedError):
    """A file is not what its name says."""


class UnsafeModelFileError(ModelRefusedError):
    """A file could run a program, or points outside the model's folder."""


class ModelMismatchError(ModelRefusedError):
    """The model answers another question, or reads other inputs, than this version knows."""


class ModelAlreadyShelvedError(ModelRefusedError):
    """A model of this name and version is on the shelf already."""


class UnknownModelError(ModelRefusedError):
    """No model of this name and version is on the shelf."""


class NothingToRollBackError(ModelRefusedError):
    """No earlier model was active for this task."""


class ActiveModelsUnreadableError(ModelRefusedError):
    """The file that says which models are active is damaged."""


class ShelfNotWritableError(ModelRefusedError):
    """The shelf, or the list of active models, cannot be written."""


def what_is_wrong(kind: str, place: Path | str, error: ValidationError) -> str:
    """The sentence on a file, such as the "exam" in a folder, that is not of its format."""
    first = error.errors(include_url=False)[0]
    if first["type"] == "json_invalid":
        return f"The {kind} in {place} is damaged: it is not valid JSON."
    field = ".".join(str(part) for part in first["loc"])
    if field == "schema_version":
        return f"The {kind} in {place} was written for another version of Naevus."
    where = f"in its field '{field}'" if field else "as a whole"
    return f"The {kind} in {place} is not valid {where}: {first['msg']}."
