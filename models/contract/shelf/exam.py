"""The exam: a candidate model beside the active one, on corrected images that neither was trained on.

``exam.json`` lies beside the candidate's card. It holds figures of groups, never of single patients.
What follows from them is decided by ``gate``.
"""

from pathlib import Path
from typing import Final, Literal, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    ValidationError,
    model_validator,
)

from models.contract.errors import ModelRefusedError, what_is_wrong
from models.contract.files.atomic_files import write_whole
from models.contract.shelf.card import ModelCard, Sha256, Task

EXAM_FILE: Final = "exam.json"
EXAM_ELSEWHERE_FILE: Final = "exam_elsewhere.json"
"""The exam that another clinic gave a model: kept to be read, but it never opens the gate here."""

EXAM_SCHEMA_VERSION: Final = 1
OVERALL: Final = "overall"
REFERENCE_IMAGES: Final = "reference images"
"""Group of the bundled public images, on which forgetting shows."""

_LONGEST_EXAM_BYTES: Final = 2_000_000
_ROUNDING: Final = 1e-6


class ExamUnreadableError(ModelRefusedError):
    """An exam is missing, damaged, of another format, or about another model."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ExamPart(_Frozen):
    """One figure of both models on the same cases; ``difference`` is candidate minus active."""

    group: str = Field(min_length=1, max_length=200)
    """``OVERALL``, ``REFERENCE_IMAGES``, or a subgroup as "sex: female", "age: 40 to 59"."""
    metric: str = Field(min_length=1, max_length=60)
    n: int = Field(ge=0)
    """The images that the figure rests on: for sensitivity the malignant ones alone."""
    active: FiniteFloat | None
    candidate: FiniteFloat | None
    difference: FiniteFloat | None
    low: FiniteFloat | None
    high: FiniteFloat | None
    """95 % interval of the difference, drawn by patient."""
    why_undefined: str | None = None
    """The sentence that says why there is no figure; None when there is one."""

    @model_validator(mode="after")
    def _is_their_difference(self) -> Self:
        if self.active is None or self.candidate is None:
            fits = self.difference is None
        else:
            expected = self.candidate - self.active
            fits = self.difference is not None and abs(self.difference - expected) <= _ROUNDING
        if not fits:
            msg = "the difference is not candidate minus active"
            raise ValueError(msg)
        return self


class Exam(_Frozen):
    """Everything the gate must know about a candidate."""

    schema_version: Literal[1] = EXAM_SCHEMA_VERSION
    task: Task
    active: str
    """``reference`` of the model that was in use."""
    active_sha256: Sha256
    """Of its weights file."""
    candidate: str
    candidate_sha256: Sha256
    """Of its weights file: an exam speaks about these weights and no others."""
    candidate_answers_sha256: Sha256 | None = None
    """``ModelCard.answers_sha256`` when the exam was sat; None in exams of earlier versions."""
    snapshot_id: str | None
    snapshot_manifest_sha256: Sha256
    images: int = Field(ge=0)
    patients: int = Field(ge=0)
    parts: tuple[ExamPart, ...] = Field(max_length=5000)
    parity_max_abs_difference: FiniteFloat | None
    """Between the candidate's graph and its network; None when the graph gave no finite answer."""
    has_nan: bool
    """Whether a weight or an answer of the candidate is not a finite number."""
    labels_unchanged: bool
    taken_at: AwareDatetime

    def part(self, group: str, metric: str) -> ExamPart | None:
        """The figure of a group, None when it was not taken."""
        found = (each for each in self.parts if (each.group, each.metric) == (group, metric))
        return next(found, None)


def read_exam(folder: Path) -> Exam:
    """The exam that lies in ``folder``.

    Raises:
        ExamUnreadableError: it is missing, damaged, or of another format.
    """
    path = folder / EXAM_FILE
    try:
        if path.stat().st_size > _LONGEST_EXAM_BYTES:
            raise ExamUnreadableError(f"The exam in {folder} is too long to be an exam.")
        content = path.read_bytes()
    except OSError as error:
        raise ExamUnreadableError(f"There is no readable exam in {folder}.") from error
    return exam_from(content, where=str(folder))


def exam_from(content: bytes, *, where: str) -> Exam:
    """The exam that a file's bytes hold; ``where`` is named when they hold none.

    Raises:
        ExamUnreadableError: they are damaged or of another format.
    """
    try:
        return Exam.model_validate_json(content)
    except ValidationError as error:
        raise ExamUnreadableError(what_is_wrong("exam", where, error)) from error


def write_exam(exam: Exam, folder: Path) -> Path:
    """Write ``exam`` into ``folder``, whole or not at all, and return its path."""
    path = folder / EXAM_FILE
    write_whole(path, (exam.model_dump_json(indent=2) + "\n").encode())
    return path


def is_about(exam: Exam, card: ModelCard) -> bool:
    """Whether an exam speaks about these weights, with the graph and the thresholds they have now."""
    has_same_answers = exam.candidate_answers_sha256 in (None, card.answers_sha256)
    return exam.candidate_sha256 == card.weights_sha256 and has_same_answers


def check_is_about(exam: Exam, card: ModelCard) -> None:
    """Refuse an exam of another model: the gate would pass one that nobody examined.

    Raises:
        ExamUnreadableError: it is about another model than that of ``card``, or about other thresholds.
    """
    if exam.candidate != card.reference or not is_about(exam, card):
        raise ExamUnreadableError(
            f"The exam beside the model {card.reference} is about another model or other thresholds "
            f"({exam.candidate[:80]}); examine the model again."
        )
