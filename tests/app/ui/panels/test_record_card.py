"""The form has an editor for every field that is entered, and gives back what it shows."""

import pytest
from pytestqt.qtbot import QtBot

from app.domain.fields import FIELDS, RecordType
from app.domain.lesion import Lesion, Visit
from app.domain.people.patient import Patient
from app.ui.panels.patient_panel import PatientPanel
from tests.builders import the_vocabulary

EXPECTED = {
    Patient: [
        "Patient number",
        "Name",
        "Year of birth",
        "Sex",
        "Skin type (Fitzpatrick)",
        "Melanoma before",
        "Melanoma in the family",
        "Notes on the patient",
    ],
    Lesion: [
        *("Site", "Special site", "Exact site", "Side"),
        *("Label", "Longest diameter on the skin", "Notes on the lesion"),
    ],
    Visit: ["Date", "Age at the visit"],
}


@pytest.fixture
def panel(qtbot: QtBot) -> PatientPanel:
    panel = PatientPanel(the_vocabulary())
    qtbot.addWidget(panel)
    return panel


@pytest.mark.parametrize("record", [Patient, Lesion, Visit])
def test_every_entered_field_has_an_editor_with_its_label(panel: PatientPanel, record: RecordType) -> None:
    card = {Patient: panel.patient, Lesion: panel.lesion, Visit: panel.visit}[record]
    shown = {name: field.label for name, field in card.field_by_name.items()}
    assert shown == {field.name: field.label for field in FIELDS if field.of is record and field.is_entered}
    assert list(shown.values()) == EXPECTED[record]
