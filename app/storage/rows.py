"""The tables, as typed rows; ``mapping`` turns them into domain values and back.

Rules that hold in the database itself: identifiers are random text; what a model or a person said
(predictions, revisions, decisions, outcomes, audit events) is append-only by trigger; time is UTC text.
"""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, MetaData, String, UniqueConstraint
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from app.domain.case_fields import OLDEST_AGE_YEARS
from app.domain.storable_text import storable

APPEND_ONLY = (
    "boundary_prediction",
    "boundary_assessment",
    "score_prediction",
    "mask_revision",
    "decision",
    "outcome",
    "reading",
    "audit_event",
    "marked_structure",
    "lesion_list",
    "other_lesion",
    "case_tag",
    "assignment",
    "saved_filter",
    "device_profile",
)
"""Tables that triggers protect against UPDATE and DELETE."""

NOT_REVIEWED_RANK, CORRECTED_RANK, CONFIRMED_RANK = 0, 1, 2
"""What a person has done to a boundary, in a line of the work list; what is not reviewed comes first."""

_ID = String(32)
_HASH = String(64)


class UtcText(TypeDecorator[datetime]):
    """A moment as ISO 8601 text in UTC, so that text order is time order."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Write an aware moment."""
        return None if value is None else value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ANN401
        """Read an aware moment."""
        return None if value is None else datetime.fromisoformat(value)


class StorableText(TypeDecorator[str]):
    """A text, without halves of characters that no file could hold."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Write a text."""
        return None if value is None else storable(value)


class Row(DeclarativeBase):
    """What all tables share: names of constraints, and how Python types are stored."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012
        str: StorableText(),
        datetime: UtcText(),
        list[str]: JSON(),
        list[list[str]]: JSON(),
    }


class PatientRow(Row):
    """A patient."""

    __tablename__ = "patient"
    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    birth_year: Mapped[int | None]
    sex: Mapped[str | None]
    fitzpatrick_skin_type: Mapped[str | None]
    personal_hx_mm: Mapped[bool | None]
    family_hx_mm: Mapped[bool | None]
    notes: Mapped[str]
    issuer: Mapped[str]
    issued_id: Mapped[str] = mapped_column(index=True)
    birthday: Mapped[str]


class LesionRow(Row):
    """A lesion of a patient."""

    __tablename__ = "lesion"
    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    label: Mapped[str]
    site: Mapped[str | None]
    site_special: Mapped[str | None]
    anatomic_site: Mapped[str | None]
    laterality: Mapped[str | None]
    clin_size_long_diam_mm: Mapped[float | None]
    notes: Mapped[str]
    tracking_uid: Mapped[str] = mapped_column(index=True)
    merged_into: Mapped[str | None] = mapped_column(_ID)


class VisitRow(Row):
    """An occasion at which a lesion was photographed."""

    __tablename__ = "visit"
    __table_args__ = (CheckConstraint(f"age_years BETWEEN 0 AND {OLDEST_AGE_YEARS}", name="age_years"),)
    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    lesion_id: Mapped[str] = mapped_column(ForeignKey("lesion.id"), index=True)
    visited_on: Mapped[date]
    age_years: Mapped[int | None]


class ImageRow(Row):
    """An imported image; its visit, kind and scale can change, and whether it is hidden and a sample."""

    __tablename__ = "image"
    __table_args__ = (CheckConstraint("width_px > 0 AND height_px > 0", name="size"),)
    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    visit_id: Mapped[str] = mapped_column(ForeignKey("visit.id"), index=True)
    file_name: Mapped[str]
    media_type: Mapped[str]
    original: Mapped[str] = mapped_column(_HASH, unique=True)
    upright: Mapped[str] = mapped_column(_HASH)
    thumbnail: Mapped[str] = mapped_column(_HASH)
    width_px: Mapped[int]
    height_px: Mapped[int]
    imported_at: Mapped[datetime]
    imported_by: Mapped[str]
    provenance: Mapped[list[list[str]]]
    image_type: Mapped[str | None]
    dermoscopic_type: Mapped[str | None]
    mm_per_px: Mapped[float | None]
    calibration_source: Mapped[str | None]
    is_hidden: Mapped[bool]
    is_sample: Mapped[bool]


class PredictedByModel:
    """Columns of everything a model said."""

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(_ID, unique=True)
    image_id: Mapped[str] = mapped_column(ForeignKey("image.id"), index=True)
    model_name: Mapped[str]
    model_version: Mapped[str]
    weights_sha256: Mapped[str]
    preprocessing: Mapped[str]
    threshold: Mapped[float]
    engine: Mapped[str]
    provider: Mapped[str]
    milliseconds: Mapped[float]
    predicted_at: Mapped[datetime]


class BoundaryPredictionRow(PredictedByModel, Row):
    """A boundary prediction."""

    __tablename__ = "boundary_prediction"
    mask: Mapped[str] = mapped_column(_HASH)
    probability: Mapped[str] = mapped_column(_HASH)
    is_dermoscopic: Mapped[bool | None]
    """This and what follows: what the model found of the whole frame; NULL when it did not tell."""
    has_lesion: Mapped[bool | None]
    frame_distance: Mapped[float | None]
    lesion_logit: Mapped[float | None]


class BoundaryAssessmentRow(Row):
    """How sure a boundary prediction is; computed after it, at most once."""

    __tablename__ = "boundary_assessment"
    __table_args__ = (
        CheckConstraint("border_uncertainty BETWEEN 0 AND 1", name="border_uncertainty"),
        CheckConstraint("unlikeness BETWEEN 0 AND 1", name="unlikeness"),
    )
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    prediction_id: Mapped[str] = mapped_column(ForeignKey("boundary_prediction.id"), unique=True)
    image_id: Mapped[str] = mapped_column(ForeignKey("image.id"), index=True)
    disagreement: Mapped[str | None] = mapped_column(_HASH)
    border_uncertainty: Mapped[float | None]
    atypicality: Mapped[float | None] = mapped_column("unlikeness")


class ScorePredictionRow(PredictedByModel, Row):
    """A score, with the triage thresholds that were in force."""

    __tablename__ = "score_prediction"
    __table_args__ = (CheckConstraint("probability BETWEEN 0 AND 1", name="probability"),)
    probability: Mapped[float]
    probability_low: Mapped[float]
    probability_high: Mapped[float]
    mask_source: Mapped[str] = mapped_column(_ID)
    missing_inputs: Mapped[list[str]]
    quality_warnings: Mapped[list[str]]
    urgent_threshold: Mapped[float | None]
    soon_threshold: Mapped[float | None]
    diagnosis_shares: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    """A name, is_malignant and share for each diagnosis; NULL when the model tells none apart."""
    inputs_sha256: Mapped[str | None] = mapped_column(_HASH)
    """Digest of what the score was computed from; NULL in rows of earlier schemas."""


class MaskRevisionRow(Row):
    """A person's version of a mask."""

    __tablename__ = "mask_revision"
    __table_args__ = (UniqueConstraint("image_id", "number"),)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(_ID, unique=True)
    image_id: Mapped[str] = mapped_column(ForeignKey("image.id"))
    number: Mapped[int]
    mask: Mapped[str] = mapped_column(_HASH)
    supersedes: Mapped[str | None] = mapped_column(_ID)
    author: Mapped[str]
    created_at: Mapped[datetime]
    reason: Mapped[str]
    is_signed: Mapped[bool]
    lesion: Mapped[int] = mapped_column(server_default="1")


class LesionListRow(Row):
    """Which lesions an image shows."""

    __tablename__ = "lesion_list"
    __table_args__ = (UniqueConstraint("image_id", "revision"),)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(_ID, unique=True)
    image_id: Mapped[str] = mapped_column(ForeignKey("image.id"))
    revision: Mapped[int]
    of_interest: Mapped[int]
    name_of_interest: Mapped[str]
    mask_revision: Mapped[str | None] = mapped_column(_ID)
    change: Mapped[str]
    author: Mapped[str]
    created_at: Mapped[datetime]


class OtherLesionRow(Row):
    """A lesion of a list that is not of interest."""

    __tablename__ = "other_lesion"
    __table_args__ = (
        UniqueConstraint("list_id", "number"),
        CheckConstraint("area_px >= 0", name="area_px"),
    )
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    list_id: Mapped[str] = mapped_column(ForeignKey("lesion_list.id"))
    number: Mapped[int]
    name: Mapped[str]
    mask: Mapped[str] = mapped_column(_HASH)
    area_px: Mapped[int]
    author: Mapped[str]
    is_signed: Mapped[bool]


class DecisionRow(Row):
    """A clinician's own diagnosis and management."""

    __tablename__ = "decision"
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(_ID, unique=True)
    image_id: Mapped[str] = mapped_column(ForeignKey("image.id"), index=True)
    diagnosis: Mapped[str | None]
    diagnosis_confirm_type: Mapped[str | None]
    management: Mapped[str | None]
    comment: Mapped[str]
    author: Mapped[str]
    created_at: Mapped[datetime]


class OutcomeRow(Row):
    """What became of a lesion, entered at one of its images."""

    __tablename__ = "outcome"
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(_ID, unique=True)
    image_id: Mapped[str] = mapped_column(ForeignKey("image.id"), index=True)
    diagnosis: Mapped[str | None]
    confirm_type: Mapped[str | None]
    known_on: Mapped[date]
    note: Mapped[str]
    author: Mapped[str]
    created_at: Mapped[datetime]
    entered_at: Mapped[str | None] = mapped_column(_ID)
    move_id: Mapped[str | None] = mapped_column(_ID)


class ReadingRow(Row):
    """A clinician's answers to a form."""

    __tablename__ = "reading"
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(_ID, unique=True)
    image_id: Mapped[str] = mapped_column(ForeignKey("image.id"), index=True)
    form: Mapped[str]
    answers: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """A criterion, value, confirmed_by, proposed and, where it differs, evidence for each answer."""
    evidence_mask: Mapped[str | None] = mapped_column(_HASH)
    """Mask that proposals were measured on; NULL where nothing was proposed."""
    evidence_definition: Mapped[str | None]
    author: Mapped[str]
    created_at: Mapped[datetime]


class AuditEventRow(Row):
    """An act."""

    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_event_what_subject", "what", "subject"),)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime]
    who: Mapped[str]
    what: Mapped[str]
    subject: Mapped[str] = mapped_column(index=True)
    detail: Mapped[str]
    weights_sha256: Mapped[str | None]


_QUEUE = ("is_hidden", "queue_rank", "queue_urgency", "imported_at", "image_id")
_FILTERED = (
    "queue_band",
    "status",
    "site",
    "correction_rank",
    "is_outcome_known",
    "needs_check",
    "decided_at",
    "visited_on",
    "decided_by",
    "assigned_to",
    "score_model",
    "tags",
    "diagnosis",
    "patient_code",
    "searched",
)


class CaseIndexRow(Row):
    """The work list's line of an image: what other tables say, kept so that 100,000 cases open at once."""

    __tablename__ = "case_index"
    __table_args__ = (
        # Holds all that filters and the search ask, so that 100,000 lines are counted without being read.
        Index("ix_case_index_queue", *_QUEUE, *_FILTERED),
        Index("ix_case_index_score", "is_hidden", "probability", "imported_at", "image_id"),
        Index(None, "is_hidden", "imported_at", "image_id"),
        Index(None, "is_hidden", "patient_code", "imported_at", "image_id"),
        Index(None, "is_hidden", "correction_rank", "correction_urgency", "imported_at", "image_id"),
    )
    image_id: Mapped[str] = mapped_column(ForeignKey("image.id"), primary_key=True)
    is_hidden: Mapped[bool]
    thumbnail: Mapped[str] = mapped_column(_HASH)
    patient_code: Mapped[str]
    patient_name: Mapped[str]
    site: Mapped[str | None]
    band: Mapped[int | None]
    """The band of the image's own score."""
    reasons: Mapped[list[str]]
    probability: Mapped[float | None]
    status: Mapped[str]
    imported_at: Mapped[datetime]
    file_name: Mapped[str]
    queue_rank: Mapped[int]
    queue_urgency: Mapped[float]
    """Minus the probability, so that one ascending index serves the queue."""
    searched: Mapped[str]
    """Everything the search field looks through, case-folded."""
    border_uncertainty: Mapped[float | None]
    score_spread: Mapped[float | None]
    atypicality: Mapped[float | None] = mapped_column("unlikeness")
    correction_rank: Mapped[int]
    """Whether a person has corrected or confirmed the boundary: one of the ranks above."""
    correction_urgency: Mapped[float]
    """Minus the expected benefit, so that one ascending index serves the order."""
    queue_band: Mapped[int | None]
    """The band under which the case is listed: ``band``, or that of the lesion's score when it is sooner."""
    lesion_image_count: Mapped[int | None]
    """Images in the lesion's score, 0 without one; NULL when an earlier version wrote the line."""
    lesion_score: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """The lesion's score with its range, band and reasons; NULL without one."""
    decided_at: Mapped[datetime | None]
    """When the newest decision was recorded."""
    is_outcome_known: Mapped[bool]
    diagnosis: Mapped[str | None]
    """That of the newest outcome where one is known, else that of the newest decision."""
    decided_by: Mapped[str | None]
    """Who recorded the newest decision."""
    visited_on: Mapped[date | None]
    score_model: Mapped[str] = mapped_column(server_default="")
    """Name and version of the model of the newest score; "" without one."""
    needs_check: Mapped[bool] = mapped_column(server_default="0")
    """Something is wrong with the image of a case that has a band."""
    assigned_to: Mapped[str] = mapped_column(server_default="")
    tags: Mapped[str] = mapped_column(server_default="")
    """Each between two line breaks; "" without one."""
