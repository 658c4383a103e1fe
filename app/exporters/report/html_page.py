"""A report as one HTML file that needs nothing else: no script, no link, no font from elsewhere."""

from datetime import datetime

from app.exporters.report.facts import report_facts
from app.exporters.report.forms import further_sections, long_form, short_form
from app.exporters.report.markup import markup, shown
from app.text.report import RESEARCH_USE, made_words
from app.translation import _
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile
from app.usecases.exports.report_layout import ReportForm

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
"""Even if something slipped in, a browser would neither run nor load it."""

_STYLE_SHEET = """
@page { size: A4; margin: 14mm 17mm }
body { font: 14px/1.4 "DejaVu Sans", "Noto Sans", sans-serif; color: #1b2430; background: #fff;
  max-width: 860px; margin: 1.5em auto; padding: 0 1em }
header, footer { display: flex; justify-content: space-between; gap: 1em; font-size: 12px }
header { border-bottom: 1px solid #cfd6de; padding-bottom: .5em; margin-bottom: 1em }
footer { border-top: 1px solid #cfd6de; padding-top: .5em; margin-top: 1.5em; color: #5d6875 }
p { margin: .2em 0 } h1 { font-size: 23px; margin: .4em 0 } h2 { font-size: 16px; margin: 1em 0 .3em }
.clinic { font-size: 19px; font-weight: bold }
.decided { font-size: 29px; font-weight: bold; line-height: 1.25 } .management { font-size: 19px }
.box-title, .limits-title { font-weight: bold } .limits-title { margin-top: .6em }
.score { font-size: 32px; font-weight: bold } .figure { font-size: 18px; font-weight: bold }
.small, .label, .dense th { font-size: 12px; color: #5d6875 } .fine { font-size: 11px; color: #5d6875 }
.warning { color: #8a4b00 }
.box { padding: .6em .9em; margin: .6em 0; border: 1px solid }
.decision { border: 2px solid #1f6f54 } .model { border-color: #7d9cc0; background: #eef3f9 }
.columns { display: flex; flex-wrap: wrap; gap: 1em; align-items: flex-start }
.columns > div { min-width: 170px } .centred { text-align: center }
figure { margin: .4em 0 } figcaption { font-size: 12px; color: #5d6875 }
.scale { font-size: 12px } .scale img { width: 46mm; height: 2.6mm; vertical-align: middle }
dl { margin: .4em 0; column-gap: 2em } dl div { display: flex; gap: .8em; break-inside: avoid }
dt { flex: 0 0 32%; color: #5d6875; font-size: 12px; line-height: 1.6 }
dd { margin: 0; overflow-wrap: anywhere }
table { border-collapse: collapse; width: 100% } .dense { font-size: 12px }
th { text-align: start; font-weight: normal; border-bottom: 2px solid #5d6875 }
td { border-bottom: 1px solid #cfd6de; padding: .15em .8em .15em 0; vertical-align: top;
  overflow-wrap: anywhere }
.blank span { display: inline-block; min-width: 18em; border-bottom: 1px solid; height: 2em }
.together, .box { break-inside: avoid } summary { cursor: pointer; margin-top: 1em }
"""


def report_html(file: CaseFile, made_at: datetime, manner: ExportManner) -> bytes:
    """Return the report of one case as UTF-8; ``made_at`` is told by its year only when de-identified."""
    facts = report_facts(file, manner)
    if manner.form is ReportForm.LONG:
        content = markup(long_form(facts))
    else:
        more = "\n".join(map(markup, further_sections(facts)))
        summary = f"<summary>{shown(_('More about this case'))}</summary>"
        content = f"{markup(short_form(facts))}\n<details>{summary}\n{more}\n</details>"
    made = made_words(made_at, facts.disclosed.patient_code, is_deidentified=manner.deidentified)
    research_use = shown(_(RESEARCH_USE))
    page = f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{shown(_("Naevus dermoscopy report"))}</title>
<style>{_STYLE_SHEET}</style>
</head>
<body>
<header><strong>Naevus</strong><span>{research_use}</span></header>
<main>
{content}
</main>
<footer><span>{shown(made)}</span><span>{research_use}</span></footer>
</body>
</html>
"""
    return page.encode()
