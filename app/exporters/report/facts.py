"""What a report is made from: everything about a case that takes time to read, draw or measure, done once."""

from dataclasses import dataclass

from app.domain.analysis.model_summary import ModelSummary
from app.domain.audit import AuditEvent
from app.domain.case import Case
from app.domain.measurement import Measurement
from app.exporters.deidentification import CaseDisclosure, disclosed_case
from app.exporters.report.images import DrawnImages, drawn_images
from app.exporters.report.lesion_crop import LesionCrops, lesion_crops
from app.exporters.report.visit_images import DrawnFollowUp, drawn_follow_up
from app.usecases.analysis.measurements import measurements_of
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile
from app.usecases.exports.report_layout import NO_LETTERHEAD, Letterhead, ReportForm


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """What the sections of a report tell."""

    case: Case
    disclosed: CaseDisclosure
    letterhead: Letterhead
    measured: tuple[Measurement, ...]
    measured_before: tuple[Measurement, ...]
    """Of the predicted boundary; empty unless a person changed it."""
    audit: tuple[AuditEvent, ...]
    models: tuple[ModelSummary, ...]
    images: DrawnImages | None
    """Whole image, boundary and overlays; of the long form."""
    crops: LesionCrops | None
    """The lesion before and after a correction; of the short form."""
    follow_up: DrawnFollowUp | None
    """Compared with the visit before; None when there is none."""


def report_facts(file: CaseFile, manner: ExportManner) -> ReportFacts:
    """Return what a report of a case tells in the form and manner that were asked for."""
    is_short = manner.form is ReportForm.SHORT
    return ReportFacts(
        case=file.case,
        disclosed=disclosed_case(file.case, deidentified=manner.deidentified),
        letterhead=manner.letterhead if manner.names_clinic else NO_LETTERHEAD,
        measured=measurements_of(file.measure(), file.mask),
        measured_before=measurements_of(file.measure_predicted(), file.predicted_mask),
        audit=file.audit,
        models=file.models,
        images=None if is_short else drawn_images(file),
        crops=lesion_crops(file) if is_short else None,
        follow_up=None if file.follow_up is None else drawn_follow_up(file.follow_up),
    )
