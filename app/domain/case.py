"""A case: one image with everything that is known about it, and its line in the work list."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain.analysis.frame_finding import NO_SCORE, objection_to_score
from app.domain.analysis.input_digest import ScoredInputs
from app.domain.analysis.lesion_score import ImageScores, LesionScore, lesion_priority, lesion_score, sooner
from app.domain.analysis.need import ActiveWeights, Need
from app.domain.analysis.prediction import BoundaryPrediction, ScorePrediction
from app.domain.analysis.standing_priority import standing_priority, standing_score
from app.domain.analysis.triage import Priority
from app.domain.case_fields import OLDEST_AGE_YEARS
from app.domain.fields import FIELDS, CaseField, FieldValue, Record, RecordType
from app.domain.ids import BlobName, ImageId, PredictionId, RevisionId
from app.domain.image import DAMAGE_OBJECTION, DAMAGED_WORDS, DermoscopicImage
from app.domain.lesion import Lesion, Visit
from app.domain.other_lesions import FIRST_LESION, ImageLesions, LesionList
from app.domain.outcome import LesionOutcome
from app.domain.people.age import age_at_visit
from app.domain.people.patient import Patient
from app.domain.readings.reading import Reading
from app.domain.revision import Decision, MaskRevision, RevisionReason
from app.domain.work_list.due import Reckoning, Waiting, waiting_of
from app.translation import _
from models.contract.lesion.features import DEFINITION


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
    outcomes: tuple[LesionOutcome, ...] = ()
    """What became of the lesion, as it was entered, oldest first."""
    readings: tuple[Reading, ...] = ()
    """Answers to forms, oldest first; the newest of a form counts."""
    lesion_lists: tuple[LesionList, ...] = ()
    """Which lesions the image shows, as people said, oldest first; usually empty, which means one."""
    accepted_scores: frozenset[PredictionId] = frozenset()
    """Scores whose lower band a person has accepted."""
    overruled_boundaries: frozenset[PredictionId] = frozenset()
    """Boundary predictions that object to a score, which a person wanted all the same."""
    fellow_sizes_mm: tuple[float, ...] = ()
    """Longest diameters of the patient's other lesions, as far as they were entered."""
    is_edited_since_score: bool = False
    """Of a newest score whose inputs are not known: the audit trail names one that was entered after it."""
    other_images: tuple[ImageScores, ...] = ()
    """Scores of the other images of the lesion from the same day, without those of removed cases."""
    tags: tuple[str, ...] = ()
    """Free words that people put on the case."""
    assigned_to: str = ""
    """Who is to decide the case; "" stands for nobody."""

    @property
    def lesions(self) -> ImageLesions:
        """Return the lesions that the image shows; usually one, which is of interest."""
        return self.lesion_lists[-1].lesions if self.lesion_lists else ImageLesions()

    @property
    def is_of_predicted_lesion(self) -> bool:
        """Say whether the lesion of interest is the one that predictions outline."""
        return self.lesions.of_interest == FIRST_LESION

    def record(self, of: RecordType) -> Record:
        """Return the case's patient, lesion, visit or image."""
        records = (self.patient, self.lesion, self.visit, self.image)
        return next(record for record in records if isinstance(record, of))

    def entered(self, field: CaseField) -> FieldValue:
        """Return what is stored of a field."""
        return field.value_in(self.record(field.of))

    @property
    def age_years(self) -> int | None:
        """Return the age at the visit as models and exports take it: 85 stands for 85 and older."""
        age = age_at_visit(self.patient, self.visit)
        return None if age is None else min(age.years, OLDEST_AGE_YEARS)

    @property
    def model_inputs(self) -> Mapping[CaseField, FieldValue]:
        """Return the entered fields that a score model reads; an age that was not entered is computed."""
        read = (field for field in FIELDS if field.model_input is not None)
        return {field: self.age_years if field.name == "age_years" else self.entered(field) for field in read}

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
    def outcome(self) -> LesionOutcome | None:
        """Return what became of the lesion; None while it is not known, or when it was taken back."""
        newest = self.outcomes[-1] if self.outcomes else None
        return None if newest is None or newest.diagnosis is None else newest

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
        """Say whether the newest score counts and its model would be given the same again."""
        if self.score is None or self.is_score_withheld:
            return False
        if self.score.inputs_sha256 is None:
            return self.is_score_of_valid_mask and not self.is_edited_since_score
        return self.score.inputs_sha256 == self.scored_inputs(self.score.model.weights_sha256).sha256

    @property
    def is_score_of_valid_mask(self) -> bool:
        """Say whether the newest score counts and was computed from the valid mask, whatever was entered."""
        if self.score is None or self.is_score_withheld:
            return False
        mask = self._mask_of(self.score.mask_source)
        return mask is not None and mask == self.mask

    def scored_inputs(self, weights_sha256: str) -> ScoredInputs:
        """Return what a score model with these weights would be given now."""
        return ScoredInputs(
            mask=self.mask,
            entered={field.name: value for field, value in self.model_inputs.items()},
            mm_per_px=self.image.calibration.mm_per_px if self.image.calibration else None,
            fellow_sizes_mm=self.fellow_sizes_mm,
            measurement_definition=DEFINITION,
            weights_sha256=weights_sha256,
        )

    def needs(self, active: ActiveWeights) -> frozenset[Need]:
        """Return what is to be computed without anybody asking for it.

        That another model is in use now is no reason: what it would say is only offered. On a decided case
        an earlier model's score stays, too, when something was entered later.
        """
        found = set()
        if self.boundary is None:
            found.add(Need.BOUNDARY)
        elif not self.boundary.is_assessed and Need.BOUNDARY not in self.offered(active):
            found.add(Need.UNCERTAINTY)
        is_kept = bool(self.decisions) and Need.SCORE in self.offered(active) and self.is_score_of_valid_mask
        if not (self.is_score_current or self.is_score_withheld or is_kept):
            found.add(Need.SCORE)
        return frozenset(found)

    def offered(self, active: ActiveWeights) -> frozenset[Need]:
        """Return which newest predictions another model than the one in use made; a person may ask anew."""
        newest = (
            (Need.BOUNDARY, self.boundary, active.boundary_sha256),
            (Need.SCORE, self.score, active.score_sha256),
        )
        return frozenset(
            need
            for need, said, sha256 in newest
            if said is not None and sha256 is not None and said.model.weights_sha256 != sha256
        )

    @property
    def objection_to_score(self) -> str:
        """Return why the image earns no score, in a sentence; usually ""."""
        return self.objection_when(is_outlined_by_person=self.is_corrected)

    def objection_when(self, *, is_outlined_by_person: bool) -> str:
        """Return why the image would earn no score if a person had, or had not, drawn its boundary."""
        if self.image.is_damaged:
            return DAMAGE_OBJECTION
        verdict = None if self.boundary is None else self.boundary.frame
        return objection_to_score(verdict, is_outlined_by_person=is_outlined_by_person)

    @property
    def is_score_withheld(self) -> bool:
        """Say whether the newest boundary objects to a score and nobody has overruled it."""
        if self.image.is_damaged:
            return True
        if not self.objection_to_score or self.boundary is None:
            return False
        return self.boundary.id not in self.overruled_boundaries

    @property
    def priority(self) -> Priority | None:
        """Return the place that the image's own score gives, or None when there is none that counts."""
        if self.is_score_withheld:
            return None
        return standing_priority(self.scores, self.accepted_scores, self._drawn)

    @property
    def standing_score(self) -> ScorePrediction | None:
        """Return the score that gives the image its own band."""
        return standing_score(self.scores, self.accepted_scores, self._drawn)

    def priority_with(self, preview: ScorePrediction | None) -> Priority | None:
        """Return the image's own place if the score of an unsaved correction were stored, too."""
        if preview is None:
            return self.priority
        drawn = {*self._drawn, preview.mask_source}
        return standing_priority((*self.scores, preview), self.accepted_scores, drawn)

    def _mask_of(self, source: PredictionId | RevisionId) -> BlobName | None:
        """The mask of a revision or boundary prediction of the case; None when it has no such one."""
        masks: dict[PredictionId | RevisionId, BlobName] = {one.id: one.mask for one in self.boundaries}
        masks |= {one.id: one.mask for one in self.revisions}
        return masks.get(source)

    @property
    def image_scores(self) -> ImageScores:
        """Return what the image brings to the score of its lesion."""
        return self._image_scores_with(None)

    @property
    def lesion_score(self) -> LesionScore | None:
        """Return the score of the lesion at this visit, or None unless several of its images have one."""
        return self.lesion_score_with(None)

    def lesion_score_with(self, preview: ScorePrediction | None) -> LesionScore | None:
        """Return the score of the lesion if that of an unsaved correction were stored, too."""
        images = (self._image_scores_with(preview), *self.other_images)
        return lesion_score(image.current for image in images)

    @property
    def queue_priority(self) -> Priority | None:
        """Return the place in the work list: the image's own, or that of its lesion when it is sooner."""
        return self.queue_priority_with(None)

    def queue_priority_with(self, preview: ScorePrediction | None) -> Priority | None:
        """Return the place in the work list if the score of an unsaved correction were stored, too."""
        images = (self._image_scores_with(preview), *self.other_images)
        return sooner(self.priority_with(preview), lesion_priority(images))

    def _image_scores_with(self, preview: ScorePrediction | None) -> ImageScores:
        if preview is not None:
            drawn = {*self._drawn, preview.mask_source}
            return ImageScores(preview, standing_score((*self.scores, preview), self.accepted_scores, drawn))
        if self.is_score_withheld:
            return ImageScores(None, None)
        return ImageScores(self.score if self.is_score_current else None, self.standing_score)

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
        """Say whether the valid boundary is one that a person has corrected or confirmed.

        It no longer is when that was taken back, or when another lesion is of interest that nobody signed.
        """
        return self.revision is not None and self.revision.is_persons_word

    @property
    def is_confirmed(self) -> bool:
        """Say whether a person found a predicted boundary right and left it as it was."""
        newest = self.revision
        if newest is None or newest.reason is not RevisionReason.CONFIRMED:
            return False
        return any(boundary.mask == newest.mask for boundary in self.boundaries)

    @property
    def status(self) -> str:
        """Return how far the case is: 'new', 'predicted', 'corrected', 'confirmed' or 'decided'."""
        if self.decisions:
            return "decided"
        if self.is_confirmed:
            return "confirmed"
        if self.is_corrected:
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
    """'new', 'predicted', 'corrected', 'confirmed', 'decided'."""
    imported_at: datetime
    file_name: str
    no_score_reason: str = ""
    """Why the image gets no score, in a sentence."""
    is_damaged: bool = False
    """The file was damaged and taken all the same, which is why it gets no score."""
    benefit: float = 0.0
    """Expected benefit of a correction, in [0, 1]."""
    reasons_to_correct: tuple[str, ...] = ()
    is_corrected: bool = False
    """A person has corrected or confirmed the boundary."""
    lesion: LesionScore | None = None
    """The score of the lesion at this visit; None unless several of its images have one."""
    decided_at: datetime | None = None
    """When the newest decision was recorded."""
    is_outcome_known: bool = False
    """It was entered what became of the lesion."""
    assigned_to: str = ""
    """Who is to decide the case; "" stands for nobody."""
    tags: tuple[str, ...] = ()
    """Free words that people put on the case."""

    def waiting(self, reckoning: Reckoning) -> Waiting | None:
        """Return how long the case has been waiting for its decision; None once it is decided."""
        if self.status == "decided":
            return None
        band = None if self.priority is None else self.priority.band
        return waiting_of(self.imported_at, band, reckoning)

    @property
    def awaits_outcome(self) -> bool:
        """Say whether the case is decided and nobody has entered what became of the lesion."""
        return self.decided_at is not None and not self.is_outcome_known

    @property
    def no_score_words(self) -> str:
        """Return in a word or two that the image gets no score; "" where it may get one."""
        if self.is_damaged:
            return _(DAMAGED_WORDS)
        return _(NO_SCORE) if self.no_score_reason else ""


@dataclass(frozen=True, slots=True)
class ListedCase:
    """What is known of a case of the work list without reading its line."""

    image_id: ImageId
    is_decided: bool
    is_reviewed: bool
    """A person has corrected or confirmed the boundary."""
