from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.domain.analysis.lesion_score import ImageScores
from app.domain.analysis.model_summary import HeldOutFigure, MeasuredBands, ModelSummary
from app.domain.analysis.triage import Band
from app.domain.audit import AuditEvent, AuditKind
from app.domain.case import Case
from app.domain.errors import InvalidFieldError
from app.domain.figures import percent
from app.domain.ids import ImageId
from app.domain.measurement import Measurement
from app.domain.revision import RevisionReason
from app.text.scores import DIVISION
from app.ui.panels.case_panels import CasePanels
from app.ui.panels.history_panel import HistoryPanel, history_of
from app.ui.panels.measurements_panel import MeasurementsPanel
from app.ui.panels.outcome_card import OutcomeDraft
from app.ui.panels.score_panel import ReasonsCard
from app.ui.theme import Theme
from app.ui.widgets.badge import BadgeLabel
from app.ui.widgets.choice_box import ChoiceBox
from app.ui.workbench.case_view import CaseView
from app.usecases.analysis.local_bands import LocalBands
from app.usecases.analysis.score_attribution import AnswerSet, InputEffect, ScoreWhy
from app.usecases.analysis.score_image import rescore_image
from app.usecases.cases.open_case import open_case
from app.usecases.cases.set_decision import set_decision
from app.usecases.corrections.correct_mask import correct_mask
from app.usecases.corrections.outline_thumbnails import outline_thumbnails
from app.usecases.patients.edit_visit import edit_visit
from app.usecases.services import Services
from models.contract.shelf.card import Conformal, Metric
from models.contract.shelf.triage_figures import BandCounts, BandFigures
from tests.builders import a_case, a_divided_score, a_mask, a_score, an_outcome
from tests.fakes import CLASSIFIER, FakeToken

if TYPE_CHECKING:
    from app.domain.people.patient import Patient


@pytest.fixture
def case(services: Services, tmp_path: Path) -> Case:
    image_id = a_case(services, tmp_path)
    with services.store.reading() as work:
        return work.cases.case(image_id)


@pytest.fixture
def panels(qtbot: QtBot, services: Services, theme: Theme) -> CasePanels:
    panels = CasePanels(services.vocabulary, theme)
    qtbot.addWidget(panels)
    panels.show()
    return panels


def words_on(widget: QWidget) -> str:
    """Return every text that is shown on a widget, one per line."""
    QApplication.processEvents()
    labels = widget.findChildren(QLabel)
    return "\n".join(label.text() for label in labels if label.isVisibleTo(widget) and label.text())


def badges_on(widget: QWidget) -> list[BadgeLabel]:
    """Return the bands that are shown on a widget."""
    return [badge for badge in widget.findChildren(BadgeLabel) if badge.isVisibleTo(widget)]


def test_a_score_is_told_with_range_band_reason_model_and_limits(panels: CasePanels, case: Case) -> None:
    panels.show_view(CaseView(case))
    said, score = words_on(panels.score), case.score
    assert score is not None
    assert percent(score.probability) in said
    assert "over eight flipped and turned views of the image (not a confidence interval)" in said
    assert "urgent threshold" in said
    assert score.model.weights_sha256[:12] in said
    assert f"{score.model.name} {score.model.version}" in said
    assert "Threshold" in said
    assert "Research use only. Not a medical device." in said
    assert "Not entered: age, sex, body site." in said


def test_the_figures_of_the_model_stand_beside_its_score_and_its_limits_one_click_away(
    qtbot: QtBot, panels: CasePanels, case: Case
) -> None:
    figure = HeldOutFigure(Metric(value=0.78, n=285), image_alone=Metric(value=0.65, n=285))
    limits, known = ("Few melanomas.", "One <b>camera</b>."), ("melanoma", "nevus")
    model_summaries = ModelSummary("classification", CLASSIFIER, figure, limits, known)
    panels.show_view(CaseView(case, model_summaries=model_summaries))
    said = words_on(panels.score)
    assert "On 285 held-out images: AUC 0.78 with metadata, 0.65 from the image alone." in said
    assert "Trained to tell melanoma from nevus; it does not know basal cell carcinoma" in said
    assert "Calibrated probability of melanoma as in the training data" in said
    assert "Few melanomas." not in said
    qtbot.mouseClick(panels.score.model_lines.switch, Qt.MouseButton.LeftButton)
    assert "\N{BULLET} Few melanomas.\n\N{BULLET} One <b>camera</b>." in words_on(panels.score)


def test_figures_of_another_model_than_the_one_that_scored_are_not_shown(
    panels: CasePanels, case: Case
) -> None:
    model_summaries = ModelSummary(
        "classification",
        replace(CLASSIFIER, version="0"),
        HeldOutFigure(Metric(value=0.7, n=9)),
        ("No palms.",),
    )
    panels.show_view(CaseView(case, model_summaries=model_summaries))
    assert "held-out" not in words_on(panels.score)


def test_the_score_of_the_lesion_stands_beside_that_of_its_image(panels: CasePanels, case: Case) -> None:
    assert case.boundary is not None
    own = replace(a_score(case.image.id, 0.2), mask_source=case.boundary.id)
    other = a_score(ImageId("other"), 0.8)
    several = replace(case, scores=(own,), other_images=(ImageScores(other, other),))
    panels.show_view(CaseView(several))
    said = words_on(panels.score).replace("\N{NO-BREAK SPACE}", " ")
    assert "Lesion: 50 % from 2 images (20 to 80 %)" in said
    assert "Lesion score 50 % is at or above the threshold for an early look (30 %)." in said
    assert [badge.accessibleName() for badge in badges_on(panels.score)] == ["Routine", "Soon"]
    panels.show_view(CaseView(several, preview=replace(own, probability=0.8)))
    assert "Lesion: 80" in words_on(panels.score)
    panels.show_view(CaseView(replace(several, other_images=())))
    assert "Lesion" not in words_on(panels.score)


BANDS = MeasuredBands(
    BandFigures(
        malignant=BandCounts(urgent=50, soon=46, routine=4),
        benign=BandCounts(urgent=20, soon=180, routine=200),
    ),
    "held-out",
)


def test_what_a_band_is_worth_stands_below_the_score_at_the_prevalence_of_the_clinic(
    panels: CasePanels, case: Case
) -> None:
    model_summaries = ModelSummary("classification", CLASSIFIER, None, (), bands=BANDS)
    scored = replace(case, scores=(a_score(case.image.id, 0.9),))
    enough = LocalBands({Band.URGENT: 4}, {Band.URGENT: 6, Band.ROUTINE: 41})
    panels.show_view(CaseView(scored, model_summaries=model_summaries, local_bands=enough))
    said = words_on(panels.score).replace("\N{NO-BREAK SPACE}", " ")
    assert "Urgent: 1 in 3 such cases was malignant at 5 % prevalence." in said
    assert "malignant (51 decided in all, each counted by the decision)." in said
    panels.score.show_prevalence(1.0)
    said = words_on(panels.score).replace("\N{NO-BREAK SPACE}", " ")
    assert "Urgent: 1 in 11 such cases was malignant at 1 % prevalence." in said


def test_a_model_whose_bands_were_not_measured_claims_nothing(panels: CasePanels, case: Case) -> None:
    panels.show_view(CaseView(case, model_summaries=ModelSummary("classification", CLASSIFIER, None, ())))
    assert "prevalence" not in words_on(panels.score)


@pytest.mark.parametrize("warnings", [(), ("The image is blurred.",)])
def test_an_image_with_a_warning_keeps_its_band_and_says_what_to_check(
    panels: CasePanels, case: Case, warnings: tuple[str, ...]
) -> None:
    panels.show_view(CaseView(replace(case, scores=(a_score(case.image.id, 0.4, warnings=warnings),))))
    (badge,) = badges_on(panels.score)
    assert badge.badge is not None
    assert badge.badge.text == "Soon"
    assert ("Check image:\nThe image is blurred." in words_on(panels.score)) is bool(warnings)


DOUBT = "The boundary is uncertain here; so are measurements and score."


@pytest.mark.parametrize(("uncertainty", "is_said"), [(None, False), (0.02, False), (0.12, True)])
def test_an_uncertain_boundary_is_said_beside_the_score(
    panels: CasePanels, case: Case, uncertainty: float | None, is_said: bool
) -> None:
    assert case.boundary is not None
    assessed = replace(case.boundary, border_uncertainty=uncertainty)
    panels.show_view(CaseView(replace(case, boundaries=(assessed,))))
    assert (DOUBT in words_on(panels.score)) is is_said


def test_a_boundary_that_a_person_has_signed_is_not_called_uncertain(
    panels: CasePanels, case: Case, services: Services
) -> None:
    mask = open_case(services, case.image.id).mask
    assert mask is not None
    correct_mask(services, case.image.id, mask, reason=RevisionReason.CONFIRMED)
    with services.store.reading() as work:
        signed = work.cases.case(case.image.id)
    doubtful = tuple(replace(one, border_uncertainty=0.12) for one in signed.boundaries)
    panels.show_view(CaseView(replace(signed, boundaries=doubtful)))
    assert DOUBT not in words_on(panels.score)


LIMIT = "An overlay shows which parts moved the score; it does not show what the lesion is."
OUTSIDE = "Most of the relevance lies outside the lesion: mistrust this score."


@pytest.mark.parametrize(("share", "is_warned"), [(0.3, True), (0.8, False)])
def test_an_overlay_is_shown_with_what_it_does_not_show_and_with_its_warning(
    panels: CasePanels, case: Case, share: float, is_warned: bool
) -> None:
    panels.show_view(CaseView(case))
    card = panels.explanation
    assert LIMIT in words_on(card)
    card.offer(("grad_cam",))
    card.choose("grad_cam")
    card.show_share(share, is_signed=False)
    said = words_on(card)
    assert LIMIT in said
    assert (OUTSIDE in said) is is_warned
    card.show_waiting("grad_cam")
    assert OUTSIDE not in words_on(card)
    card.show_failure("It cannot be computed here.")
    assert LIMIT in words_on(card)


def test_a_score_is_divided_among_diagnoses_only_by_a_model_that_tells_them_apart(
    panels: CasePanels, case: Case
) -> None:
    assert DIVISION not in words_on(panels.score)
    panels.show_view(CaseView(replace(case, scores=(a_divided_score(case.image.id),))))
    said = words_on(panels.score)
    assert DIVISION in said
    assert f"Of the score: melanoma {percent(0.3)}, basal cell carcinoma {percent(0.1)}." in said
    assert "none of these figures is one" in said
    panels.show_view(CaseView(case))
    assert DIVISION not in words_on(panels.score)


def test_warnings_about_the_image_stand_above_the_number(panels: CasePanels, case: Case) -> None:
    blurred = a_score(case.image.id, 0.2, warnings=("The image is blurred.",))
    panels.show_view(CaseView(replace(case, scores=(blurred,))))
    said = words_on(panels.score)
    assert said.index("The image is blurred.") < said.index(percent(0.2))


@pytest.mark.parametrize(("probability", "is_reason"), [(0.2, True), (0.9, False)])
def test_a_warning_is_a_reason_where_it_gives_the_case_its_place(
    panels: CasePanels, case: Case, probability: float, is_reason: bool
) -> None:
    blurred = a_score(case.image.id, probability, warnings=("The image is blurred.",))
    panels.show_view(CaseView(replace(case, scores=(blurred,))))
    reasons = panels.score.findChild(ReasonsCard)
    assert reasons is not None
    assert ("The image is blurred." in words_on(reasons)) == is_reason


def test_inputs_that_cannot_be_given_are_named_on_demand(panels: CasePanels, case: Case) -> None:
    missing = ("age_approx", "tbp_lv_location", "tbp_lv_location_simple")
    score = replace(a_score(case.image.id, 0.4), missing_inputs=missing)
    panels.show_view(CaseView(replace(case, scores=(score,))))
    reasons = panels.score.findChild(ReasonsCard)
    assert reasons is not None
    (label,) = (one for one in reasons.findChildren(QLabel) if one.text().startswith("2 further inputs"))
    assert label.toolTip() == "body location (fine)\nbody location (coarse)"


def test_an_unscored_case_offers_to_score_it(qtbot: QtBot, panels: CasePanels, case: Case) -> None:
    panels.show_view(CaseView(replace(case, scores=(), boundaries=())))
    button = next(one for one in panels.score.findChildren(QPushButton) if one.isVisible())
    with qtbot.waitSignal(panels.score.predict_requested, timeout=1000):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_corrected_boundary_shows_both_scores(panels: CasePanels, case: Case, services: Services) -> None:
    correct_mask(services, case.image.id, a_mask(radius_px=40))
    rescore_image(services, case.image.id, FakeToken())
    corrected = open_case(services, case.image.id)
    assert case.score is not None
    assert corrected.case.score is not None
    panels.show_view(CaseView(corrected.case, trail=corrected.trail))
    before, after = percent(case.score.probability), percent(corrected.case.score.probability)
    assert before != after
    assert f"Predicted boundary {before}  →  corrected {after}" in words_on(panels.score)


def test_the_boundary_gets_no_credit_for_what_was_entered_meanwhile(
    panels: CasePanels, case: Case, services: Services
) -> None:
    correct_mask(services, case.image.id, a_mask(radius_px=40))
    edit_visit(services, case.visit, replace(case.visit, age_years=65))
    rescore_image(services, case.image.id, FakeToken())
    aged = open_case(services, case.image.id)
    panels.show_view(CaseView(aged.case, trail=aged.trail))
    said = words_on(panels.score)
    assert "→" not in said
    assert "what was entered has changed since, too (age)" in said


def test_what_was_typed_is_never_read_as_markup(panels: CasePanels, case: Case) -> None:
    named = replace(case, patient=replace(case.patient, name="<b>Zoë</b> 😀"))
    panels.show_view(CaseView(named))
    formats = {label.textFormat() for label in panels.findChildren(QLabel)}
    assert formats == {Qt.TextFormat.PlainText}


def test_a_finished_field_is_handed_over_with_the_rest_unchanged(
    qtbot: QtBot, panels: CasePanels, case: Case
) -> None:
    panels.show_view(CaseView(case))
    name = panels.patient.patient.field_by_name["name"].editor
    qtbot.keyClicks(name, "Anna")
    with qtbot.waitSignal(panels.patient.patient_edited) as handed:
        qtbot.keyClick(name, Qt.Key.Key_Return)
    patient: Patient = handed.args[0]
    assert patient == replace(case.patient, name="Anna")


def test_a_wrong_value_is_explained_while_it_is_typed_and_never_handed_over(
    qtbot: QtBot, panels: CasePanels, case: Case
) -> None:
    panels.show_view(CaseView(case))
    handed: list[Patient] = []
    panels.patient.patient_edited.connect(handed.append)
    field = panels.patient.patient.field_by_name["birth_year"]
    qtbot.keyClicks(field.editor, "19x")
    assert "four digits" in field.error
    qtbot.keyClick(field.editor, Qt.Key.Key_Return)
    assert handed == []


def test_a_wrong_value_stays_visible_while_another_field_is_stored(
    qtbot: QtBot, panels: CasePanels, case: Case
) -> None:
    panels.show_view(CaseView(case))
    field = panels.patient.patient.field_by_name["birth_year"]
    qtbot.keyClicks(field.editor, "19x")
    panels.show_view(CaseView(replace(case, patient=replace(case.patient, name="Anna"))))
    assert "four digits" in field.error


def test_a_wrong_value_does_not_follow_to_the_next_patient(
    qtbot: QtBot, panels: CasePanels, case: Case, services: Services, tmp_path: Path
) -> None:
    panels.show_view(CaseView(case))
    field = panels.patient.patient.field_by_name["birth_year"]
    qtbot.keyClicks(field.editor, "19x")
    other_id = a_case(services, tmp_path, seed=2)
    with services.store.reading() as work:
        other = work.cases.case(other_id)
    panels.show_view(CaseView(other))
    assert field.error == ""


def test_a_refused_value_is_shown_at_its_field(panels: CasePanels, case: Case) -> None:
    panels.show_view(CaseView(case))
    assert panels.show_field_error(InvalidFieldError("site_special", "That does not go with the site."))
    assert panels.patient.lesion.field_by_name["site_special"].error == "That does not go with the site."
    assert panels.tabs.tabText(panels.tabs.currentIndex()) == "Patient"
    assert not panels.show_field_error(InvalidFieldError("mask", "The mask does not fit."))


def test_a_decision_that_was_begun_waits_for_its_case(
    panels: CasePanels, case: Case, services: Services, tmp_path: Path
) -> None:
    other_id = a_case(services, tmp_path, seed=3)
    with services.store.reading() as work:
        other = work.cases.case(other_id)
    comment = panels.decision.field_by_name["comment"].editor
    panels.show_view(CaseView(case))
    comment.setPlainText("asymmetric")  # type: ignore[attr-defined]
    panels.show_view(CaseView(other))
    assert panels.decision.draft.comment == ""
    panels.show_view(CaseView(case))
    assert panels.decision.draft.comment == "asymmetric"


def test_an_outcome_is_entered_refused_at_its_field_and_taken_back(
    services: Services, panels: CasePanels, case: Case
) -> None:
    card, entered, withdrawals = panels.outcome, list[OutcomeDraft](), list[bool]()
    card.outcome_entered.connect(entered.append)
    card.withdrawal_requested.connect(lambda: withdrawals.append(True))
    panels.show_view(CaseView(case))
    panels.turn_to("Decision")
    assert "No outcome has been recorded." in words_on(card)
    assert not card.record_button.isEnabled()
    assert not card.withdraw_button.isVisibleTo(card)
    for name, word in (("outcome_diagnosis", "Nevus"), ("outcome_confirm_type", "histopathology")):
        box = card.field_by_name[name].editor
        assert isinstance(box, ChoiceBox)
        box.set_value(word)
        box.chosen.emit()
    other = replace(case, image=replace(case.image, id=ImageId("9" * 32)))
    panels.show_view(CaseView(other))
    assert card.draft.diagnosis is None
    panels.show_view(CaseView(case))
    card.record_button.click()
    assert (entered[0].diagnosis, entered[0].confirm_type) == ("Nevus", "histopathology")
    panels.turn_to("Score")
    assert panels.show_field_error(InvalidFieldError("outcome_known_on", "too early"))
    assert "too early" in words_on(card)
    assert panels.tabs.currentWidget().isAncestorOf(card)
    with services.store.writing() as work:
        work.cases.add_outcome(an_outcome(case.image.id))
        work.commit()
    stored = open_case(services, case.image.id).case
    panels.show_view(CaseView(stored))
    assert card.draft.diagnosis == "Melanoma Invasive"
    assert "Recorded by Dr Test" in words_on(card)
    card.withdraw_button.click()
    assert withdrawals == [True]
    (entry,) = [each for each in history_of(stored) if each.title == "Outcome recorded"]
    assert entry.detail == "Melanoma Invasive; histopathology, 20 Mar 2026, by Dr Test"


def test_the_score_fills_in_no_decision(panels: CasePanels, case: Case) -> None:
    panels.show_view(CaseView(case))
    draft = panels.decision.draft
    assert (draft.diagnosis, draft.management, draft.comment) == (None, None, "")


def test_the_history_names_who_and_which_weights(services: Services, case: Case) -> None:
    correct_mask(services, case.image.id, a_mask(radius_px=12))
    with services.store.reading() as work:
        entries = history_of(work.cases.case(case.image.id))
    assert entries[0].title == "Boundary, revision 1"
    assert "Dr Test" in entries[0].detail
    assert entries[0].is_current
    predicted = next(entry for entry in entries if entry.title == "Boundary predicted")
    assert "a" * 12 in predicted.detail
    assert not predicted.is_current


def test_the_history_says_why_a_score_was_computed_again_and_who_edited_what(
    panels: CasePanels, services: Services, case: Case
) -> None:
    edit_visit(services, case.visit, replace(case.visit, age_years=65))
    rescore_image(services, case.image.id, FakeToken())
    opened = open_case(services, case.image.id)
    panels.turn_to("History")
    panels.show_view(CaseView(opened.case, trail=opened.trail))
    said = words_on(panels.history)
    assert "Computed again: age changed." in said
    assert "Visit edited\nage: not known → 65\nby Dr Test" in said
    assert said.count("Computed again") == 1


def test_no_act_makes_the_history_wider_than_its_pane(qtbot: QtBot, case: Case) -> None:
    panel = HistoryPanel()
    qtbot.addWidget(panel)
    at = case.image.imported_at
    trail = tuple(
        AuditEvent(number, at, "Dr Test", kind, case.image.id) for number, kind in enumerate(AuditKind)
    )
    panel.show_view(CaseView(case, trail=trail))
    assert len(panel.entries) > 15
    titles = [label for label in panel.findChildren(QLabel) if label.property("role") == "heading"]
    assert max(label.minimumSizeHint().width() for label in titles) < 200


def test_a_changed_decision_is_told_with_what_it_was_before(services: Services, case: Case) -> None:
    image_id = case.image.id
    set_decision(services, image_id, diagnosis="Nevus", management="biopsy", comment="flat")
    set_decision(services, image_id, diagnosis="Melanoma in situ", management="biopsy")
    with services.store.reading() as work:
        newest, first = history_of(work.cases.case(image_id))[:2]
    assert (first.title, first.detail) == ("Decision recorded", "Nevus; biopsy, by Dr Test")
    assert newest.title == "Decision changed"
    assert newest.detail == "diagnosis: Nevus → Melanoma in situ\ncomment: “flat” → none\nby Dr Test"


def test_every_mask_of_the_history_is_shown_small_when_it_is_seen(
    qtbot: QtBot, services: Services, case: Case
) -> None:
    correct_mask(services, case.image.id, a_mask(radius_px=12))
    with services.store.reading() as work:
        corrected = work.cases.case(case.image.id)
    panel = HistoryPanel()
    asked: list[list[str]] = []
    qtbot.addWidget(panel)
    panel.outlines_wanted.connect(asked.append)
    panel.show_view(CaseView(corrected))
    assert asked == []
    panel.show()
    masks = [corrected.revisions[0].mask, corrected.boundaries[0].mask]
    assert asked == [masks]
    pictures = outline_thumbnails(services, corrected.image, masks)
    assert {picture.shape for picture in pictures.values()} == {(108, 144, 3)}
    assert not np.array_equal(*pictures.values())
    panel.show_outlines({mask: QPixmap(144, 108) for mask in pictures})
    shown = [label for label in panel.findChildren(QLabel) if not label.pixmap().isNull()]
    assert [label.pixmap().deviceIndependentSize().width() for label in shown] == [56, 56]


def test_an_earlier_boundary_can_be_asked_for_again(qtbot: QtBot, services: Services, case: Case) -> None:
    correct_mask(services, case.image.id, a_mask(radius_px=12))
    panel = HistoryPanel()
    qtbot.addWidget(panel)
    with services.store.reading() as work:
        panel.show_view(CaseView(work.cases.case(case.image.id)))
    (button,) = panel.findChildren(QPushButton)
    assert case.boundary is not None
    with qtbot.waitSignal(panel.revert_requested) as asked:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked.args == [str(case.boundary.id)]


def test_measurements_keep_their_units_and_say_what_changed(qtbot: QtBot, case: Case) -> None:
    panel = MeasurementsPanel()
    qtbot.addWidget(panel)
    now = (Measurement("Area", 12.5, "mm²", 1), Measurement("Perimeter", 14.0, "mm", 1))
    before = (Measurement("Area", 10.0, "mm²", 1), Measurement("Perimeter", 14.0, "mm", 1))
    panel.show_view(CaseView(case, now, before))
    assert [text for text in words_on(panel).split("\n") if "mm" in text] == [
        "10.0\N{NO-BREAK SPACE}mm²",
        "12.5\N{NO-BREAK SPACE}mm²",
        "14.0\N{NO-BREAK SPACE}mm",
        "14.0\N{NO-BREAK SPACE}mm",
    ]
    assert "The image has no scale, so sizes are in pixels." in words_on(panel)


def test_why_is_shown_only_when_there_is_something_to_say(panels: CasePanels, case: Case) -> None:
    panels.show_view(CaseView(case))
    assert "Why?" not in words_on(panels.score).split("\n")
    assert case.score is not None
    panels.score.why.show_why(ScoreWhy(case.score.id, (InputEffect("age 65", 0.3, 0.4),), None))
    said = words_on(panels.score).split("\n")
    assert "Age 65: 40\N{NO-BREAK SPACE}% with it, 30\N{NO-BREAK SPACE}% without it" in said
    panels.score.why.show_why(None)
    assert "Age 65: 40\N{NO-BREAK SPACE}% with it, 30\N{NO-BREAK SPACE}% without it" not in words_on(
        panels.score
    )


def test_the_answer_set_promises_no_rate_of_misses_for_a_fine_tuned_model(
    panels: CasePanels, case: Case
) -> None:
    assert case.score is not None
    quantiles = {"benign": 0.6, "malignant": 0.6}
    levels = Conformal(error_rate=0.1, quantile_by_label=quantiles, n_by_label={"benign": 9, "malignant": 9})
    panels.score.why.show_why(ScoreWhy(case.score.id, (), AnswerSet(0.5, levels)))
    (label,) = (
        one for one in panels.score.why.findChildren(QLabel) if one.text().startswith("At this score")
    )
    assert "after fine-tuning, perhaps more often" in label.toolTip()
    assert "no more often" not in label.toolTip()
