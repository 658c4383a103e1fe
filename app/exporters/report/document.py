"""A report's pages: header, footer with the number of pages, metadata without any patient."""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO

from reportlab import rl_config
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, SimpleDocTemplate

from app.exporters.report.colour_intent import declare_colours_and_content
from app.exporters.report.content import Part
from app.exporters.report.facts import ReportFacts, report_facts
from app.exporters.report.flowables import flowables
from app.exporters.report.forms import further_sections, long_form, short_form
from app.exporters.report.sections.follow_up import follow_up
from app.exporters.report.style import (
    CONTENT_WIDTH,
    FOOT,
    FOOT_AT_END,
    HEAD,
    HEAD_AT_END,
    PAGE_MARGIN,
    REGULAR,
    RULE,
    printable,
    register_fonts,
    say,
)
from app.text.report import RESEARCH_USE, made_words
from app.translation import _, language_in_use
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile
from app.usecases.exports.report_layout import ReportForm

_PAGE_WIDTH, _PAGE_HEIGHT = A4
# Pictures as bytes: as letters they are a quarter larger, and take most of the time of a report.
rl_config.useA85 = 0


def report_bytes(file: CaseFile, made_at: datetime, manner: ExportManner) -> bytes:
    """Return the PDF of one case; ``made_at`` is told by its year only when de-identified."""
    register_fonts()
    facts = report_facts(file, manner)
    parts = long_form(facts) if manner.form is ReportForm.LONG else _as_far_as_they_fit(facts)
    parts = [*parts, *follow_up(facts)]
    foot = made_words(made_at, printable(facts.disclosed.patient_code), is_deidentified=manner.deidentified)
    # The first pass only counts the pages, because each page says how many there are.
    pages, _content = _laid_out(facts, parts, foot)
    _pages, content = _laid_out(facts, parts, foot, pages)
    return content


def _as_far_as_they_fit(facts: ReportFacts) -> list[Part]:
    """Return the short form with those further sections that need no further page."""
    parts = short_form(facts)
    most, _content = _laid_out(facts, parts)
    for section in further_sections(facts):
        pages, _content = _laid_out(facts, [*parts, *section])
        if pages <= most:
            parts = [*parts, *section]
    return parts


def _laid_out(
    facts: ReportFacts, parts: Sequence[Part], foot: str = "", pages: int | None = None
) -> tuple[int, bytes]:
    """Return the number of pages and the PDF; without ``pages`` it is a trial and has no pictures."""
    buffer = BytesIO()
    title, subject = _("Naevus dermoscopy report"), _(RESEARCH_USE)
    document = SimpleDocTemplate(
        buffer,
        pagesize=A4,
        leftMargin=PAGE_MARGIN - 6,
        rightMargin=PAGE_MARGIN - 6,
        topMargin=21 * mm,
        bottomMargin=18 * mm,
        title=title,
        author="Naevus",
        creator="Naevus",
        lang=language_in_use().code,
        subject=subject,
        pageCompression=1,
        initialFontName=REGULAR,
        # A fixed creation date: the real one would date the visit.
        invariant=int(facts.disclosed.is_deidentified),
    )

    def frame(canvas: Canvas, _document: BaseDocTemplate) -> None:
        _draw_frame(canvas, foot, pages)

    def first_frame(canvas: Canvas, document: BaseDocTemplate) -> None:
        declare_colours_and_content(canvas, title, subject)
        frame(canvas, document)

    content = flowables(parts, CONTENT_WIDTH, is_trial=pages is None)
    document.build(content, onFirstPage=first_frame, onLaterPages=frame)
    return document.page, buffer.getvalue()


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
