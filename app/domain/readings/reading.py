"""A clinician's answers to a form about an image. Append-only: the newest reading of a form counts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain.ids import BlobName, ImageId, ReadingId


@dataclass(frozen=True, slots=True)
class EvidenceSource:
    """What proposals were measured on."""

    mask: BlobName
    definition: str
    """Name of the formulas and cuts."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person confirmed about one criterion."""

    criterion: str
    value: int
    confirmed_by: str
    proposed: int | None = None
    """What the measurement had proposed; None where it proposed nothing."""
    evidence: EvidenceSource | None = None
    """What the proposal was measured on where that is not what the reading names."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A form as one person left it; criteria without an answer stay without one."""

    id: ReadingId
    image_id: ImageId
    form: str
    """Name of a form; that of another version of the program is kept as it is."""
    answers: tuple[Answer, ...]
    evidence: EvidenceSource | None
    """What the newest of its proposals were measured on; None where nothing was proposed."""
    author: str
    created_at: datetime

    @property
    def values(self) -> Mapping[str, int]:
        """Return the answers by the names of their criteria."""
        return {answer.criterion: answer.value for answer in self.answers}

    def answer(self, criterion: str) -> Answer | None:
        """Return the answer to a criterion."""
        return next((answer for answer in self.answers if answer.criterion == criterion), None)

    def evidence_of(self, answer: Answer) -> EvidenceSource | None:
        """Return what the proposal of one of the answers was measured on; None where nothing was proposed."""
        return None if answer.proposed is None else answer.evidence or self.evidence

    def is_measured_on(self, mask: BlobName | None) -> bool:
        """Say whether everything that was proposed rests on a mask."""
        sources = (self.evidence_of(answer) for answer in self.answers)
        return all(source.mask == mask for source in sources if source is not None)


def newest_by_form(readings: Iterable[Reading]) -> Mapping[str, Reading]:
    """Return the reading of each form that counts, by the form's name; ``readings`` come oldest first."""
    return {reading.form: reading for reading in readings}
