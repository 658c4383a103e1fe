"""What is entered or chosen in the window reaches the score, the stored signatures and the sentences."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from app.settings import Settings
from app.ui.shell.main_window import MainWindow
from models.contract.shelf.card import InputSpec, write_card
from models.contract.shelf.triage_figures import BandCounts, BandFigures, TriageFigures
from tests.builders import a_case, services_at
from tests.fakes import CLASSIFIER, THRESHOLDS
from tests.model_files import a_card, write_graph, write_weights
from tests.stories.workplace import Workplace

FIGURES = BandFigures(
    malignant=BandCounts(urgent=50, soon=46, routine=4),
    benign=BandCounts(urgent=20, soon=180, routine=200),
)


def words_on(widget: QWidget) -> str:
    QApplication.processEvents()
    labels = widget.findChildren(QLabel)
    shown = "\n".join(label.text() for label in labels if label.isVisibleTo(widget) and label.text())
    return shown.replace("\N{NO-BREAK SPACE}", " ")


def _shelve_score_model(data_folder: Path) -> None:
    """Lay the card of the test predictor's score model on the shelf, with figures of its bands."""
    folder = data_folder / "models" / CLASSIFIER.name / CLASSIFIER.version
    folder.mkdir(parents=True)
    write_weights(folder / "weights.safetensors")
    write_graph(folder / "graph.onnx")
    card = a_card(
        folder,
        name=CLASSIFIER.name,
        version=CLASSIFIER.version,
        task="classification",
        labels=("benign", "malignant"),
        input=InputSpec.for_classification(size_px=32, crop_margin=0.25),
        weights_sha256=CLASSIFIER.weights_sha256,
        triage_thresholds={"urgent": THRESHOLDS.urgent, "soon": THRESHOLDS.soon},
        triage_figures={"test": TriageFigures(whole=FIGURES)},
    )
    write_card(card, folder)


@pytest.mark.parametrize(
    ("card", "field", "value", "column"),
    [("patient", "sex", "female", "sex"), ("lesion", "site", "lower extremity", "anatom_site_general")],
)
def test_a_choice_in_the_forms_is_stored_and_scored_at_once(
    workplace: Workplace, one_case: MainWindow, card: str, field: str, value: str, column: str
) -> None:
    before = workplace.case(one_case)
    box = getattr(one_case.controller.panels.patient, card).field_by_name[field].editor
    box.set_value(value)
    box.chosen.emit()
    workplace.settle(one_case)
    case = workplace.case(one_case)
    assert getattr(getattr(case, card), field) == value
    assert len(case.scores) == len(before.scores) + 1
    assert column in case.scores[0].missing_inputs
    assert column not in case.scores[-1].missing_inputs


def test_the_prevalence_of_the_settings_reaches_the_sentence_about_the_band(
    workplace: Workplace, tmp_path: Path
) -> None:
    services = services_at(workplace.folder)
    a_case(services, tmp_path / "in")
    services.store.close()
    _shelve_score_model(workplace.folder)
    window = workplace.open(settings=Settings(accepted_intended_use=1, prevalence_percent=12.0))
    panel = window.controller.panels.score
    assert "at 12 % prevalence." in words_on(panel)
    window._preferences.change(prevalence_percent=2.5)
    workplace.settle(window)
    assert "at 2.5 % prevalence." in words_on(panel)


def test_the_name_of_the_settings_signs_what_follows(workplace: Workplace, one_case: MainWindow) -> None:
    one_case._preferences.change(user_name="Dr Renamed")
    one_case.controller.correction.confirm()
    workplace.settle(one_case)
    case = workplace.case(one_case)
    assert case.revision is not None
    assert case.revision.author == "Dr Renamed"
    with one_case.session.services.store.reading() as work:
        acts = {act.kind: act.who for act in work.audit.events(case.image.id)}
    assert acts["mask confirmed"] == "Dr Renamed"
    assert acts["image imported"] == "Dr Test"
