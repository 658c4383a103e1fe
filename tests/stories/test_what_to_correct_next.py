"""A clinician corrects where it helps most: the boundaries are assessed unasked, one key leads on."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.ids import ImageId
from app.settings import Settings
from app.ui.editor.layers import Layer
from app.ui.preferences import Places, Preferences
from app.ui.session import Session
from app.ui.shell.main_window import MainWindow
from app.ui.theme import Theme, ThemeChoice
from app.usecases.analysis.predictor import BoundaryUncertainty
from app.usecases.cancellation import CancelToken
from app.usecases.services import Services
from models.contract.arrays import BoolMask, RgbImage
from tests.builders import a_case, services_at
from tests.fakes import FakePredictor

WAIT_MS = 10_000


class _UncertainPredictor(FakePredictor):
    """Doubts each image more than the one before."""

    asked = 0

    def boundary_uncertainty(
        self, image: RgbImage, mask: BoolMask, token: CancelToken
    ) -> BoundaryUncertainty:
        self.asked += 1
        return replace(super().boundary_uncertainty(image, mask, token), border_uncertainty=0.04 * self.asked)


class Clinic:
    """A window on three predicted cases."""

    def __init__(self, window: MainWindow, services: Services, qtbot: QtBot) -> None:
        self.window, self.services, self._qtbot = window, services, qtbot
        self.notices: list[str] = []
        window.session.noticed.connect(lambda notice: self.notices.append(notice.text))

    def press(self, action: str) -> None:
        self.window.actions_of_window.action_by_id[action].trigger()
        self.settle()

    def settle(self) -> None:
        self._qtbot.waitUntil(lambda: not self.window.session.queues.busy_queues, timeout=WAIT_MS)

    @property
    def open_image(self) -> ImageId | None:
        return self.window.controller.review.image_id

    def border_uncertainty(self, image_id: ImageId) -> float | None:
        with self.services.store.reading() as work:
            boundary = work.cases.case(image_id).boundary
        return None if boundary is None else boundary.border_uncertainty


@pytest.fixture
def images(tmp_path: Path) -> list[ImageId]:
    services = services_at(tmp_path / "data")
    found = [a_case(services, tmp_path / "in", seed=seed, predicted=False) for seed in (1, 2, 3)]
    services.store.close()
    return found


@pytest.fixture
def clinic(qtbot: QtBot, qapp: QApplication, tmp_path: Path, images: list[ImageId]) -> Iterator[Clinic]:
    services = replace(services_at(tmp_path / "data"), predictor=_UncertainPredictor())
    theme = qapp.findChild(Theme) or Theme(qapp, ThemeChoice.LIGHT)
    places = Places(tmp_path / "data", tmp_path / "settings.toml")
    window = MainWindow(Session(services), theme, Preferences(Settings(accepted_intended_use=1), places))
    qtbot.addWidget(window)
    window.resize(1440, 900)
    window.show()
    window.controller.start()
    opened = Clinic(window, services, qtbot)
    window.controller.queue.predict_again(images)
    opened.settle()
    yield opened
    window.session.close()
    window.controller.canvas.editor.wait_until_kept()
    services.store.close()


def test_boundaries_are_assessed_after_they_are_shown_without_being_asked_for(
    clinic: Clinic, images: list[ImageId]
) -> None:
    found = [clinic.border_uncertainty(image_id) for image_id in images]
    assert None not in found
    assert len(set(found)) == 3


def test_one_key_leads_from_case_to_case_and_says_why(clinic: Clinic, images: list[ImageId]) -> None:
    first = clinic.open_image
    assert first is not None
    others = sorted(
        (one for one in images if one != first), key=lambda one: -(clinic.border_uncertainty(one) or 0)
    )
    clinic.press("case.next_correction")
    assert clinic.open_image == others[0]
    assert clinic.notices[-1].startswith("Next to correct: ")
    assert "unlike the training images" in clinic.notices[-1]
    clinic.press("mask.confirm")
    clinic.press("case.next_correction")
    assert clinic.open_image == others[1]
    clinic.press("case.next_correction")
    assert "begins again" in clinic.notices[-1]
    clinic.press("case.next_correction")
    assert clinic.open_image == first


def test_the_band_is_shown_on_request(clinic: Clinic) -> None:
    canvas = clinic.window.controller.canvas
    assert not canvas.view.layer_look(Layer.UNCERTAINTY).is_visible
    before = canvas.view.grab().toImage()
    clinic.press("view.uncertainty")
    assert canvas.view.layer_look(Layer.UNCERTAINTY).is_visible
    assert canvas.view.grab().toImage() != before
