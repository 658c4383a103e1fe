"""A clinician teaches the model what was corrected, goes away, comes back, and chooses; on real use cases."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.analysis.prediction import ModelRef
from app.settings import Settings
from app.ui.learning.windows import Learning
from app.ui.preferences import Places, Preferences
from app.ui.session import Session
from app.ui.shell.main_window import MainWindow
from app.ui.theme import Theme, ThemeChoice
from app.usecases.analysis.predictor import BoundaryResult
from app.usecases.cancellation import CancelToken
from app.usecases.services import Services
from models.contract.arrays import RgbImage
from models.contract.shelf.card import read_card
from models.contract.shelf.model_shelf import ModelShelf
from tests.app.usecases.learning.learning_clinic import a_clinic
from tests.app.usecases.learning.learning_models import a_variant, write_passed_exam
from tests.builders import a_case, services_at
from tests.fakes import CLASSIFIER, FakePredictor

WAIT_MS = 20_000
RUN_MS = 600_000
NAME = "dermomamba-tiny"


class ShelfPredictor(FakePredictor):
    """Predicts at once, in the name of the model that the shelf calls active."""

    def __init__(self, shelf: ModelShelf) -> None:
        super().__init__()
        self._shelf = shelf

    def boundary(
        self, image: RgbImage, token: CancelToken, *, model: ModelRef | None = None
    ) -> BoundaryResult:
        active = self._shelf.active("segmentation")
        assert active is not None
        card = active.card
        result = super().boundary(image, token)
        return replace(result, model=ModelRef(card.name, card.version, card.weights_sha256, "tiny", 0.5))


@pytest.fixture
def services(tmp_path: Path, tiny_models: Path) -> Iterator[Services]:
    """Return services on a shelf with a tiny model for outlines; scores come from a stand-in."""
    opened = services_at(tmp_path / "data")
    data = opened.store.folder
    shutil.copytree(tiny_models / "models" / NAME, data / "models" / NAME)
    opened.shelf.promote(NAME, "1", author="Dr Test")
    yield replace(opened, predictor=ShelfPredictor(opened.shelf))
    opened.store.close()


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, services: Services, tmp_path: Path) -> Iterator[MainWindow]:
    theme = qapp.findChild(Theme) or Theme(qapp, ThemeChoice.LIGHT)
    places = Places(tmp_path, tmp_path / "settings.toml")
    preferences = Preferences(Settings(accepted_intended_use=1), places)
    opened = MainWindow(Session(services), theme, preferences)
    qtbot.addWidget(opened)
    yield opened
    opened.controller.learning.close()
    opened.session.close()
    opened.controller.canvas.editor.wait_until_kept()


def start(qtbot: QtBot, window: MainWindow) -> Learning:
    window.resize(1440, 900)
    window.show()
    window.controller.start()
    settle(qtbot, window)
    return window.controller.learning


def settle(qtbot: QtBot, window: MainWindow, timeout: int = WAIT_MS) -> None:
    qtbot.waitUntil(lambda: not window.session.queues.busy_queues, timeout=timeout)


def test_another_model_in_use_is_seen_in_the_work_list_and_may_predict_again(
    qtbot: QtBot, window: MainWindow, services: Services, tmp_path: Path
) -> None:
    first = services.shelf.get(NAME, "1").folder
    write_passed_exam(a_variant(first, first.parent.parent, "2", last_byte=1), first)
    images = [a_case(services, tmp_path, seed=seed) for seed in (1, 2, 3)]
    learning = start(qtbot, window)
    notice = window.controller.work_list.earlier
    assert not notice.isVisible()
    shelf = learning.show_shelf()
    settle(qtbot, window)
    shelf.table.choose(f"{NAME}/2")
    shelf.promote.click()
    assert shelf.promoting.dialog is not None
    shelf.promoting.dialog.promote.click()
    qtbot.waitUntil(notice.isVisible, timeout=WAIT_MS)
    assert notice.text.startswith("3 cases show what an earlier model predicted.")
    notice.undecided.click()
    qtbot.waitUntil(lambda: not notice.isVisible(), timeout=WAIT_MS)
    settle(qtbot, window)
    weights = read_card(shelf._shown.lines[-1].folder).weights_sha256
    with services.store.reading() as work:
        boundaries = [work.cases.case(image_id).boundaries for image_id in images]
    assert [len(each) for each in boundaries] == [2, 2, 2]
    assert {each[-1].model.weights_sha256 for each in boundaries} == {weights}
    assert CLASSIFIER.weights_sha256 != weights


@pytest.mark.slow
def test_corrections_become_a_run_that_outlives_its_window_and_is_judged(
    qtbot: QtBot, window: MainWindow, services: Services, tmp_path: Path
) -> None:
    a_clinic(services, tmp_path, 6)
    training = start(qtbot, window).show_training()
    settle(qtbot, window)
    training.new_run.freeze.click()
    qtbot.waitUntil(training.new_run.start.isEnabled, timeout=RUN_MS)
    assert training.new_run.forecast.facts.value("Computes on").text() in ("processor", "graphics card")
    training.new_run.start.click()
    qtbot.waitUntil(lambda: training.view is not None, timeout=WAIT_MS)
    training.close()
    training.show()

    def has_ended() -> bool:
        return training.view is not None and training.view.run_state.state in ("finished", "failed")

    qtbot.waitUntil(has_ended, timeout=RUN_MS)
    settle(qtbot, window)
    assert training.page.failure == ""
    assert training.page.curves.loss.points
    assert "The exam is too small to say anything" in training.page.outcome.exam.words
    assert not training.page.outcome.promote.isEnabled()
    active = services.shelf.active("segmentation")
    assert active is not None
    assert active.card.version == "1"
