"""Row to domain value and back: fields and columns have the same names; the few others are named here."""

import json
from collections.abc import Iterable, Set
from dataclasses import asdict, fields
from typing import Any, Final, TypeVar

from app.domain.analysis.benefit import expected_benefit, reasons_to_correct
from app.domain.analysis.lesion_score import LesionScore
from app.domain.analysis.prediction import (
    BoundaryPrediction,
    DiagnosisShare,
    EngineRun,
    ModelRef,
    ScorePrediction,
)
from app.domain.analysis.triage import Band, Priority, TriageThresholds, queue_rank
from app.domain.audit import EDITS, AuditEvent, AuditKind, FieldEdit
from app.domain.case import Case, CaseLine
from app.domain.ids import BlobName, ImageId, ReadingId
from app.domain.image import DAMAGE_OBJECTION, Calibration, DermoscopicImage
from app.domain.lesion import Lesion, Visit
from app.domain.other_lesions import ImageLesions, LesionChange, LesionList, OtherLesion
from app.domain.outcome import LesionOutcome
from app.domain.people.patient import Patient
from app.domain.readings.reading import Answer, EvidenceSource, Reading
from app.domain.revision import Decision, MaskRevision, RevisionReason
from app.storage.case_tags import tags_of, tags_text
from app.storage.rows import (
    CONFIRMED_RANK,
    CORRECTED_RANK,
    NOT_REVIEWED_RANK,
    AuditEventRow,
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
    PredictedByModel,
    ReadingRow,
    Row,
    ScorePredictionRow,
    VisitRow,
)
from models.contract.imaging.frame_verdict import FrameVerdict

_KIND_BY_TEXT: Final = {kind.value: kind for kind in AuditKind}
_REASON_BY_TEXT: Final = {reason.value: reason for reason in RevisionReason}
_CHANGE_BY_TEXT: Final = {change.value: change for change in LesionChange}

_FIELD_SEPARATOR: Final = ", "
"""Between the names of edited fields in the stored detail of an act."""

_EDITS_START: Final = "[["
"""Of a stored detail with values, which is JSON: of each edit the field, its old and its new value."""

_Row = TypeVar(
    "_Row",
    PatientRow,
    LesionRow,
    VisitRow,
    ImageRow,
    ScorePredictionRow,
    MaskRevisionRow,
    DecisionRow,
    OutcomeRow,
    LesionListRow,
    OtherLesionRow,
)
_Value = TypeVar(
    "_Value",
    Patient,
    Lesion,
    Visit,
    DermoscopicImage,
    BoundaryPrediction,
    ScorePrediction,
    MaskRevision,
    Decision,
    LesionOutcome,
    AuditEvent,
    LesionList,
    OtherLesion,
)


def row_of(
    table: type[_Row],
    value: Patient
    | Lesion
    | Visit
    | DermoscopicImage
    | ScorePrediction
    | MaskRevision
    | Decision
    | LesionOutcome
    | LesionList
    | OtherLesion,
    *,
    apart: Set[str] = frozenset(),
    **columns: object,
) -> _Row:
    """Return the row of a domain value: every field in the column of its name.

    ``columns`` are stored otherwise than the value holds them; fields ``apart`` have no column of their own.
    A field without a column is refused (TypeError), so that none is lost.
    """
    names = {field.name for field in fields(value)} - apart - columns.keys()
    return table(**{name: getattr(value, name) for name in names}, **columns)


def value_of(kind: type[_Value], row: Row, /, **given: object) -> _Value:
    """Return the domain value of a row: every field from the column of its name, or as ``given``."""
    names = {field.name for field in fields(kind)} - given.keys()
    values: dict[str, Any] = {name: getattr(row, name) for name in names}
    return kind(**values | given)


def patient_row(patient: Patient) -> PatientRow:
    """Return the row of a patient."""
    return row_of(PatientRow, patient)


def patient_of(row: PatientRow) -> Patient:
    """Return the patient of a row."""
    return value_of(Patient, row)


def lesion_row(lesion: Lesion) -> LesionRow:
    """Return the row of a lesion."""
    return row_of(LesionRow, lesion)


def lesion_of(row: LesionRow) -> Lesion:
    """Return the lesion of a row."""
    return value_of(Lesion, row)


def visit_row(visit: Visit) -> VisitRow:
    """Return the row of a visit."""
    return row_of(VisitRow, visit)


def visit_of(row: VisitRow) -> Visit:
    """Return the visit of a row."""
    return value_of(Visit, row)


def image_row(image: DermoscopicImage, thumbnail: BlobName) -> ImageRow:
    """Return the row of an image that is shown in the work list."""
    scale = image.calibration
    return row_of(
        ImageRow,
        image,
        apart={"calibration"},
        provenance=[list(step) for step in image.provenance],
        mm_per_px=scale.mm_per_px if scale else None,
        calibration_source=scale.source if scale else None,
        thumbnail=thumbnail,
        is_hidden=False,
    )


def image_of(row: ImageRow) -> DermoscopicImage:
    """Return the image of a row."""
    scale = None if row.mm_per_px is None else Calibration(row.mm_per_px, row.calibration_source or "")
    return value_of(
        DermoscopicImage,
        row,
        calibration=scale,
        provenance=tuple((step[0], step[1]) for step in row.provenance),
    )


def boundary_row(prediction: BoundaryPrediction) -> BoundaryPredictionRow:
    """Return the row of a boundary prediction."""
    row = BoundaryPredictionRow(mask=prediction.mask, probability=prediction.probability)
    if (frame := prediction.frame) is not None:
        row.is_dermoscopic, row.has_lesion = frame.is_dermoscopic, frame.has_lesion
        row.frame_distance, row.lesion_logit = frame.distance, frame.lesion_logit
    _note_speaker(row, prediction)
    return row


def assessment_row(prediction: BoundaryPrediction) -> BoundaryAssessmentRow:
    """Return the row of what is known about how sure a boundary prediction is."""
    return BoundaryAssessmentRow(
        prediction_id=prediction.id,
        image_id=prediction.image_id,
        disagreement=prediction.disagreement,
        border_uncertainty=prediction.border_uncertainty,
        atypicality=prediction.atypicality,
    )


def boundary_of(row: BoundaryPredictionRow, assessed: BoundaryAssessmentRow | None) -> BoundaryPrediction:
    """Return the boundary prediction of a row, with its assessment when there is one."""
    return value_of(
        BoundaryPrediction,
        row,
        model=_model_of(row),
        run=_run_of(row),
        disagreement=None if assessed is None else assessed.disagreement,
        border_uncertainty=None if assessed is None else assessed.border_uncertainty,
        atypicality=None if assessed is None else assessed.atypicality,
        frame=_frame_of(row),
    )


def _frame_of(row: BoundaryPredictionRow) -> FrameVerdict | None:
    if row.is_dermoscopic is None or row.has_lesion is None:
        return None
    if row.frame_distance is None or row.lesion_logit is None:
        return None
    return FrameVerdict(row.is_dermoscopic, row.has_lesion, row.frame_distance, row.lesion_logit)


def score_row(prediction: ScorePrediction) -> ScorePredictionRow:
    """Return the row of a score."""
    row = row_of(
        ScorePredictionRow,
        prediction,
        apart={"model", "run", "thresholds"},
        missing_inputs=list(prediction.missing_inputs),
        quality_warnings=list(prediction.quality_warnings),
        urgent_threshold=prediction.thresholds.urgent if prediction.thresholds else None,
        soon_threshold=prediction.thresholds.soon if prediction.thresholds else None,
        diagnosis_shares=[asdict(share) for share in prediction.diagnosis_shares] or None,
    )
    _note_speaker(row, prediction)
    return row


def score_of(row: ScorePredictionRow) -> ScorePrediction:
    """Return the score of a row."""
    return value_of(
        ScorePrediction,
        row,
        model=_model_of(row),
        run=_run_of(row),
        missing_inputs=tuple(row.missing_inputs),
        quality_warnings=tuple(row.quality_warnings),
        thresholds=_thresholds_of(row),
        diagnosis_shares=tuple(DiagnosisShare(**share) for share in row.diagnosis_shares or ()),
    )


def revision_row(revision: MaskRevision) -> MaskRevisionRow:
    """Return the row of a mask revision."""
    reason = _with_number(revision.reason, revision.reverted_to)
    return row_of(MaskRevisionRow, revision, apart={"reverted_to"}, reason=reason)


def revision_of(row: MaskRevisionRow) -> MaskRevision:
    """Return the mask revision of a row."""
    text, reverted_to = _without_number(row.reason, RevisionReason.REVERTED)
    return value_of(MaskRevision, row, reason=_REASON_BY_TEXT.get(text, row.reason), reverted_to=reverted_to)


def lesion_list_rows(found: LesionList) -> tuple[LesionListRow, list[OtherLesionRow]]:
    """Return the row of a list of lesions, and those of the lesions in it."""
    lesions = found.lesions
    row = row_of(
        LesionListRow,
        found,
        apart={"lesions"},
        of_interest=lesions.of_interest,
        name_of_interest=lesions.name_of_interest,
    )
    return row, [row_of(OtherLesionRow, lesion, list_id=found.id) for lesion in lesions.others]


def lesion_list_of(row: LesionListRow, others: Iterable[OtherLesionRow]) -> LesionList:
    """Return the list of lesions of its row and those of the lesions in it."""
    in_order = sorted(others, key=lambda one: one.number)
    lesions = ImageLesions(
        row.of_interest, row.name_of_interest, tuple(value_of(OtherLesion, other) for other in in_order)
    )
    return value_of(
        LesionList,
        row,
        lesions=lesions,
        change=_CHANGE_BY_TEXT.get(row.change, row.change),
    )


def decision_row(decision: Decision) -> DecisionRow:
    """Return the row of a decision."""
    return row_of(DecisionRow, decision)


def decision_of(row: DecisionRow) -> Decision:
    """Return the decision of a row."""
    return value_of(Decision, row)


def outcome_row(outcome: LesionOutcome) -> OutcomeRow:
    """Return the row of an outcome."""
    return row_of(OutcomeRow, outcome)


def outcome_of(row: OutcomeRow) -> LesionOutcome:
    """Return the outcome of a row."""
    return value_of(LesionOutcome, row)


def reading_row(reading: Reading) -> ReadingRow:
    """Return the row of a reading."""
    source = reading.evidence
    return ReadingRow(
        id=reading.id,
        image_id=reading.image_id,
        form=reading.form,
        answers=[asdict(answer) for answer in reading.answers],
        evidence_mask=None if source is None else source.mask,
        evidence_definition=None if source is None else source.definition,
        author=reading.author,
        created_at=reading.created_at,
    )


def _evidence_of(stored: dict[str, str] | None) -> EvidenceSource | None:
    """What an answer's own proposal was measured on; earlier versions stored nothing of it."""
    return None if stored is None else EvidenceSource(BlobName(stored["mask"]), stored["definition"])


def reading_of(row: ReadingRow) -> Reading:
    """Return the reading of a row."""
    source = None
    if row.evidence_mask is not None and row.evidence_definition is not None:
        source = EvidenceSource(BlobName(row.evidence_mask), row.evidence_definition)
    return Reading(
        id=ReadingId(row.id),
        image_id=ImageId(row.image_id),
        form=row.form,
        answers=tuple(
            Answer(
                each["criterion"],
                each["value"],
                each["confirmed_by"],
                each["proposed"],
                _evidence_of(each.get("evidence")),
            )
            for each in row.answers
        ),
        evidence=source,
        author=row.author,
        created_at=row.created_at,
    )


def kind_text(kind: AuditKind, reverted_to: int | None) -> str:
    """Return the stored words of an act."""
    return _with_number(kind, reverted_to)


def detail_text(detail: str, edited: tuple[str, ...], edits: tuple[FieldEdit, ...] = ()) -> str:
    """Return the stored detail of an act: the edited fields where there are any, if known with values."""
    if edits:
        return json.dumps([[edit.field, edit.old, edit.new] for edit in edits], ensure_ascii=False)
    return _FIELD_SEPARATOR.join(edited) or detail


def event_of(row: AuditEventRow) -> AuditEvent:
    """Return the audit event of a row."""
    text, reverted_to = _without_number(row.what, AuditKind.MASK_REVERTED)
    kind = _KIND_BY_TEXT.get(text, row.what)
    is_edit = kind in EDITS
    edits = _edits_of(row.detail) if is_edit else ()
    names = tuple(row.detail.split(_FIELD_SEPARATOR)) if is_edit and row.detail and not edits else ()
    return value_of(
        AuditEvent,
        row,
        kind=kind,
        detail="" if is_edit else row.detail,
        fields=tuple(edit.field for edit in edits) or names,
        edits=edits,
        reverted_to=reverted_to,
    )


def _edits_of(detail: str) -> tuple[FieldEdit, ...]:
    """Return the edited fields with their values; none when a detail has only names."""
    if not detail.startswith(_EDITS_START):
        return ()
    return tuple(FieldEdit(str(field), old, new) for field, old, new in json.loads(detail))


def _with_number(text: str, number: int | None) -> str:
    return text if number is None else f"{text} {number}"


def _without_number(text: str, numbered: str) -> tuple[str, int | None]:
    """Return a stored text without the number of a revision, and that number where there is one."""
    head, _, number = text.rpartition(" ")
    return (head, int(number)) if head == numbered and number.isdecimal() else (text, None)


def index_row(case: Case, thumbnail: str, *, is_hidden: bool) -> CaseIndexRow:
    """Return the work list's row of a case."""
    score, boundary = case.score, case.boundary
    # Nothing is learned from a damaged file, so a correction of it promises nothing.
    promising = None if case.image.is_damaged else boundary
    border_uncertainty = promising.border_uncertainty if promising else None
    atypicality = promising.atypicality if promising else None
    searched = (
        case.patient.code,
        case.patient.name,
        case.lesion.label,
        case.lesion.site or "",
        case.lesion.anatomic_site or "",
        case.lesion.laterality or "",
        case.image.file_name,
        (case.decision.diagnosis or "") if case.decision else "",
        (case.outcome.diagnosis or "") if case.outcome else "",
    )
    row = CaseIndexRow(
        image_id=case.image.id,
        is_hidden=is_hidden,
        thumbnail=thumbnail,
        patient_code=case.patient.code,
        patient_name=case.patient.name,
        site=case.lesion.site,
        probability=None if score is None else score.probability,
        status=case.status,
        imported_at=case.image.imported_at,
        file_name=case.image.file_name,
        searched="\n".join(searched).casefold(),
        border_uncertainty=border_uncertainty,
        score_spread=case.score_spread,
        atypicality=atypicality,
        correction_rank=_correction_rank(case),
        correction_urgency=-expected_benefit(border_uncertainty, case.score_spread, atypicality),
        lesion_image_count=0,
        lesion_score=None,
        decided_at=None if case.decision is None else case.decision.created_at,
        is_outcome_known=case.outcome is not None,
        diagnosis=_diagnosis(case),
        decided_by=None if case.decision is None else case.decision.author,
        visited_on=case.visit.visited_on,
        score_model="" if score is None else f"{score.model.name} {score.model.version}",
        assigned_to=case.assigned_to,
        tags=tags_text(case.tags),
    )
    _note_place(row, case.priority, case.standing_score)
    if case.is_score_withheld:
        row.reasons = [case.objection_to_score]
        row.probability, row.queue_urgency = None, 0.0
    _note_lesion(row, case)
    row.needs_check = row.queue_band is not None and len(row.reasons) > 1
    return row


def _diagnosis(case: Case) -> str | None:
    if case.outcome is not None:
        return case.outcome.diagnosis
    return None if case.decision is None else case.decision.diagnosis


def _correction_rank(case: Case) -> int:
    if case.is_confirmed:
        return CONFIRMED_RANK
    return CORRECTED_RANK if case.is_corrected else NOT_REVIEWED_RANK


def _note_lesion(row: CaseIndexRow, case: Case) -> None:
    """Put the score of the lesion into a line, and the sooner place that it may give to the case."""
    own, priority, lesion = case.priority, case.queue_priority, case.lesion_score
    if own is not None and priority is not None and priority.band < own.band:
        row.queue_band = int(priority.band)
        row.reasons = list(priority.reasons)
        row.queue_rank = queue_rank(priority, is_decided=row.status == "decided")
    if lesion is None:
        return
    if row.queue_band != row.band:
        row.queue_urgency = min(row.queue_urgency, -lesion.probability)
    row.lesion_image_count = lesion.image_count
    row.lesion_score = {
        "probability": lesion.probability,
        "probability_low": lesion.probability_low,
        "probability_high": lesion.probability_high,
        "band": None if lesion.priority is None else int(lesion.priority.band),
        "reasons": [] if lesion.priority is None else list(lesion.priority.reasons),
    }


def _lesion_of(row: CaseIndexRow) -> LesionScore | None:
    if row.lesion_score is None or not row.lesion_image_count:
        return None
    stored = row.lesion_score
    band = stored["band"]
    return LesionScore(
        probability=stored["probability"],
        probability_low=stored["probability_low"],
        probability_high=stored["probability_high"],
        image_count=row.lesion_image_count,
        priority=None if band is None else Priority(Band(band), tuple(stored["reasons"])),
    )


def _note_place(row: CaseIndexRow, priority: Priority | None, standing: ScorePrediction | None) -> None:
    """Put an image's own place in the queue, and the score that stands for it, into its line."""
    row.band = row.queue_band = None if priority is None else int(priority.band)
    row.reasons = [] if priority is None else list(priority.reasons)
    if priority is not None and priority.would_be is not None and standing is not None and standing.priority:
        # That a band is held is told where the case is open; the line keeps why, and what is wrong.
        row.reasons = [standing.priority.reasons[0], *priority.warnings]
    row.queue_rank = queue_rank(priority, is_decided=row.status == "decided")
    row.queue_urgency = 0.0 if standing is None else -standing.probability


def line_of(row: CaseIndexRow) -> CaseLine:
    """Return the work list's line of a row."""
    no_score_reason = row.reasons[0] if row.band is None and row.reasons else ""
    return CaseLine(
        image_id=ImageId(row.image_id),
        thumbnail=BlobName(row.thumbnail),
        patient_code=row.patient_code,
        patient_name=row.patient_name,
        site=row.site,
        priority=None if row.queue_band is None else Priority(Band(row.queue_band), tuple(row.reasons)),
        probability=row.probability,
        status=row.status,
        imported_at=row.imported_at,
        file_name=row.file_name,
        no_score_reason=no_score_reason,
        is_damaged=no_score_reason == DAMAGE_OBJECTION,
        benefit=-row.correction_urgency,
        reasons_to_correct=reasons_to_correct(row.border_uncertainty, row.score_spread, row.atypicality),
        is_corrected=bool(row.correction_rank),
        lesion=_lesion_of(row),
        decided_at=row.decided_at,
        is_outcome_known=row.is_outcome_known,
        assigned_to=row.assigned_to,
        tags=tags_of(row.tags),
    )


def _note_speaker(row: PredictedByModel, prediction: BoundaryPrediction | ScorePrediction) -> None:
    row.id, row.image_id = prediction.id, prediction.image_id
    row.model_name, row.model_version = prediction.model.name, prediction.model.version
    row.weights_sha256 = prediction.model.weights_sha256
    row.preprocessing, row.threshold = prediction.model.preprocessing, prediction.model.threshold
    row.engine, row.provider = prediction.run.engine, prediction.run.provider
    row.milliseconds, row.predicted_at = prediction.run.milliseconds, prediction.predicted_at


def _model_of(row: PredictedByModel) -> ModelRef:
    return ModelRef(row.model_name, row.model_version, row.weights_sha256, row.preprocessing, row.threshold)


def _thresholds_of(row: ScorePredictionRow) -> TriageThresholds | None:
    if row.urgent_threshold is None or row.soon_threshold is None:
        return None
    return TriageThresholds(row.urgent_threshold, row.soon_threshold)


def _run_of(row: PredictedByModel) -> EngineRun:
    return EngineRun(row.engine, row.provider, row.milliseconds)
