"""Cases in the domain's words, on one SQLAlchemy session.

Every write that a line of the work list depends on renews that line in the same transaction.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from app.domain.analysis.prediction import BoundaryPrediction, ScorePrediction
from app.domain.analysis.triage import Band
from app.domain.case import Case, CaseLine, ListedCase
from app.domain.case_filter import CaseFilter
from app.domain.errors import NotFoundError
from app.domain.ids import BlobName, ImageId, LesionId, PatientId, VisitId
from app.domain.image import Calibration, DermoscopicImage
from app.domain.lesion import Lesion, Visit
from app.domain.other_lesions import LesionList
from app.domain.outcome import LesionOutcome
from app.domain.people.patient import Patient, made_up_code
from app.domain.readings.reading import Reading
from app.domain.revision import Decision, MaskRevision
from app.domain.work_list.due import Reckoning
from app.storage import mapping
from app.storage.read_cases import has_images, read_cases
from app.storage.rows import (
    NOT_REVIEWED_RANK,
    BoundaryAssessmentRow,
    BoundaryPredictionRow,
    CaseIndexRow,
    DecisionRow,
    ImageRow,
    LesionListRow,
    LesionRow,
    MaskRevisionRow,
    OtherLesionRow,
    OutcomeRow,
    PatientRow,
    ScorePredictionRow,
    VisitRow,
)
from app.storage.work_list_query import matching, ordered
from app.translation import _

_Found = TypeVar("_Found", PatientRow, LesionRow, VisitRow, ImageRow)


class CaseRepository:
    """Everything that is stored about cases."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add_patient(self, patient: Patient) -> None:
        """Store a new patient."""
        self._session.add(mapping.patient_row(patient))
        self._session.flush()

    def update_patient(self, patient: Patient) -> None:
        """Store a patient's new values."""
        self._found(PatientRow, patient.id, "patient")
        self._session.merge(mapping.patient_row(patient))
        self._reindex(self._image_ids(LesionRow.patient_id == patient.id))

    def patient(self, patient_id: PatientId) -> Patient:
        """Return a patient."""
        return mapping.patient_of(self._found(PatientRow, patient_id, "patient"))

    def patient_by_code(self, code: str) -> Patient | None:
        """Return the patient with this code."""
        row = self._session.scalar(select(PatientRow).where(PatientRow.code == code))
        return None if row is None else mapping.patient_of(row)

    def patients_by_number(self, number: str) -> list[Patient]:
        """Return the patients whose files have this Patient ID, or who have it as their code."""
        wanted = or_(PatientRow.issued_id == number, PatientRow.code == number)
        rows = self._session.scalars(select(PatientRow).where(wanted).order_by(PatientRow.code))
        return [mapping.patient_of(row) for row in rows]

    def patients(self) -> list[Patient]:
        """Return all patients in the order of their codes."""
        rows = self._session.scalars(select(PatientRow).order_by(PatientRow.code))
        return [mapping.patient_of(row) for row in rows]

    def fresh_patient_code(self) -> str:
        """Return a made-up code that is not taken."""
        number = self._session.scalar(select(func.count()).select_from(PatientRow)) or 0
        while self.patient_by_code(code := made_up_code(number + 1)) is not None:
            number += 1
        return code

    def add_lesion(self, lesion: Lesion) -> None:
        """Store a new lesion of a stored patient."""
        self._session.add(mapping.lesion_row(lesion))
        self._session.flush()

    def update_lesion(self, lesion: Lesion) -> None:
        """Store a lesion's new values."""
        self._found(LesionRow, lesion.id, "lesion")
        self._session.merge(mapping.lesion_row(lesion))
        self._reindex(self._image_ids(LesionRow.id == lesion.id))

    def lesion(self, lesion_id: LesionId) -> Lesion:
        """Return a lesion."""
        return mapping.lesion_of(self._found(LesionRow, lesion_id, "lesion"))

    def lesions_of(self, patient_id: PatientId) -> list[Lesion]:
        """Return a patient's lesions that have images, by their labels."""
        query = (
            select(LesionRow)
            .where(LesionRow.patient_id == patient_id, has_images())
            .order_by(LesionRow.label, LesionRow.id)
        )
        return [mapping.lesion_of(row) for row in self._session.scalars(query)]

    def add_visit(self, visit: Visit) -> None:
        """Store a new visit for a stored lesion."""
        self._session.add(mapping.visit_row(visit))
        self._session.flush()

    def update_visit(self, visit: Visit) -> None:
        """Store a visit's new values."""
        stored = self._found(VisitRow, visit.id, "visit")
        is_moved = stored.visited_on != visit.visited_on
        self._session.merge(mapping.visit_row(visit))
        self._session.flush()
        if is_moved:
            self._reindex(self._image_ids(LesionRow.id == visit.lesion_id))

    def visit(self, visit_id: VisitId) -> Visit:
        """Return a visit."""
        return mapping.visit_of(self._found(VisitRow, visit_id, "visit"))

    def visits_of(self, lesion_id: LesionId) -> list[Visit]:
        """Return a lesion's visits that have images, the earliest first."""
        has_image = select(ImageRow.id).where(ImageRow.visit_id == VisitRow.id).exists()
        query = (
            select(VisitRow)
            .where(VisitRow.lesion_id == lesion_id, has_image)
            .order_by(VisitRow.visited_on, VisitRow.id)
        )
        return [mapping.visit_of(row) for row in self._session.scalars(query)]

    def add_image(self, image: DermoscopicImage, thumbnail: BlobName) -> None:
        """Store a new image of a stored visit."""
        self._session.add(mapping.image_row(image, thumbnail))
        self._session.flush()
        self._reindex([image.id])

    def update_calibration(self, image_id: ImageId, calibration: Calibration | None) -> None:
        """Store the scale of an image."""
        row = self._image(image_id)
        row.mm_per_px = calibration.mm_per_px if calibration else None
        row.calibration_source = calibration.source if calibration else None

    def mark_as_sample(self, image_id: ImageId) -> None:
        """Store that an image came with the program."""
        self._image(image_id).is_sample = True

    def image_by_original(self, original: BlobName) -> ImageId | None:
        """Return the image that was imported from this very file, hidden or not."""
        found = self._session.scalar(select(ImageRow.id).where(ImageRow.original == original))
        return None if found is None else ImageId(found)

    def images_of(self, lesion_id: LesionId) -> list[ImageId]:
        """Return a lesion's images in the order of their import, hidden ones left out."""
        return self._image_ids(LesionRow.id == lesion_id, ImageRow.is_hidden.is_(False))

    def every_image_of(self, lesion_id: LesionId) -> list[ImageId]:
        """Return a lesion's images in the order of their import, hidden ones too."""
        return self._image_ids(LesionRow.id == lesion_id)

    def every_image_of_patient(self, patient_id: PatientId) -> list[ImageId]:
        """Return a patient's images in the order of their import, hidden ones too."""
        return self._image_ids(LesionRow.patient_id == patient_id)

    def visit_of_image(self, image_id: ImageId) -> Visit:
        """Return the visit under which an image is filed."""
        return self.visit(VisitId(self._image(image_id).visit_id))

    def file_image(self, image_id: ImageId, visit_id: VisitId) -> None:
        """File an image under another visit; its line in the work list has to be renewed afterwards."""
        self._found(VisitRow, visit_id, "visit")
        self._image(image_id).visit_id = visit_id
        self._session.flush()

    def lesions_by_tracking_uid(self, tracking_uid: str) -> list[Lesion]:
        """Return the lesions that files name by a Tracking UID, each as the lesion it was merged into."""
        rows = self._session.scalars(select(LesionRow).where(LesionRow.tracking_uid == tracking_uid))
        found = (self.standing_lesion(mapping.lesion_of(row)) for row in rows)
        return list({lesion.id: lesion for lesion in found}.values())

    def standing_lesion(self, lesion: Lesion) -> Lesion:
        """Return the lesion into which one was merged, else the lesion itself."""
        passed = {lesion.id}
        while lesion.merged_into is not None and lesion.merged_into not in passed:
            lesion = self.lesion(lesion.merged_into)
            passed.add(lesion.id)
        return lesion

    def set_image_kind(self, image_id: ImageId, image_type: str | None, dermoscopic_type: str | None) -> None:
        """Store what an image shows and with which kind of dermoscope it was taken."""
        row = self._image(image_id)
        row.image_type, row.dermoscopic_type = image_type, dermoscopic_type

    def is_hidden(self, image_id: ImageId) -> bool:
        """Say whether an image was removed from the work list."""
        return self._image(image_id).is_hidden

    def add_boundary(self, prediction: BoundaryPrediction) -> None:
        """Append a boundary prediction, with its assessment when it has one already."""
        self._append(mapping.boundary_row(prediction), prediction.image_id)
        if prediction.is_assessed:
            self.add_assessment(prediction)

    def add_assessment(self, prediction: BoundaryPrediction) -> None:
        """Append how sure a stored boundary prediction is, once; the prediction itself stays as it was."""
        self._append(mapping.assessment_row(prediction), prediction.image_id)

    def add_score(self, prediction: ScorePrediction) -> None:
        """Append a score."""
        self._append(mapping.score_row(prediction), prediction.image_id)

    def add_revision(self, revision: MaskRevision) -> None:
        """Append a mask revision."""
        self._append(mapping.revision_row(revision), revision.image_id)

    def add_lesion_list(self, found: LesionList) -> None:
        """Append a list of the lesions of an image."""
        self._image(found.image_id)
        row, others = mapping.lesion_list_rows(found)
        self._session.add(row)
        self._session.flush()
        self._session.add_all(others)
        self._session.flush()

    def add_decision(self, decision: Decision) -> None:
        """Append a clinician's decision."""
        self._append(mapping.decision_row(decision), decision.image_id)

    def add_outcome(self, outcome: LesionOutcome) -> None:
        """Append what became of a lesion to one of its images."""
        self._append(mapping.outcome_row(outcome), outcome.image_id)

    def add_reading(self, reading: Reading) -> None:
        """Append a clinician's answers to a form; no line of the work list depends on them."""
        self._image(reading.image_id)
        self._session.add(mapping.reading_row(reading))
        self._session.flush()

    def images_of_visit(self, image_id: ImageId) -> list[ImageId]:
        """Return an image and the others of its lesion from the same day, hidden ones of those left out."""
        return [image_id, *self._other_images(image_id)]

    def case(self, image_id: ImageId) -> Case:
        """Return an image in its context."""
        return read_cases(self._session, [image_id])[0]

    def cases(self, image_ids: Sequence[ImageId]) -> list[Case]:
        """Return images in their contexts, in the same order; a few queries for all of them."""
        return read_cases(self._session, image_ids)

    def renew_lines(self, image_ids: Sequence[ImageId]) -> None:
        """Bring the lines of these cases alone up to date; a few queries for all of them."""
        # Held until all are merged, because a session forgets rows that nobody holds and reads them singly.
        held = list(self._session.scalars(select(CaseIndexRow).where(CaseIndexRow.image_id.in_(image_ids))))
        rows = self._session.scalars(select(ImageRow).where(ImageRow.id.in_(image_ids)))
        image_by_id = {row.id: row for row in rows}
        for case in self.cases(image_ids):
            image = image_by_id[case.image.id]
            self._session.merge(mapping.index_row(case, image.thumbnail, is_hidden=image.is_hidden))
        self._session.flush()
        del held

    def renew_line(self, image_id: ImageId) -> None:
        """Bring a case's line in the work list up to date after an act that the audit trail tells of."""
        self._reindex([image_id])

    def case_count(
        self,
        search: str = "",
        *,
        shown: CaseFilter = CaseFilter.ALL,
        removed: bool = False,
        reckoning: Reckoning | None = None,
    ) -> int:
        """Return how many lines the work list has, or how many cases were removed from it."""
        conditions = matching(search, shown, removed=removed, reckoning=reckoning)
        query = select(func.count()).select_from(CaseIndexRow).where(*conditions)
        return self._session.scalar(query) or 0

    def case_lines(
        self,
        *,
        offset: int = 0,
        limit: int = 200,
        search: str = "",
        shown: CaseFilter = CaseFilter.ALL,
        order: str = "priority",
        descending: bool = False,
        removed: bool = False,
        reckoning: Reckoning | None = None,
    ) -> list[CaseLine]:
        """Return a window of the work list or of the removed cases; empty fields always come last.

        ``order`` is one of ``list_cases.ORDERS``; without a reckoning, the default days of the bands hold.

        Raises:
            InvalidFieldError: the search has a condition that means nothing.
        """
        sorting = ordered(order, descending=descending, reckoning=reckoning)
        # Found and sorted by what the index holds; the lines themselves, which are long, are read of the
        # window alone.
        window = (
            select(CaseIndexRow.image_id)
            .where(*matching(search, shown, removed=removed, reckoning=reckoning))
            .order_by(*sorting)
            .offset(offset)
            .limit(limit)
        )
        query = select(CaseIndexRow).where(CaseIndexRow.image_id.in_(window)).order_by(*sorting)
        return [mapping.line_of(row) for row in self._session.scalars(query)]

    def listed(
        self,
        search: str = "",
        *,
        shown: CaseFilter = CaseFilter.ALL,
        order: str = "priority",
        descending: bool = False,
        removed: bool = False,
        reckoning: Reckoning | None = None,
    ) -> list[ListedCase]:
        """Return all that the work list shows, in its order, in one query and without their lines.

        Raises:
            InvalidFieldError: the search has a condition that means nothing.
        """
        query = (
            select(CaseIndexRow.image_id, CaseIndexRow.status, CaseIndexRow.correction_rank)
            .where(*matching(search, shown, removed=removed, reckoning=reckoning))
            .order_by(*ordered(order, descending=descending, reckoning=reckoning))
        )
        return [
            ListedCase(ImageId(image_id), status == "decided", rank != NOT_REVIEWED_RANK)
            for image_id, status, rank in self._session.execute(query)
        ]

    def lines_of(self, image_ids: Sequence[ImageId]) -> list[CaseLine]:
        """Return the lines of some cases by priority, hidden ones too."""
        rows = (self._session.get(CaseIndexRow, image_id) for image_id in image_ids)
        found = [row for row in rows if row is not None]
        found.sort(key=lambda row: (row.queue_rank, row.queue_urgency, row.imported_at, row.image_id))
        return [mapping.line_of(row) for row in found]

    def has_other_lesions(self, image_ids: Sequence[ImageId]) -> bool:
        """Say whether one of the images shows lesions beside the one of interest."""
        newest = select(func.max(LesionListRow.sequence)).group_by(LesionListRow.image_id)
        query = (
            select(LesionListRow.image_id)
            .join(OtherLesionRow, OtherLesionRow.list_id == LesionListRow.id)
            .where(LesionListRow.sequence.in_(newest), OtherLesionRow.area_px > 0)
        )
        return not set(image_ids).isdisjoint(self._session.scalars(query))

    def images_predicted_by_others(
        self, *, boundary_sha256: str | None, score_sha256: str | None
    ) -> list[ImageId]:
        """Return the images in the work list whose newest boundary or score other weights have made.

        A kind of prediction whose weights are None is not looked at.
        """
        found: set[str] = set()
        for table, sha256 in ((BoundaryPredictionRow, boundary_sha256), (ScorePredictionRow, score_sha256)):
            if sha256 is None:
                continue
            newest = select(func.max(table.sequence)).group_by(table.image_id)
            # A withheld score is not computed again; its line has none.
            has_score = [CaseIndexRow.probability.is_not(None)] if table is ScorePredictionRow else []
            query = (
                select(table.image_id)
                .join(CaseIndexRow, CaseIndexRow.image_id == table.image_id)
                .where(
                    table.sequence.in_(newest),
                    table.weights_sha256 != sha256,
                    CaseIndexRow.is_hidden.is_(False),
                    *has_score,
                )
            )
            found.update(self._session.scalars(query))
        return [ImageId(each) for each in sorted(found)]

    def decided_bands(self, score_sha256: str) -> list[tuple[str, Band, bool]]:
        """Return diagnosis and band of each decided case in the list whose newest score these weights gave.

        The diagnosis is that of the newest outcome where one is known (True), else of the newest decision.
        """
        newest_decision = select(func.max(DecisionRow.sequence)).group_by(DecisionRow.image_id)
        newest_outcome = select(func.max(OutcomeRow.sequence)).group_by(OutcomeRow.image_id)
        newest_score = select(func.max(ScorePredictionRow.sequence)).group_by(ScorePredictionRow.image_id)
        query = (
            select(DecisionRow.diagnosis, OutcomeRow.diagnosis, CaseIndexRow.band)
            .join(CaseIndexRow, CaseIndexRow.image_id == DecisionRow.image_id)
            .join(ScorePredictionRow, ScorePredictionRow.image_id == DecisionRow.image_id)
            .outerjoin(
                OutcomeRow,
                and_(OutcomeRow.image_id == DecisionRow.image_id, OutcomeRow.sequence.in_(newest_outcome)),
            )
            .where(
                DecisionRow.sequence.in_(newest_decision),
                ScorePredictionRow.sequence.in_(newest_score),
                ScorePredictionRow.weights_sha256 == score_sha256,
                CaseIndexRow.is_hidden.is_(False),
            )
        )
        return [
            (diagnosis, Band(band), found is not None)
            for decided, found, band in self._session.execute(query)
            if (diagnosis := found or decided) is not None and band is not None
        ]

    def revisions_since(self, moment: datetime, author: str) -> list[MaskRevision]:
        """Return the masks that a person has stored from a moment on, signed or not, the oldest first."""
        query = (
            select(MaskRevisionRow)
            .where(
                MaskRevisionRow.created_at >= moment,
                MaskRevisionRow.author == author,
            )
            .order_by(MaskRevisionRow.sequence)
        )
        return [mapping.revision_of(row) for row in self._session.scalars(query)]

    def remove_image(self, image_id: ImageId) -> None:
        """Hide a case from the work list; it is kept in the store."""
        self._set_hidden(image_id, is_hidden=True)

    def restore_image(self, image_id: ImageId) -> None:
        """Bring a hidden case back."""
        self._set_hidden(image_id, is_hidden=False)

    def _set_hidden(self, image_id: ImageId, *, is_hidden: bool) -> None:
        self._image(image_id).is_hidden = is_hidden
        self._reindex([image_id])

    def _append(
        self,
        row: BoundaryPredictionRow
        | BoundaryAssessmentRow
        | ScorePredictionRow
        | MaskRevisionRow
        | DecisionRow
        | OutcomeRow,
        image_id: ImageId,
    ) -> None:
        self._image(image_id)
        self._session.add(row)
        self._session.flush()
        self._reindex([image_id])

    def _reindex(self, image_ids: Iterable[ImageId]) -> None:
        """Renew the lines of images, and of those whose lesion's score they are part of."""
        touched = (each for image_id in image_ids for each in self.images_of_visit(image_id))
        self.renew_lines(list(dict.fromkeys(touched)))

    def _other_images(self, image_id: ImageId) -> list[ImageId]:
        visit = self._found(VisitRow, self._image(image_id).visit_id, "visit")
        return self._image_ids(
            VisitRow.lesion_id == visit.lesion_id,
            VisitRow.visited_on == visit.visited_on,
            ImageRow.is_hidden.is_(False),
            ImageRow.id != image_id,
        )

    def _image_ids(self, *conditions: ColumnElement[bool]) -> list[ImageId]:
        query = (
            select(ImageRow.id)
            .join(VisitRow, VisitRow.id == ImageRow.visit_id)
            .join(LesionRow, LesionRow.id == VisitRow.lesion_id)
            .where(*conditions)
            .order_by(ImageRow.imported_at, ImageRow.id)
        )
        return [ImageId(found) for found in self._session.scalars(query)]

    def _image(self, image_id: ImageId) -> ImageRow:
        return self._found(ImageRow, image_id, "image")

    def _found(self, table: type[_Found], identifier: str, noun: str) -> _Found:
        row = self._session.get(table, identifier)
        if row is None:
            raise NotFoundError(_("This {noun} is not in the case store any more.").format(noun=noun))
        return row
