"""The attention layer and the list of overlays say the same."""

from pathlib import Path

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.ui.editor.layers import Layer
from app.ui.shell.main_window import MainWindow
from app.usecases.ports import Services
from tests.app.ui.conftest import OpenWindow
from tests.builders import a_case


def _opened(qtbot: QtBot, open_window: OpenWindow, services: Services, folder: Path) -> MainWindow:
    a_case(services, folder)
    window = open_window()
    _settle(qtbot, window)
    return window


def _settle(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.session.lanes.busy_lanes, timeout=30_000)


def test_switching_the_attention_layer_on_shows_the_default_overlay(
    qtbot: QtBot, open_window: OpenWindow, services: Services, tmp_path: Path
) -> None:
    window = _opened(qtbot, open_window, services, tmp_path)
    desk = window.desk
    assert desk.panels.explanation.chosen is None
    desk.layers.toggle("attention")
    _settle(qtbot, window)
    assert desk.panels.explanation.chosen == services.predictor.overlay_names()[0]
    said = "\n".join(label.text() for label in desk.panels.explanation.findChildren(QLabel))
    assert "Bright where the score rests on local detail" in said
    desk.panels.explanation.choose("hidden_attention")
    _settle(qtbot, window)
    desk.layers.toggle("attention")
    desk.layers.toggle("attention")
    assert desk.panels.explanation.chosen == "hidden_attention"


def test_choosing_no_overlay_switches_the_attention_layer_off(
    qtbot: QtBot, open_window: OpenWindow, services: Services, tmp_path: Path
) -> None:
    window = _opened(qtbot, open_window, services, tmp_path)
    desk = window.desk
    desk.layers.show_layer(Layer.ATTENTION, visible=True)
    _settle(qtbot, window)
    desk.panels.explanation.choose(None)
    assert not desk.canvas.layer_look(Layer.ATTENTION).is_visible


def test_an_overlay_that_was_hidden_stays_hidden_when_it_is_computed_again(
    qtbot: QtBot, open_window: OpenWindow, services: Services, tmp_path: Path
) -> None:
    window = _opened(qtbot, open_window, services, tmp_path)
    desk = window.desk
    desk.panels.explanation.choose("hidden_attention")
    _settle(qtbot, window)
    assert desk.canvas.layer_look(Layer.ATTENTION).is_visible
    desk.layers.toggle("attention")
    desk.review.predict()
    _settle(qtbot, window)
    said = "\n".join(label.text() for label in desk.panels.explanation.findChildren(QLabel))
    assert "lies inside the lesion" in said
    assert not desk.canvas.layer_look(Layer.ATTENTION).is_visible
