"""What became of a lesion: what was found out after the decision. Append-only."""

from dataclasses import dataclass
from datetime import date, datetime

from app.domain.ids import ImageId, MoveId, OutcomeId


@dataclass(frozen=True, slots=True)
class LesionOutcome:
    """What a lesion turned out to be, entered once it is known and kept apart from the decision."""

    id: OutcomeId
    image_id: ImageId
    diagnosis: str | None
    """A diagnosis of the vocabulary; None takes back an outcome that was entered by mistake."""
    confirm_type: str | None
    """How the diagnosis was confirmed, a term of the vocabulary; None only where one is taken back."""
    known_on: date
    """The day of the finding: of the pathologist's report, of the follow-up or of the consensus."""
    note: str
    author: str
    created_at: datetime
    entered_at: ImageId | None = None
    """The other image of the lesion at which a person entered it; None at that image itself."""
    move_id: MoveId | None = None
    """The move that took it from the image or brought it back; None where a person entered it."""

    def says_the_same(self, other: "LesionOutcome | None") -> bool:
        """Say whether another outcome names the same diagnosis, confirmation and day."""
        return other is not None and (self.diagnosis, self.confirm_type, self.known_on) == (
            other.diagnosis,
            other.confirm_type,
            other.known_on,
        )
