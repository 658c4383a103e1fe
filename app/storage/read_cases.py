"""Cases with everything that is stored about them, read for many images with a few queries."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from app.domain.analysis.input_edits import inputs_edited_between
from app.domain.analysis.prediction import BoundaryPrediction, ScorePrediction
from app.domain.audit import AuditEvent, AuditKind
from app.domain.case import Case
from app.domain.errors import NotFoundError
from app.domain.ids import ImageId, PredictionId, is_id
from app.domain.other_lesions import LesionList
from app.storage import mapping
from app.storage.case_tags import assigned_people, standing_tags
from app.storage.rows import (
    AuditEventRow,
    BoundaryAssessmentRow,
    BoundaryPredictionRow,
    DecisionRow,
    ImageRow,
    LesionListRow,
    LesionRow,
    MaskRevisionRow,
    OtherLesionRow,
    OutcomeRow,
    PatientRow,
    ReadingRow,
    ScorePredictionRow,
    VisitRow,
)
from app.translation import _

_Entity = TypeVar("_Entity", PatientRow, LesionRow, VisitRow, ImageRow)
_OfImage = TypeVar(
    "_OfImage",
    BoundaryPredictionRow,
    BoundaryAssessmentRow,
    ScorePredictionRow,
    MaskRevisionRow,
    DecisionRow,
    OutcomeRow,
    ReadingRow,
    LesionListRow,
)
_Value = TypeVar("_Value")


def read_cases(session: Session, image_ids: Sequence[ImageId]) -> list[Case]:
    """Return the cases of some images in the same order.

    Raises:
        NotFoundError: an image is not stored.
    """
    others = _other_images(session, image_ids)
    wanted = dict.fromkeys([*image_ids, *(other for found in others.values() for other in found)])
    alone = {case.image.id: case for case in _cases_alone(session, list(wanted))}
    readings = _of_images(session, ReadingRow, image_ids, mapping.reading_of)
    return [
        replace(
            alone[image_id],
            readings=tuple(readings[image_id]),
            other_images=tuple(alone[one].image_scores for one in others[image_id]),
        )
        for image_id in image_ids
    ]


def _other_images(session: Session, image_ids: Collection[str]) -> defaultdict[str, list[ImageId]]:
    """The other images of each image's lesion from the same day, in the order of import, no hidden ones."""
    image, visit, other, other_visit = (
        aliased(ImageRow),
        aliased(VisitRow),
        aliased(ImageRow),
        aliased(VisitRow),
    )
    query = (
        select(image.id, other.id)
        .join(visit, visit.id == image.visit_id)
        .join(
            other_visit,
            and_(other_visit.lesion_id == visit.lesion_id, other_visit.visited_on == visit.visited_on),
        )
        .join(other, other.visit_id == other_visit.id)
        .where(image.id.in_(image_ids), other.id != image.id, other.is_hidden.is_(False))
        .order_by(other.imported_at, other.id)
    )
    found = defaultdict[str, list[ImageId]](list)
    for image_id, other_id in session.execute(query):
        found[image_id].append(ImageId(other_id))
    return found


def _cases_alone(session: Session, image_ids: Sequence[ImageId]) -> list[Case]:
    """The cases of images, without the other images of their visits."""
    images = _by_id(session, ImageRow, image_ids, "image")
    visits = _by_id(session, VisitRow, {row.visit_id for row in images.values()}, "visit")
    lesions = _by_id(session, LesionRow, {row.lesion_id for row in visits.values()}, "lesion")
    patients = _by_id(session, PatientRow, {row.patient_id for row in lesions.values()}, "patient")
    sizes = _lesion_sizes_mm(session, patients)
    boundaries = _boundaries(session, image_ids)
    scores = _of_images(session, ScorePredictionRow, image_ids, mapping.score_of)
    revisions = _of_images(session, MaskRevisionRow, image_ids, mapping.revision_of)
    decisions = _of_images(session, DecisionRow, image_ids, mapping.decision_of)
    outcomes = _of_images(session, OutcomeRow, image_ids, mapping.outcome_of)
    lesion_lists = _lesion_lists(session, image_ids)
    accepted = _named_by(session, AuditKind.BAND_ACCEPTED, image_ids)
    overruled = _overruled_boundaries(session, image_ids)
    visit_by_image = {image_id: visits[images[image_id].visit_id] for image_id in image_ids}
    subjects_by_image = {
        image_id: (image_id, visit.id, visit.lesion_id, lesions[visit.lesion_id].patient_id)
        for image_id, visit in visit_by_image.items()
    }
    edited = _edited_since_score(session, scores, subjects_by_image)
    tags, assigned = standing_tags(session, image_ids), assigned_people(session, image_ids)
    cases = []
    for image_id in image_ids:
        image = images[image_id]
        visit = visit_by_image[image_id]
        lesion = lesions[visit.lesion_id]
        cases.append(
            Case(
                image=mapping.image_of(image),
                visit=mapping.visit_of(visit),
                lesion=mapping.lesion_of(lesion),
                patient=mapping.patient_of(patients[lesion.patient_id]),
                boundaries=tuple(boundaries[image_id]),
                scores=tuple(scores[image_id]),
                revisions=tuple(revisions[image_id]),
                decisions=tuple(decisions[image_id]),
                outcomes=tuple(outcomes[image_id]),
                lesion_lists=tuple(lesion_lists[image_id]),
                accepted_scores=frozenset(accepted[image_id]),
                overruled_boundaries=frozenset(overruled[image_id]),
                fellow_sizes_mm=tuple(
                    mm for lesion_id, mm in sizes[lesion.patient_id] if lesion_id != lesion.id
                ),
                is_edited_since_score=image_id in edited,
                tags=tags[image_id],
                assigned_to=assigned[image_id],
            )
        )
    return cases


def has_images() -> ColumnElement[bool]:
    """Say in SQL whether a lesion has images; one whose images were all moved away is shown nowhere."""
    visit_of_image = select(VisitRow.id).join(ImageRow, ImageRow.visit_id == VisitRow.id)
    return visit_of_image.where(VisitRow.lesion_id == LesionRow.id).correlate(LesionRow).exists()


def _by_id(
    session: Session, table: type[_Entity], identifiers: Collection[str], noun: str
) -> Mapping[str, _Entity]:
    rows = session.scalars(select(table).where(table.id.in_(identifiers)))
    found = {row.id: row for row in rows}
    if any(identifier not in found for identifier in identifiers):
        raise NotFoundError(_("This {noun} is not in the case store any more.").format(noun=noun))
    return found


def _of_images(
    session: Session,
    table: type[_OfImage],
    image_ids: Collection[str],
    value_of: Callable[[_OfImage], _Value],
) -> defaultdict[str, list[_Value]]:
    """Everything of one kind that was said about images, the oldest first."""
    found = defaultdict[str, list[_Value]](list)
    for row in session.scalars(select(table).where(table.image_id.in_(image_ids)).order_by(table.sequence)):
        found[row.image_id].append(value_of(row))
    return found


def _boundaries(session: Session, image_ids: Collection[str]) -> defaultdict[str, list[BoundaryPrediction]]:
    assessments = _of_images(session, BoundaryAssessmentRow, image_ids, lambda row: row)
    assessed = {row.prediction_id: row for rows in assessments.values() for row in rows}
    return _of_images(
        session,
        BoundaryPredictionRow,
        image_ids,
        lambda row: mapping.boundary_of(row, assessed.get(row.id)),
    )


def _lesion_lists(session: Session, image_ids: Collection[str]) -> defaultdict[str, list[LesionList]]:
    """The lists of lesions of images, the oldest first; most images have none."""
    rows = _of_images(session, LesionListRow, image_ids, lambda row: row)
    others = defaultdict[str, list[OtherLesionRow]](list)
    found = defaultdict[str, list[LesionList]](list)
    if not rows:
        return found
    list_ids = [row.id for of_image in rows.values() for row in of_image]
    for row in session.scalars(select(OtherLesionRow).where(OtherLesionRow.list_id.in_(list_ids))):
        others[row.list_id].append(row)
    for image_id, of_image in rows.items():
        found[image_id] = [mapping.lesion_list_of(row, others[row.id]) for row in of_image]
    return found


def _named_by(
    session: Session, kind: AuditKind, image_ids: Collection[str]
) -> defaultdict[str, set[PredictionId]]:
    """The predictions that acts of one kind on images name."""
    found = defaultdict[str, set[PredictionId]](set)
    query = select(AuditEventRow.subject, AuditEventRow.detail).where(
        AuditEventRow.subject.in_(image_ids), AuditEventRow.what == kind
    )
    for image_id, prediction_id in session.execute(query):
        found[image_id].add(PredictionId(prediction_id))
    return found


def _overruled_boundaries(
    session: Session, image_ids: Collection[str]
) -> defaultdict[str, set[PredictionId]]:
    """The boundary predictions that people wanted a score for although these object to one.

    The first versions noted the objection in words instead of the prediction, which then is the one before.
    """
    found = defaultdict[str, set[PredictionId]](set)
    newest_boundary: dict[str, PredictionId] = {}
    query = (
        select(AuditEventRow.subject, AuditEventRow.what, AuditEventRow.detail)
        .where(
            AuditEventRow.subject.in_(image_ids),
            AuditEventRow.what.in_((AuditKind.BOUNDARY_PREDICTED, AuditKind.UNSUITABLE_IMAGE_SCORED)),
        )
        .order_by(AuditEventRow.sequence)
    )
    for image_id, kind, detail in session.execute(query):
        if kind == AuditKind.BOUNDARY_PREDICTED:
            newest_boundary[image_id] = PredictionId(detail)
        elif is_id(detail):
            found[image_id].add(PredictionId(detail))
        elif image_id in newest_boundary:
            found[image_id].add(newest_boundary[image_id])
    return found


def _lesion_sizes_mm(
    session: Session, patient_ids: Collection[str]
) -> defaultdict[str, list[tuple[str, float]]]:
    """The lesions of patients with the sizes that were entered, by patient, without emptied lesions."""
    found = defaultdict[str, list[tuple[str, float]]](list)
    size: InstrumentedAttribute[float | None] = LesionRow.clin_size_long_diam_mm
    query = select(LesionRow.patient_id, LesionRow.id, size).where(
        LesionRow.patient_id.in_(patient_ids), size.is_not(None), has_images()
    )
    for patient_id, lesion_id, mm in session.execute(query):
        if mm is not None:
            found[patient_id].append((lesion_id, mm))
    return found


def _edited_since_score(
    session: Session,
    scores: Mapping[str, Sequence[ScorePrediction]],
    subjects_by_image: Mapping[ImageId, tuple[str, ...]],
) -> frozenset[ImageId]:
    """The images whose newest score does not know its inputs, and the trail names one entered after it."""
    unknown = {
        image_id: scores[image_id][-1].id
        for image_id in subjects_by_image
        if scores[image_id] and scores[image_id][-1].inputs_sha256 is None
    }
    if not unknown:
        return frozenset()
    subjects = {subject for image_id in unknown for subject in subjects_by_image[image_id]}
    trail = defaultdict[str, list[AuditEvent]](list)
    for row in session.scalars(select(AuditEventRow).where(AuditEventRow.subject.in_(subjects))):
        trail[row.subject].append(mapping.event_of(row))
    edited = set()
    for image_id, score_id in unknown.items():
        acts = [act for subject in subjects_by_image[image_id] for act in trail[subject]]
        if inputs_edited_between(acts, score_id):
            edited.add(image_id)
    return frozenset(edited)
