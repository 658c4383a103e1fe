"""Row to domain value and back, two functions per entity."""

from dataclasses import asdict

from app.domain.audit import AuditEvent
from app.domain.benefit import expected_benefit, reasons_to_correct
from app.domain.case import Case, CaseLine
from app.domain.ids import (
    BlobName,
    DecisionId,
    ImageId,
    LesionId,
    PatientId,
    PredictionId,
    RevisionId,
    VisitId,
)
from app.domain.image import Calibration, DermoscopicImage
from app.domain.lesion import Lesion, Visit
from app.domain.lesion_score import LesionScore
from app.domain.people.patient import Patient
from app.domain.prediction import (
    BoundaryPrediction,
    DiagnosisShare,
    EngineRun,
    ModelRef,
    ScorePrediction,
)
from app.domain.revision import Decision, MaskRevision
from app.domain.triage import Band, Priority, TriageThresholds, queue_rank
from app.storage.rows import (
    AuditEventRow,
    BoundaryAssessmentRow,
    BoundaryPredictionRow,
    CaseIndexRow,
    DecisionRow,
    ImageRow,
    LesionRow,
    MaskRevisionRow,
    PatientRow,
    PredictedByModel,
    ScorePredictionRow,
    VisitRow,
)
from models.contract.imaging.frame_verdict import FrameVerdict


def patient_row(patient: Patient) -> PatientRow:
    """Return the row of a patient."""
    return PatientRow(
        id=patient.id,
        code=patient.code,
        name=patient.name,
        birth_year=patient.birth_year,
        sex=patient.sex,
        fitzpatrick_skin_type=patient.fitzpatrick_skin_type,
        personal_hx_mm=patient.personal_hx_mm,
        family_hx_mm=patient.family_hx_mm,
        notes=patient.notes,
        issuer=patient.issuer,
        issued_id=patient.issued_id,
        birthday=patient.birthday,
    )


def patient_of(row: PatientRow) -> Patient:
    """Return the patient of a row."""
    return Patient(
        id=PatientId(row.id),
        code=row.code,
        name=row.name,
        birth_year=row.birth_year,
        sex=row.sex,
        fitzpatrick_skin_type=row.fitzpatrick_skin_type,
        personal_hx_mm=row.personal_hx_mm,
        family_hx_mm=row.family_hx_mm,
        notes=row.notes,
        issuer=row.issuer,
        issued_id=row.issued_id,
        birthday=row.birthday,
    )


def lesion_row(lesion: Lesion) -> LesionRow:
    """Return the row of a lesion."""
    return LesionRow(
        id=lesion.id,
        patient_id=lesion.patient_id,
        label=lesion.label,
        site=lesion.site,
        site_special=lesion.site_special,
        clin_size_long_diam_mm=lesion.clin_size_long_diam_mm,
        notes=lesion.notes,
    )


def lesion_of(row: LesionRow) -> Lesion:
    """Return the lesion of a row."""
    return Lesion(
        id=LesionId(row.id),
        patient_id=PatientId(row.patient_id),
        label=row.label,
        site=row.site,
        site_special=row.site_special,
        clin_size_long_diam_mm=row.clin_size_long_diam_mm,
        notes=row.notes,
    )


def visit_row(visit: Visit) -> VisitRow:
    """Return the row of a visit."""
    return VisitRow(
        id=visit.id, lesion_id=visit.lesion_id, visited_on=visit.visited_on, age_years=visit.age_years
    )


def visit_of(row: VisitRow) -> Visit:
    """Return the visit of a row."""
    return Visit(
        id=VisitId(row.id),
        lesion_id=LesionId(row.lesion_id),
        visited_on=row.visited_on,
        age_years=row.age_years,
    )


def image_row(image: DermoscopicImage, thumbnail: BlobName) -> ImageRow:
    """Return the row of an image that is shown in the work list."""
    return ImageRow(
        id=image.id,
        visit_id=image.visit_id,
        file_name=image.file_name,
        media_type=image.media_type,
        original=image.original,
        upright=image.upright,
        thumbnail=thumbnail,
        width_px=image.width_px,
        height_px=image.height_px,
        imported_at=image.imported_at,
        imported_by=image.imported_by,
        provenance=[list(step) for step in image.provenance],
        dermoscopic_type=image.dermoscopic_type,
        mm_per_px=image.calibration.mm_per_px if image.calibration else None,
        calibration_source=image.calibration.source if image.calibration else None,
        is_hidden=False,
    )


def image_of(row: ImageRow) -> DermoscopicImage:
    """Return the image of a row."""
    return DermoscopicImage(
        id=ImageId(row.id),
        visit_id=VisitId(row.visit_id),
        file_name=row.file_name,
        media_type=row.media_type,
        original=BlobName(row.original),
        upright=BlobName(row.upright),
        width_px=row.width_px,
        height_px=row.height_px,
        imported_at=row.imported_at,
        imported_by=row.imported_by,
        calibration=None
        if row.mm_per_px is None
        else Calibration(row.mm_per_px, row.calibration_source or ""),
        provenance=tuple((step[0], step[1]) for step in row.provenance),
        dermoscopic_type=row.dermoscopic_type,
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
        unlikeness=prediction.unlikeness,
    )


def boundary_of(row: BoundaryPredictionRow, assessed: BoundaryAssessmentRow | None) -> BoundaryPrediction:
    """Return the boundary prediction of a row, with its assessment when there is one."""
    disagreement = assessed.disagreement if assessed is not None else None
    return BoundaryPrediction(
        id=PredictionId(row.id),
        image_id=ImageId(row.image_id),
        model=_model_of(row),
        mask=BlobName(row.mask),
        probability=BlobName(row.probability),
        run=_run_of(row),
        predicted_at=row.predicted_at,
        disagreement=None if disagreement is None else BlobName(disagreement),
        border_uncertainty=None if assessed is None else assessed.border_uncertainty,
        unlikeness=None if assessed is None else assessed.unlikeness,
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
    row = ScorePredictionRow(
        probability=prediction.probability,
        probability_low=prediction.probability_low,
        probability_high=prediction.probability_high,
        mask_source=prediction.mask_source,
        missing_inputs=list(prediction.missing_inputs),
        quality_warnings=list(prediction.quality_warnings),
        urgent_threshold=prediction.thresholds.urgent if prediction.thresholds else None,
        soon_threshold=prediction.thresholds.soon if prediction.thresholds else None,
        diagnosis_shares=[asdict(share) for share in prediction.diagnosis_shares] or None,
        inputs_sha256=prediction.inputs_sha256,
    )
    _note_speaker(row, prediction)
    return row


def score_of(row: ScorePredictionRow) -> ScorePrediction:
    """Return the score of a row."""
    return ScorePrediction(
        id=PredictionId(row.id),
        image_id=ImageId(row.image_id),
        model=_model_of(row),
        probability=row.probability,
        probability_low=row.probability_low,
        probability_high=row.probability_high,
        mask_source=RevisionId(row.mask_source),
        missing_inputs=tuple(row.missing_inputs),
        quality_warnings=tuple(row.quality_warnings),
        run=_run_of(row),
        predicted_at=row.predicted_at,
        thresholds=_thresholds_of(row),
        diagnosis_shares=tuple(DiagnosisShare(**share) for share in row.diagnosis_shares or ()),
        inputs_sha256=row.inputs_sha256,
    )


def revision_row(revision: MaskRevision) -> MaskRevisionRow:
    """Return the row of a mask revision."""
    return MaskRevisionRow(
        id=revision.id,
        image_id=revision.image_id,
        number=revision.number,
        mask=revision.mask,
        supersedes=revision.supersedes,
        author=revision.author,
        created_at=revision.created_at,
        reason=revision.reason,
        is_signed=revision.is_signed,
    )


def revision_of(row: MaskRevisionRow) -> MaskRevision:
    """Return the mask revision of a row."""
    return MaskRevision(
        id=RevisionId(row.id),
        image_id=ImageId(row.image_id),
        number=row.number,
        mask=BlobName(row.mask),
        supersedes=None if row.supersedes is None else RevisionId(row.supersedes),
        author=row.author,
        created_at=row.created_at,
        reason=row.reason,
        is_signed=row.is_signed,
    )


def decision_row(decision: Decision) -> DecisionRow:
    """Return the row of a decision."""
    return DecisionRow(
        id=decision.id,
        image_id=decision.image_id,
        diagnosis=decision.diagnosis,
        diagnosis_confirm_type=decision.diagnosis_confirm_type,
        management=decision.management,
        comment=decision.comment,
        author=decision.author,
        created_at=decision.created_at,
    )


def decision_of(row: DecisionRow) -> Decision:
    """Return the decision of a row."""
    return Decision(
        id=DecisionId(row.id),
        image_id=ImageId(row.image_id),
        diagnosis=row.diagnosis,
        diagnosis_confirm_type=row.diagnosis_confirm_type,
        management=row.management,
        comment=row.comment,
        author=row.author,
        created_at=row.created_at,
    )


def event_of(row: AuditEventRow) -> AuditEvent:
    """Return the audit event of a row."""
    return AuditEvent(
        sequence=row.sequence,
        at=row.at,
        who=row.who,
        what=row.what,
        subject=row.subject,
        detail=row.detail,
        weights_sha256=row.weights_sha256,
    )


def index_row(case: Case, thumbnail: str, *, is_hidden: bool) -> CaseIndexRow:
    """Return the work list's row of a case."""
    score, boundary = case.score, case.boundary
    # Nothing is learned from a damaged file, so a correction of it promises nothing.
    promising = None if case.image.is_damaged else boundary
    border_uncertainty = promising.border_uncertainty if promising else None
    unlikeness = promising.unlikeness if promising else None
    searched = (
        case.patient.code,
        case.patient.name,
        case.lesion.label,
        case.lesion.site or "",
        case.image.file_name,
        (case.decision.diagnosis or "") if case.decision else "",
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
        unlikeness=unlikeness,
        correction_rank=int(case.is_corrected),
        correction_urgency=-expected_benefit(border_uncertainty, case.score_spread, unlikeness),
        lesion_image_count=0,
        lesion_score=None,
    )
    _note_place(row, case.priority, case.standing_score)
    if case.is_score_withheld:
        row.reasons = [case.objection_to_score]
        row.probability, row.queue_urgency = None, 0.0
    _note_lesion(row, case)
    return row


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
        no_score_reason=row.reasons[0] if row.band is None and row.reasons else "",
        benefit=-row.correction_urgency,
        reasons_to_correct=reasons_to_correct(row.border_uncertainty, row.score_spread, row.unlikeness),
        is_corrected=bool(row.correction_rank),
        lesion=_lesion_of(row),
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
