"""What a person said about an image: mask revisions and decisions. Append-only."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.ids import BlobName, DecisionId, ImageId, PredictionId, RevisionId


class RevisionReason(StrEnum):
    """Why there is a revision; the values are stored and never change, whatever people read."""

    CORRECTED = "corrected"
    CONFIRMED = "confirmed"
    RESET = "reset to prediction"
    REVERTED = "reverted to revision"
    """Stored with the number of that revision behind it."""
    STARTING_POINT = "taken as a starting point"
    """Drawn elsewhere, and not signed: a person corrects or confirms it."""
    SEPARATED = "region made a lesion of its own"
    JOINED = "another lesion joined"
    OTHER_OF_INTEREST = "another lesion is of interest"
    """From here on the mask is that of another lesion of the image."""


class SkipReason(StrEnum):
    """Why a person leaves a boundary unreviewed; the values are stored and never change."""

    NOT_ASSESSABLE = "not assessable"
    NO_LESION = "no lesion"
    SEVERAL_LESIONS = "several lesions"
    NOT_COMPLETE = "lesion not complete in the image"


@dataclass(frozen=True, slots=True)
class MaskRevision:
    """A person's version of a lesion's mask; the newest revision of an image is the valid one."""

    id: RevisionId
    image_id: ImageId
    number: int
    """1, 2, 3 ... within the image."""
    mask: BlobName
    supersedes: PredictionId | RevisionId | None
    """What this revision corrects; None when the mask was drawn without a prediction."""
    author: str
    created_at: datetime
    reason: RevisionReason | str
    """A plain text is that of a reason which another version of the program has stored."""
    is_signed: bool = True
    """False for a starting point, a prediction that was gone back to, and for what is made of such masks."""
    reverted_to: int | None = None
    """Number of the revision whose mask was taken again."""
    lesion: int = 1
    """Number of the lesion within the image that the mask outlines."""

    @property
    def is_persons_word(self) -> bool:
        """Say whether a person answers for the mask; going back to a prediction says nothing about it.

        Earlier versions stored going back to a prediction as signed.
        """
        return self.is_signed and self.reason is not RevisionReason.RESET

    @property
    def is_unsigned_drawing(self) -> bool:
        """Say whether the mask was drawn, but nobody answers for it yet."""
        return not self.is_signed and self.reason is not RevisionReason.RESET


@dataclass(frozen=True, slots=True)
class Decision:
    """The clinician's own diagnosis and management, kept apart from what the model said."""

    id: DecisionId
    image_id: ImageId
    diagnosis: str | None
    """A diagnosis of the vocabulary, or None while open."""
    diagnosis_confirm_type: str | None
    management: str | None
    """What is to be done, for example 'excise', 'monitor in 3 months'; a term of the vocabulary."""
    comment: str
    author: str
    created_at: datetime
