"""A report as one HTML file that needs nothing else: no script, no link, no font from elsewhere."""

from datetime import datetime
from xml.etree.ElementTree import Element, tostring

import resources
from app.exporters.report.facts import ReportFacts, report_facts
from app.exporters.report.forms import further_sections, long_form, short_form
from app.exporters.report.markup import element, elements
from app.exporters.report.sections.follow_up import follow_up
from app.text.report import RESEARCH_USE, made_words
from app.translation import _, language_in_use
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile
from app.usecases.exports.report_layout import ReportForm

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
"""Even if something slipped in, a browser would neither run nor load it."""


def report_html(file: CaseFile, made_at: datetime, manner: ExportManner) -> bytes:
    """Return the report of one case as UTF-8; ``made_at`` is told by its year only when de-identified."""
    facts = report_facts(file, manner)
    made = made_words(made_at, facts.disclosed.patient_code, is_deidentified=manner.deidentified)
    language = language_in_use()
    direction = "rtl" if language.is_right_to_left else "ltr"
    page = element("html", _head(), _body(facts, manner.form, made), lang=language.code, dir=direction)
    content: bytes = tostring(page, encoding="utf-8", method="html")
    return b"<!DOCTYPE html>\n" + content + b"\n"


def _head() -> Element:
    sheet = Element("style")
    sheet.text = resources.path("themes", "report.css").read_text(encoding="utf-8")
    policy = {"http-equiv": "Content-Security-Policy", "content": _POLICY}
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", **policy),
        element("meta", name="viewport", content="width=device-width"),
        element("title", _("Naevus dermoscopy report")),
        sheet,
    )


def _body(facts: ReportFacts, form: ReportForm, made: str) -> Element:
    research_use = _(RESEARCH_USE)
    header = element("header", element("strong", "Naevus"), element("span", research_use))
    footer = element("footer", element("span", made), element("span", research_use))
    return element("body", header, element("main", *_content(facts, form)), footer)


def _content(facts: ReportFacts, form: ReportForm) -> list[Element]:
    if form is ReportForm.LONG:
        return elements([*long_form(facts), *follow_up(facts)])
    further = [one for section in further_sections(facts) for one in elements(section)]
    more = element("summary", _("More about this case"))
    page = elements(short_form(facts))
    return [*page, element("details", more, *further), *elements(follow_up(facts))]
