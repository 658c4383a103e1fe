from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from app.domain.case import Case
from app.ui.panels.patient_panel import VisitCard
from app.ui.theme import Theme
from app.usecases.services import Services
from tests.builders import a_case, the_vocabulary


@pytest.fixture
def case(services: Services, tmp_path: Path) -> Case:
    image_id = a_case(services, tmp_path)
    with services.store.reading() as work:
        return work.cases.case(image_id)


@pytest.fixture
def card(qtbot: QtBot) -> VisitCard:
    card = VisitCard(the_vocabulary())
    qtbot.addWidget(card)
    card.show()
    return card


def test_date_and_age_are_of_one_height(theme: Theme, card: VisitCard) -> None:
    date_height_px, age_height_px = (card.field_by_name[name].editor.height() for name in card.field_by_name)
    assert date_height_px == age_height_px


def said_at(card: VisitCard, name: str) -> str:
    """Return the words below a field."""
    field = card.field_by_name[name]
    return "".join(label.text() for label in field.findChildren(QLabel)[1:] if label.isVisibleTo(card))


def age_line(card: VisitCard) -> QLineEdit:
    line = card.field_by_name["age_years"].editor
    assert isinstance(line, QLineEdit)
    return line


def born(case: Case, year: int) -> Case:
    visit = replace(case.visit, visited_on=date(2026, 3, 14))
    return replace(case, patient=replace(case.patient, birth_year=year), visit=visit)


def test_an_age_of_200_is_refused_in_its_own_words_and_not_handed_over(
    qtbot: QtBot, card: VisitCard, case: Case
) -> None:
    handed: list[None] = []
    card.edited.connect(lambda: handed.append(None))
    card.show_case(case, keeps=False)
    qtbot.keyClicks(age_line(card), "200")
    qtbot.keyClick(age_line(card), Qt.Key.Key_Return)
    assert "“200”" in card.field_by_name["age_years"].error
    assert handed == []
    assert card.record_of(case) == replace(case.visit, age_years=None)


def test_an_age_above_85_is_seen_to_be_kept_as_85(qtbot: QtBot, card: VisitCard, case: Case) -> None:
    card.show_case(case, keeps=False)
    qtbot.keyClicks(age_line(card), "97")
    assert "97 is kept as 85" in said_at(card, "age_years")
    with qtbot.waitSignal(card.edited, timeout=1000):
        qtbot.keyClick(age_line(card), Qt.Key.Key_Return)
    assert age_line(card).text() == "85"
    assert said_at(card, "age_years") == "85 stands for 85 and older."
    assert card.record_of(case) == replace(case.visit, age_years=85)


def test_an_age_that_follows_from_the_year_of_birth_is_shown_as_computed(card: VisitCard, case: Case) -> None:
    card.show_case(born(case, 1961), keeps=False)
    assert age_line(card).text() == ""
    assert age_line(card).placeholderText() == "65, computed"
    assert said_at(card, "age_years") == "65, computed from the year of birth."
    assert card.record_of(case) == replace(case.visit, age_years=None)


def test_a_computed_age_above_85_says_what_the_model_is_given(card: VisitCard, case: Case) -> None:
    card.show_case(born(case, 1935), keeps=False)
    assert said_at(card, "age_years").startswith("91, computed")
    assert "the model and exports take 85" in said_at(card, "age_years")


def test_a_computed_age_does_not_stay_for_the_next_patient(card: VisitCard, case: Case) -> None:
    card.show_case(born(case, 1961), keeps=False)
    card.show_case(case, keeps=False)
    assert age_line(card).placeholderText() == ""
    assert "computed" not in said_at(card, "age_years")


def test_a_visit_on_the_day_of_import_says_that_it_is_only_that(card: VisitCard, case: Case) -> None:
    card.show_case(case, keeps=False)
    assert "The day of import" in said_at(card, "visited_on")
    earlier = replace(case, visit=replace(case.visit, visited_on=date(2020, 1, 2)))
    card.show_case(earlier, keeps=False)
    assert said_at(card, "visited_on") == ""
    dated = replace(case.image, provenance=(("visit date", "as the file says"),))
    card.show_case(replace(case, image=dated), keeps=False)
    assert said_at(card, "visited_on") == ""
