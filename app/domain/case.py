"""A case: one image with everything that is known about it, and its line in the work list."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.annotation import Decision, MaskRevision
from app.domain.frame import objection_to_score
from app.domain.ids import BlobName, ImageId, PredictionId, RevisionId
from app.domain.image import DermoscopicImage
from app.domain.lesion import Lesion, Visit
from app.domain.patient import Patient
from app.domain.prediction import BoundaryPrediction, ScorePrediction
from app.domain.standing_priority import standing_priority, standing_score
from app.domain.triage import Priority


@dataclass(frozen=True, slots=True)
class Case:
    """One image in its context; ``revisions`` and the predictions are ordered oldest first."""

    image: DermoscopicImage
    visit: Visit
    lesion: Lesion
    patient: Patient
    boundaries: tuple[BoundaryPrediction, ...] = ()
    scores: tuple[ScorePrediction, ...] = ()
    revisions: tuple[MaskRevision, ...] = ()
    decisions: tuple[Decision, ...] = ()
    accepted_scores: frozenset[PredictionId] = frozenset()
    """Scores whose lower band a person has accepted."""
    overruled_boundaries: frozenset[PredictionId] = frozenset()
    """Boundary predictions that object to a score, which a person wanted all the same."""

    @property
    def boundary(self) -> BoundaryPrediction | None:
        """Return the newest boundary prediction."""
        return self.boundaries[-1] if self.boundaries else None

    @property
    def score(self) -> ScorePrediction | None:
        """Return the newest score."""
        return self.scores[-1] if self.scores else None

    @property
    def revision(self) -> MaskRevision | None:
        """Return the newest mask revision."""
        return self.revisions[-1] if self.revisions else None

    @property
    def decision(self) -> Decision | None:
        """Return the newest decision of a clinician."""
        return self.decisions[-1] if self.decisions else None

    @property
    def mask(self) -> BlobName | None:
        """Return the valid mask: the newest revision's, else the predicted one."""
        if self.revision is not None:
            return self.revision.mask
        return self.boundary.mask if self.boundary is not None else None

    @property
    def mask_source(self) -> PredictionId | RevisionId | None:
        """Return the revision or boundary prediction that the valid mask is from."""
        if self.revision is not None:
            return self.revision.id
        return self.boundary.id if self.boundary is not None else None

    @property
    def is_score_current(self) -> bool:
        """Say whether the newest score counts and was computed from the valid mask."""
        if self.score is None or self.is_score_withheld:
            return False
        return self.score.mask_source == self.mask_source

    @property
    def objection_to_score(self) -> str:
        """Return why the frame of the newest boundary earns no score, in a sentence; usually ""."""
        verdict = None if self.boundary is None else self.boundary.frame
        return objection_to_score(verdict, is_outlined_by_person=self.is_corrected)

    @property
    def is_score_withheld(self) -> bool:
        """Say whether the newest boundary objects to a score and nobody has overruled it."""
        if not self.objection_to_score or self.boundary is None:
            return False
        return self.boundary.id not in self.overruled_boundaries

    @property
    def is_score_outstanding(self) -> bool:
        """Say whether the valid mask is to be scored."""
        return not self.is_score_current and not self.is_score_withheld

    @property
    def priority(self) -> Priority | None:
        """Return the place in the queue, or None when there is no score, or none that counts."""
        if self.is_score_withheld:
            return None
        return standing_priority(self.scores, self.accepted_scores, self._drawn)

    @property
    def standing_score(self) -> ScorePrediction | None:
        """Return the score that gives the case its place in the queue."""
        return standing_score(self.scores, self.accepted_scores, self._drawn)

    def priority_with(self, preview: ScorePrediction | None) -> Priority | None:
        """Return the place in the queue if the score of an unsaved correction were stored, too."""
        if preview is None:
            return self.priority
        drawn = {*self._drawn, preview.mask_source}
        return standing_priority((*self.scores, preview), self.accepted_scores, drawn)

    @property
    def _drawn(self) -> frozenset[RevisionId]:
        return frozenset(revision.id for revision in self.revisions)

    @property
    def score_spread(self) -> float | None:
        """Return how far the newest score moves between the views of the image, in [0, 1]."""
        if self.score is None or self.is_score_withheld:
            return None
        return self.score.probability_high - self.score.probability_low

    @property
    def is_corrected(self) -> bool:
        """Say whether a person has corrected or confirmed the boundary."""
        return any(revision.is_signed for revision in self.revisions)

    @property
    def status(self) -> str:
        """Return how far the case is: 'new', 'predicted', 'corrected' or 'decided'."""
        if self.decisions:
            return "decided"
        if self.revisions:
            return "corrected"
        return "predicted" if self.boundaries else "new"


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A line of the work list."""

    image_id: ImageId
    thumbnail: BlobName
    patient_code: str
    patient_name: str
    site: str | None
    priority: Priority | None
    probability: float | None
    status: str
    """'new', 'predicted', 'corrected', 'decided'."""
    imported_at: datetime
    file_name: str
    no_score_reason: str = ""
    """Why the image gets no score, in a sentence."""
    benefit: float = 0.0
    """Expected benefit of a correction, in [0, 1]."""
    reasons_to_correct: tuple[str, ...] = ()
    is_corrected: bool = False
    """A person has corrected or confirmed the boundary."""
