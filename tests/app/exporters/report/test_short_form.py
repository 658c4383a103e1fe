"""One page by default: the decision first and largest, and nothing that safety asks for left out."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from xml.etree.ElementTree import fromstring

import numpy as np
import pytest
from pypdf import PageObject, PdfReader

from app.domain.lesion import Lesion, Visit
from app.domain.people.patient import Patient
from app.exporters.report.html import ReportHtml
from app.exporters.report.lesion_crop import part_around
from app.exporters.report.pdf import ReportPdf
from app.exporters.report.scale_bar import bar_length_mm
from app.usecases.exports.exporter import CaseFile
from app.usecases.exports.report_layout import Letterhead, ReportForm
from tests.builders import exported

MakeCase = Callable[..., CaseFile]

CLINIC = Letterhead("Clinic <Nord>", ("Harbour 1",), (("Referring physician", "Dr. Huber"),))
ASKED_BY_SAFETY = (
    "Research use only. Not a medical device. The clinician decides.",
    "mambaderm_lite 1.1.0", "dermomamba 1.2.0", "c1c1c1c1c1c1c1c1", "5e5e5e5e5e5e5e5e",
    "threshold in force 31 %", "52 % to 71 %", "Band: Urgent", "Model output (not a diagnosis)",
    "It is not a diagnosis", "Image quality: The image is blurred.",
)  # fmt: skip


def _now() -> datetime:
    return datetime(2021, 4, 2, 12, 30, tzinfo=UTC)


def pages_of(path: Path) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(path).pages]


def short_pdf(file: CaseFile, folder: Path, *, deidentified: bool = False) -> list[str]:
    form, clinic = ReportForm.SHORT, CLINIC
    (path,) = exported(
        ReportPdf(_now), [file], folder, deidentified=deidentified, form=form, letterhead=clinic
    )
    return pages_of(path)


def html_of(file: CaseFile, folder: Path, *, deidentified: bool = False) -> str:
    form, clinic = ReportForm.SHORT, CLINIC
    (path,) = exported(
        ReportHtml(_now), [file], folder, deidentified=deidentified, form=form, letterhead=clinic
    )
    return path.read_text(encoding="utf-8")


def test_the_short_form_is_one_page_with_the_decision_before_the_score(
    make_case: MakeCase, tmp_path: Path
) -> None:
    (text,) = short_pdf(make_case(), tmp_path)
    places = [text.index(words) for words in ("Clinic <Nord>", "Nevus", "Biopsy", "canarycomment", "63 %")]
    assert places == sorted(places)
    assert "Decided by Dr. Canarystaff, 27 Mar 2021" in text
    outcome = "Outcome: Melanoma in situ (histopathology, 02 Apr 2021), entered by Dr. Canarystaff."
    assert outcome in text
    assert "Referring physician Dr. Huber" in text
    assert [words for words in ASKED_BY_SAFETY if words not in text] == []


def test_a_deidentified_short_report_names_neither_patient_nor_staff_nor_clinic(
    make_case: MakeCase, tmp_path: Path
) -> None:
    (text,) = short_pdf(make_case(), tmp_path, deidentified=True)
    assert "canary" not in text.lower()
    assert not re.search("Clinic <Nord>|Harbour|Huber|14 Mar|1931", text)
    assert "Decided by clinician, day 13" in text
    assert "Outcome: Melanoma in situ (histopathology, day 19), entered by clinician." in text
    assert [words for words in ASKED_BY_SAFETY if words not in text] == []
    page = html_of(make_case(), tmp_path, deidentified=True)
    assert not re.search("canary|Nord|Huber|1931|14 Mar", page, re.IGNORECASE)


def test_an_open_case_says_so_and_can_be_signed(new_case: CaseFile, tmp_path: Path) -> None:
    (text,) = short_pdf(new_case, tmp_path)
    assert "No decision has been recorded yet." in text
    assert "date and signature" in text
    assert "No score was computed" in text
    assert "nothing was measured" in text


def test_patient_and_lesion_are_shown_only_where_something_of_them_was_entered(
    new_case: CaseFile, tmp_path: Path
) -> None:
    assert "Patient and lesion" in " ".join(short_pdf(new_case, tmp_path / "described"))
    patient, lesion, visit = new_case.case.patient, new_case.case.lesion, new_case.case.visit
    bare = replace(
        new_case.case,
        patient=Patient(patient.id, patient.code),
        lesion=Lesion(lesion.id, lesion.patient_id),
        visit=Visit(visit.id, visit.lesion_id, visit.visited_on),
    )
    assert "Patient and lesion" not in " ".join(short_pdf(replace(new_case, case=bare), tmp_path / "bare"))


def test_a_long_comment_goes_on_over_pages_and_loses_no_word(make_case: MakeCase, tmp_path: Path) -> None:
    case = make_case().case
    comment = " ".join(f"word{number}" for number in range(1500))
    long = replace(case, decisions=(replace(case.decisions[0], comment=comment),))
    pages = short_pdf(make_case(case=long), tmp_path)
    assert len(pages) > 1
    assert "63 %" in pages[0]
    assert comment in re.sub(
        r"Made by .*? Page \d of \d | Naevus Research .*? decides\.", "", " ".join(pages[1:])
    )


def test_a_changed_boundary_is_shown_and_measured_beside_the_predicted_one(
    make_case: MakeCase, tmp_path: Path
) -> None:
    plain = make_case()
    (without,) = short_pdf(plain, tmp_path)
    assert "Predicted" not in without
    changed = replace(plain, read_predicted=lambda: plain.mask, measure_predicted=plain.measure)
    (text,) = short_pdf(changed, tmp_path)
    assert "Measurement Predicted Corrected" in text
    assert "Boundary as predicted by the model" in text
    diameter = re.search(r"Longest diameter ([\d.]+ mm) ([\d.]+ mm)", text)
    assert diameter is not None
    assert diameter[1] == diameter[2]


def test_a_pdf_declares_its_colours_and_embeds_all_it_shows(make_case: MakeCase, tmp_path: Path) -> None:
    (path,) = exported(ReportPdf(_now), [make_case()], tmp_path, deidentified=True, form=ReportForm.SHORT)
    reader = PdfReader(path)
    catalogue = reader.trailer["/Root"]
    (intent,) = catalogue["/OutputIntents"]
    profile = intent.get_object()["/DestOutputProfile"].get_object()
    assert (profile["/N"], profile.get_data()[16:20], profile.get_data()[36:40]) == (3, b"RGB ", b"acsp")
    described = fromstring(catalogue["/Metadata"].get_object().get_data())
    assert "Naevus dermoscopy report" in "".join(described.itertext())
    assert not {"/AA", "/OpenAction", "/Names", "/AcroForm"} & catalogue.keys()
    assert "/Encrypt" not in reader.trailer
    assert len(reader.trailer["/ID"]) == 2
    for page in reader.pages:
        _check_page(page)


def _check_page(page: PageObject) -> None:
    """Every font that the page selects is embedded, and nothing on it is transparent or runs."""
    assert not {"/Annots", "/AA"} & page.keys()
    assert page.get("/Group", {}).get("/S") != "/Transparency"
    resources = page["/Resources"]
    selected = set(re.findall(rb"/(\S+) [\d.]+ Tf", page.get_contents().get_data()))
    assert selected
    for name in selected:
        font = resources["/Font"]["/" + name.decode()]
        font = font.get("/DescendantFonts", [font])[0].get_object()
        assert "/FontFile2" in font["/FontDescriptor"].get_object()
    assert "/ExtGState" not in resources
    for drawn in resources["/XObject"].values():
        assert not {"/SMask", "/Mask"} & drawn.get_object().keys()
        assert drawn.get_object()["/ColorSpace"] == "/DeviceRGB"


def test_a_page_for_a_browser_is_whole_escaped_and_asks_for_nothing(
    make_case: MakeCase, tmp_path: Path
) -> None:
    page = html_of(make_case(name="<script>alert(1)</script> & “Ada”"), tmp_path)
    parsed = _Tags()
    parsed.feed(page)
    assert not parsed.open
    assert {"script", "link", "iframe", "object", "form"} & parsed.seen == set()
    assert all(source.startswith("data:image/jpeg;base64,") for source in parsed.sources)
    assert len(parsed.sources) == 2
    assert "default-src 'none'" in page
    sheet = page[page.index("<style>") : page.index("</style>")]
    assert ".columns > div" in sheet
    assert "<br" not in sheet
    assert "http:" not in page
    assert "https:" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; “Ada”" in page
    text = " ".join(parsed.text.split())
    assert [words for words in ASKED_BY_SAFETY if words not in text] == []
    for words in (
        "Clinic <Nord>",
        "canarycomment <b>bold?</b> & more",
        "Longest diameter",
        "Decision: Nevus",
    ):
        assert words in text


class _Tags(HTMLParser):
    """Reads which elements there are, and whether each is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.sources: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)
        self.sources += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("width_px", "mm_per_px", "length_mm"), [(900, 0.01, 2.0), (900, 0.05, 10.0), (300, 0.001, 0.1)]
)
def test_a_scale_bar_has_a_round_length_of_at_most_a_third(
    width_px: int, mm_per_px: float, length_mm: float
) -> None:
    assert bar_length_mm(width_px, mm_per_px) == length_mm


def test_a_crop_holds_both_boundaries_and_stays_in_the_image() -> None:
    one, other = np.zeros((2, 90, 130), np.bool_)
    one[2:20, 1:30] = True
    other[10:30, 20:50] = True
    part = part_around([one, other], 90, 130)
    for mask in (one, other):
        assert mask[part.rows, part.columns].sum() == mask.sum()
    assert (part.rows.start, part.columns.start) == (0, 0)
    high, wide = part.rows.stop - part.rows.start, part.columns.stop - part.columns.start
    assert wide / high == pytest.approx(1.25, abs=0.05)
    assert part_around([], 90, 130) == part_around([np.ones((90, 130), np.bool_)], 90, 130)
