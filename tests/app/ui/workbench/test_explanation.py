"""The attention layer and the list of overlays say the same."""

from pathlib import Path

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.ui.editor.layers import Layer
from app.ui.shell.main_window import MainWindow
from app.usecases.services import Services
from tests.app.ui.conftest import OpenWindow
from tests.builders import a_case


def _opened(qtbot: QtBot, open_window: OpenWindow, services: Services, folder: Path) -> MainWindow:
    a_case(services, folder)
    window = open_window()
    _settle(qtbot, window)
    return window


def _settle(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.session.queues.busy_queues, timeout=30_000)


def test_switching_the_attention_layer_on_shows_the_default_overlay(
    qtbot: QtBot, open_window: OpenWindow, services: Services, tmp_path: Path
) -> None:
    window = _opened(qtbot, open_window, services, tmp_path)
    controller = window.controller
    assert controller.panels.explanation.chosen is None
    controller.layers.toggle("attention")
    _settle(qtbot, window)
    assert controller.panels.explanation.chosen == services.predictor.overlay_names()[0]
    said = "\n".join(label.text() for label in controller.panels.explanation.findChildren(QLabel))
    assert "Bright where the score rests on local detail" in said
    controller.panels.explanation.choose("hidden_attention")
    _settle(qtbot, window)
    controller.layers.toggle("attention")
    controller.layers.toggle("attention")
    assert controller.panels.explanation.chosen == "hidden_attention"


def test_choosing_no_overlay_switches_the_attention_layer_off(
    qtbot: QtBot, open_window: OpenWindow, services: Services, tmp_path: Path
) -> None:
    window = _opened(qtbot, open_window, services, tmp_path)
    controller = window.controller
    controller.layers.show_layer(Layer.ATTENTION, visible=True)
    _settle(qtbot, window)
    controller.panels.explanation.choose(None)
    assert not controller.canvas.view.layer_look(Layer.ATTENTION).is_visible


def test_an_overlay_that_was_hidden_stays_hidden_when_it_is_computed_again(
    qtbot: QtBot, open_window: OpenWindow, services: Services, tmp_path: Path
) -> None:
    window = _opened(qtbot, open_window, services, tmp_path)
    controller = window.controller
    controller.panels.explanation.choose("hidden_attention")
    _settle(qtbot, window)
    assert controller.canvas.view.layer_look(Layer.ATTENTION).is_visible
    controller.layers.toggle("attention")
    controller.review.predict()
    _settle(qtbot, window)
    said = "\n".join(label.text() for label in controller.panels.explanation.findChildren(QLabel))
    assert "lies inside the lesion" in said
    assert not controller.canvas.view.layer_look(Layer.ATTENTION).is_visible
