from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from pypdf import PdfReader

from app.domain.analysis.lesion_score import ImageScores
from app.domain.analysis.model_summary import HeldOutFigure, ModelSummary
from app.domain.audit import AuditEvent, AuditKind
from app.domain.ids import PredictionId
from app.exporters.report.pdf import ReportPdf
from app.usecases.exports.exporter import CaseFile
from models.contract.shelf.card import Metric
from resources import path as shipped
from tests.builders import a_divided_score, exported

pytestmark = pytest.mark.slow

STARTED = datetime(2021, 3, 14, tzinfo=UTC)

MakeCase = Callable[..., CaseFile]


@pytest.fixture
def report() -> ReportPdf:
    return ReportPdf(lambda: datetime(2021, 4, 2, 12, 30, tzinfo=UTC))


def text_of(path: Path) -> str:
    """Return the report's words with line breaks and no-break spaces as plain spaces."""
    pages = (page.extract_text() for page in PdfReader(path).pages)
    return " ".join(" ".join(pages).split())


def test_a_report_says_what_a_file_needs(report: ReportPdf, make_case: MakeCase, tmp_path: Path) -> None:
    (path,) = exported(report, [make_case()], tmp_path, deidentified=False)
    text = text_of(path)
    for words in (
        "Research use only. Not a medical device. The clinician decides.",
        "Canaryname, Jürgen", "CANARY-0815/ü", "1931", "85+ years", "male", "Posterior torso", "14 Mar 2021",
        "63 %", "52 % to 71 %", "Place in the queue: Urgent", "at or above the urgent threshold",
        "Image quality: The image is blurred.", "Not entered: age", "Threshold in force: 31 %",
        "mambaderm_lite 1.1.0", "dermomamba 1.2.0", "hidden attention", "inside the boundary",
        "Decision of the clinician", "Nevus", "histopathology", "biopsy", "canarycomment <b>bold?</b> & more",
        "Longest diameter", "mm²", "0.05000 mm per pixel, measured on a ruler",
        "Mask revision 1: corrected", "Score 63 % by mambaderm_lite", "Decision: Nevus",
        "It is not a diagnosis", "Page 1 of 2", "Page 2 of 2", "Made by Naevus",
    ):  # fmt: skip
        assert words in text, words
    assert ("c1" * 32) in text.replace(" ", "")


def test_names_of_shipped_models_are_not_broken(
    report: ReportPdf, make_case: MakeCase, tmp_path: Path
) -> None:
    name = max((folder.name for folder in shipped("models").iterdir() if folder.is_dir()), key=len)
    case = make_case().case
    score = replace(case.scores[0], model=replace(case.scores[0].model, name=name, version="1"))
    (path,) = exported(report, [make_case(case=replace(case, scores=(score,)))], tmp_path, deidentified=True)
    assert f"{name} 1 c1c1" in text_of(path)


def test_the_decision_stands_apart_from_the_model(
    report: ReportPdf, make_case: MakeCase, tmp_path: Path
) -> None:
    text = text_of(exported(report, [make_case()], tmp_path, deidentified=False)[0])
    model, decision = text.index("Model output (not a diagnosis)"), text.index("Decision of the clinician")
    assert model < text.index("63 %") < decision < text.index("canarycomment")


def test_a_deidentified_report_holds_no_canary(
    report: ReportPdf, make_case: MakeCase, tmp_path: Path
) -> None:
    (path,) = exported(report, [make_case()], tmp_path, deidentified=True)
    text = text_of(path)
    raw = path.read_bytes().lower() + str(PdfReader(path).metadata).lower().encode()
    assert "canary" not in (text + path.name).lower()
    assert b"canary" not in raw
    assert "1931" not in text
    assert "14 Mar" not in text
    assert "2021" not in text.replace("Made by Naevus, 2021", "")
    assert b"d:2021" not in raw
    assert "day 12" in text
    assert "85+ years" in text
    assert "63 %" in text


def test_metadata_never_names_the_patient(report: ReportPdf, make_case: MakeCase, tmp_path: Path) -> None:
    (path,) = exported(report, [make_case()], tmp_path, deidentified=False)
    metadata = PdfReader(path).metadata
    assert metadata is not None
    assert metadata.title == "Naevus dermoscopy report"
    assert "canary" not in str(metadata).lower()


def test_fonts_are_embedded(report: ReportPdf, make_case: MakeCase, tmp_path: Path) -> None:
    (path,) = exported(report, [make_case()], tmp_path, deidentified=False)
    fonts = [
        font.get_object()
        for page in PdfReader(path).pages
        for font in page["/Resources"]["/Font"].values()
        if "DejaVu" in str(font.get_object()["/BaseFont"])
    ]
    assert fonts
    assert all("/FontFile2" in font["/FontDescriptor"].get_object() for font in fonts)


def test_a_new_case_gives_a_form_to_fill_in(report: ReportPdf, new_case: CaseFile, tmp_path: Path) -> None:
    text = text_of(exported(report, [new_case], tmp_path, deidentified=False)[0])
    for words in (
        "No score was computed",
        "No decision has been recorded",
        "No lesion boundary",
        "signature",
    ):
        assert words in text


def test_the_history_follows_the_audit_trail_when_the_clock_was_set_back(
    report: ReportPdf, make_case: MakeCase, tmp_path: Path
) -> None:
    case = make_case().case
    set_back = replace(case.decisions[0], created_at=case.scores[0].predicted_at - timedelta(days=3))
    trail = (case.boundaries[0], case.revisions[0], case.scores[0], set_back)
    audit = tuple(
        AuditEvent(number, set_back.created_at, "Dr. Canarystaff", "stored", case.image.id, act.id)
        for number, act in enumerate(trail, start=3)
    )
    # Said again later about the same prediction, as when its boundary is assessed.
    again = AuditEvent(9, set_back.created_at, "model", "boundary assessed", case.image.id, trail[0].id)
    file = make_case(case=replace(case, decisions=(set_back,)), audit=(*audit, again))
    text = text_of(exported(report, [file], tmp_path, deidentified=False)[0])
    history = text[text.index("History") :]
    disclosed = ("Boundary predicted", "Mask revision 1", "Score 63 %", "Decision: Nevus")
    places = [history.index(words) for words in disclosed]
    assert places == sorted(places)


@pytest.mark.parametrize("is_deidentified", [False, True])
def test_the_history_names_the_model_that_redrew_a_boundary_from_clicks(
    report: ReportPdf, make_case: MakeCase, tmp_path: Path, is_deidentified: bool
) -> None:
    case = make_case().case
    revision = case.revisions[0]
    acts = ((AuditKind.MASK_CORRECTED, revision.id), (AuditKind.MASK_REFINED, "click_refiner/1"))
    audit = tuple(
        AuditEvent(number, revision.created_at, "Dr. Canarystaff", kind, case.image.id, detail)
        for number, (kind, detail) in enumerate(acts, start=3)
    )
    text = text_of(exported(report, [make_case(audit=audit)], tmp_path, deidentified=is_deidentified)[0])
    history = text[text.index("History") :]
    assert history.index("Boundary redrawn from clicks: click_refiner/1") > history.index("Mask revision 1")
    assert ("Canarystaff" in text) is not is_deidentified


def test_the_limits_are_those_of_the_models_that_spoke(
    report: ReportPdf, make_case: MakeCase, tmp_path: Path
) -> None:
    case = make_case().case
    figure = HeldOutFigure(Metric(value=0.78, low=0.71, high=0.84, n=285))
    said = "On 285 held-out images: AUC 0.78 (0.71 to 0.84)"
    models = (
        ModelSummary("segmentation", case.boundaries[0].model, None, None),
        ModelSummary(
            "classification", case.scores[0].model, figure, ("Learned from one clinic.", "No palms.")
        ),
    )
    text = text_of(exported(report, [make_case(models=models)], tmp_path, deidentified=True)[0])
    limits = text[text.index("Limits and intended use") :]
    assert "Boundary: dermomamba 1.2.0 This model is not on the shelf any more" in limits
    assert f"Score: mambaderm_lite 1.1.0 {said}. • Learned from one clinic. • No palms." in limits


def test_the_score_says_what_its_model_knows_and_that_its_boundary_is_uncertain(
    report: ReportPdf, make_case: MakeCase, tmp_path: Path
) -> None:
    case = make_case().case
    doubt = "The boundary is uncertain here; so are measurements and score."
    known = ("melanoma", "nevus")
    models = (ModelSummary("classification", case.scores[0].model, None, ("No palms.",), known),)
    doubtful = (replace(case.boundaries[0], border_uncertainty=0.12),)
    file = make_case(case=replace(case, boundaries=doubtful, revisions=()), models=models)
    text = text_of(exported(report, [file], tmp_path, deidentified=True)[0])
    assert doubt in text
    assert "Calibrated probability of melanoma as in the training data, 52 % to 71 % over" in text
    assert "Trained to tell melanoma from nevus; it does not know basal cell carcinoma" in text
    signed = make_case(case=replace(case, boundaries=doubtful), models=models)
    assert doubt not in text_of(exported(report, [signed], tmp_path, deidentified=True)[0])


def test_a_divided_score_is_reported_with_what_it_is_not(
    report: ReportPdf, make_case: MakeCase, tmp_path: Path
) -> None:
    case = make_case().case
    shares = a_divided_score(case.image.id).diagnosis_shares
    divided = replace(case, scores=(replace(case.scores[0], diagnosis_shares=shares),))
    text = text_of(exported(report, [make_case(case=divided)], tmp_path, deidentified=True)[0])
    assert "How the model divides its score among diagnoses. Of the score: melanoma 30 %" in text
    assert "none of these figures is one" in text
    plain = text_of(exported(report, [make_case()], tmp_path, deidentified=True)[0])
    assert "divides its score" not in plain


@pytest.mark.parametrize("is_edited", [False, True])
def test_both_scores_are_told_and_compared_only_when_nothing_else_changed(
    report: ReportPdf, make_case: MakeCase, tmp_path: Path, is_edited: bool
) -> None:
    case = make_case().case
    (after,) = case.scores
    before = replace(after, id=PredictionId("9" * 32), probability=0.5, mask_source=case.boundaries[0].id)
    edited = ("notes", "sex") if is_edited else ("notes",)
    audit = (
        AuditEvent(1, STARTED, "Dr. Canarystaff", AuditKind.SCORE_COMPUTED, case.image.id, before.id),
        AuditEvent(2, STARTED, "Dr. Canarystaff", AuditKind.PATIENT_EDITED, case.patient.id, fields=edited),
        AuditEvent(3, STARTED, "Dr. Canarystaff", AuditKind.SCORE_COMPUTED, case.image.id, after.id),
    )
    file = make_case(case=replace(case, scores=(before, after)), audit=audit)
    text = text_of(exported(report, [file], tmp_path, deidentified=True)[0])
    assert ("Predicted boundary 50 % → corrected 63 %" in text) is not is_edited
    assert ("what was entered has changed since, too (sex)" in text) is is_edited


def test_the_score_of_the_lesion_and_the_sooner_of_both_bands_are_reported(
    report: ReportPdf, make_case: MakeCase, tmp_path: Path
) -> None:
    case = make_case().case
    own = replace(case.scores[0], probability=0.15, probability_high=0.2)
    other = replace(own, probability=0.6)
    several = replace(case, scores=(own,), other_images=(ImageScores(other, other),))
    text = text_of(exported(report, [make_case(case=several)], tmp_path, deidentified=True)[0])
    assert "Lesion: 34 % from 2 images (15 to 60 %), Soon." in text
    assert "Place in the queue: Soon" in text
    assert "Lesion score 34 % is at or above the threshold for an early look (20 %)." in text
    assert "Lesion:" not in text_of(exported(report, [make_case()], tmp_path / "one", deidentified=True)[0])


def test_an_outdated_score_is_marked(report: ReportPdf, make_case: MakeCase, tmp_path: Path) -> None:
    case = make_case().case
    stale = replace(case, scores=(replace(case.scores[0], mask_source=case.boundaries[0].id),))
    assert "computed from an earlier mask" in text_of(
        exported(report, [make_case(case=stale)], tmp_path, deidentified=False)[0]
    )


@pytest.mark.parametrize(
    "name",
    [
        "Ä" * 80,
        "Müller-Lüdenscheidt " * 4,
        "😀 Emoji 李小龍",
        "</para><font size=99>",
        "a\u202eb\x00c\nd",
        "&&&<<<>>>",
    ],
)
def test_unusual_names_do_not_break_the_page(
    report: ReportPdf, make_case: MakeCase, tmp_path: Path, name: str
) -> None:
    text = text_of(exported(report, [make_case(name=name)], tmp_path, deidentified=False)[0])
    assert "Dermoscopy report" in text
    assert "\u202e" not in text


def test_pages_of_notes_are_printed_to_the_last_word(
    report: ReportPdf, make_case: MakeCase, tmp_path: Path
) -> None:
    notes = (
        "\n".join(f"Line {number}: stable, no itching. {'x' * 300}" for number in range(150)) + " lastword"
    )
    case = make_case().case
    long = replace(
        case,
        decisions=(replace(case.decisions[0], comment=notes),),
        patient=replace(case.patient, notes=notes),
    )
    (path,) = exported(report, [make_case(case=long)], tmp_path, deidentified=False)
    text = text_of(path)
    assert text.count("lastword") == 2
    assert f"Page 1 of {len(PdfReader(path).pages)}" in text


@pytest.mark.parametrize("shape", [(64, 900), (900, 64)])
def test_long_pictures_and_several_overlays_fit(
    report: ReportPdf, make_case: MakeCase, tmp_path: Path, shape: tuple[int, int]
) -> None:
    pixels = np.full((*shape, 3), 180, np.uint8)
    mask = np.zeros(shape, bool)
    mask[20:40, 20:40] = True
    signed = np.where(mask, np.float32(1), np.float32(-0.5)).astype(np.float32)
    overlays = {
        "hidden_attention": mask.astype(np.float32),
        "gradient_x_input": signed,
        "gate": np.abs(signed),
    }
    case = make_case(pixels=pixels, mask=mask, overlays=overlays)
    text = text_of(exported(report, [case], tmp_path, deidentified=False)[0])
    assert "in favour" in text
    assert "Local detail or whole crop (gate)" in text
    assert "What moved the score (gradient x input)" in text
    assert "mistrust this score" in text


def test_each_case_gets_its_own_file_and_none_is_overwritten(
    report: ReportPdf, make_case: MakeCase, tmp_path: Path
) -> None:
    first = exported(report, [make_case(), make_case()], tmp_path, deidentified=True)
    assert len(set(first)) == 2
    before = [path.read_bytes() for path in first]
    (third,) = exported(report, [make_case()], tmp_path, deidentified=True)
    assert third not in first
    assert [path.read_bytes() for path in first] == before
