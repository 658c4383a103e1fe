"""A report's pages: header, footer with the number of pages, sections, metadata without any patient."""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, SimpleDocTemplate

from app.domain.analysis.model_summary import ModelSummary
from app.domain.audit import AuditEvent
from app.domain.case import Case
from app.domain.measurement import Measurement
from app.exporters.deidentification import CaseDisclosure, disclosed_case
from app.exporters.report import sections
from app.exporters.report.images import DrawnImages, drawn_images
from app.exporters.report.style import (
    CONTENT_WIDTH,
    FOOT,
    FOOT_AT_END,
    HEAD,
    HEAD_AT_END,
    PAGE_MARGIN,
    RULE,
    printable,
    register_fonts,
    say,
)
from app.text.report import RESEARCH_USE
from app.translation import _, language_in_use, moment_text
from app.usecases.analysis.measurements import measurements_of
from app.usecases.exports.exporter import CaseFile

_PAGE_WIDTH, _PAGE_HEIGHT = A4
_MAX_FOOT_LETTERS = 50


def report_bytes(file: CaseFile, made_at: datetime, *, deidentified: bool) -> bytes:
    """Return the PDF of one case; ``made_at`` is told by its year only when de-identified."""
    register_fonts()
    made = f"{made_at.year}" if deidentified else moment_text(made_at)
    report = _prepared(file, deidentified=deidentified)
    foot = _("Made by Naevus, {made}. Patient {shortened}.").format(
        made=made, shortened=_shortened(printable(report.disclosed.patient_code))
    )
    # The first pass only counts the pages, because each page says how many there are.
    pages, _content = _laid_out(report, foot, None)
    _pages, content = _laid_out(report, foot, pages)
    return content


@dataclass(frozen=True, slots=True)
class _Report:
    """What is laid out: everything that takes time is done."""

    case: Case
    disclosed: CaseDisclosure
    pictures: DrawnImages
    measured: tuple[Measurement, ...]
    audit: tuple[AuditEvent, ...]
    models: tuple[ModelSummary, ...]


def _prepared(file: CaseFile, *, deidentified: bool) -> _Report:
    return _Report(
        case=file.case,
        disclosed=disclosed_case(file.case, deidentified=deidentified),
        pictures=drawn_images(file),
        measured=measurements_of(file.measure(), file.mask),
        audit=file.audit,
        models=file.models,
    )


def _laid_out(report: _Report, foot: str, pages: int | None) -> tuple[int, bytes]:
    """Return the number of pages and the PDF."""
    buffer = BytesIO()
    document = SimpleDocTemplate(
        buffer,
        pagesize=A4,
        leftMargin=PAGE_MARGIN - 6,
        rightMargin=PAGE_MARGIN - 6,
        topMargin=23 * mm,
        bottomMargin=18 * mm,
        title=_("Naevus dermoscopy report"),
        author="Naevus",
        creator="Naevus",
        lang=language_in_use().code,
        subject=_(RESEARCH_USE),
        pageCompression=1,
        # A fixed creation date: the real one would date the visit.
        invariant=int(report.disclosed.is_deidentified),
    )

    def frame(canvas: Canvas, _document: BaseDocTemplate) -> None:
        _draw_frame(canvas, foot, pages)

    document.build(_story(report), onFirstPage=frame, onLaterPages=frame)
    return document.page, buffer.getvalue()


def _story(report: _Report) -> list[Flowable]:
    case, disclosed = report.case, report.disclosed
    return [
        *sections.title(case, disclosed),
        *sections.images_and_score(case, report.pictures, report.audit, report.models),
        *sections.clinician_decision(case, disclosed),
        *sections.measurements(case.image, report.measured),
        *sections.patient_and_lesion(case, disclosed),
        *sections.image_origin(case, disclosed),
        *sections.models_used(case, disclosed),
        *sections.revision_history(case, disclosed, report.audit),
        *sections.limits_of_use(report.models),
    ]


def _draw_frame(canvas: Canvas, foot: str, pages: int | None) -> None:
    right = _PAGE_WIDTH - PAGE_MARGIN
    top, bottom = _PAGE_HEIGHT - 14 * mm, 11 * mm
    page = _("Page {getpagenumber} of {value}").format(
        getpagenumber=canvas.getPageNumber(), value=pages or "?"
    )
    canvas.saveState()
    _draw_line(canvas, "Naevus", HEAD, top)
    _draw_line(canvas, _(RESEARCH_USE), HEAD_AT_END, top)
    canvas.setStrokeColor(RULE)
    canvas.setLineWidth(0.7)
    canvas.line(PAGE_MARGIN, top - 2.6 * mm, right, top - 2.6 * mm)
    canvas.line(PAGE_MARGIN, bottom + 3.6 * mm, right, bottom + 3.6 * mm)
    _draw_line(canvas, foot, FOOT, bottom)
    _draw_line(canvas, page, FOOT_AT_END, bottom)
    canvas.restoreState()


def _draw_line(canvas: Canvas, text: str, style: ParagraphStyle, baseline_pt: float) -> None:
    """Print one line across the page's content, on the side that its style says."""
    words = say(text, style)
    words.wrapOn(canvas, CONTENT_WIDTH, style.leading)
    words.drawOn(canvas, PAGE_MARGIN, baseline_pt - (style.leading - style.fontSize))


def _shortened(text: str) -> str:
    return text if len(text) <= _MAX_FOOT_LETTERS else text[: _MAX_FOOT_LETTERS - 1] + "…"
