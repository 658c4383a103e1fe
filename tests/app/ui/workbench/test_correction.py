"""What the models said reaches the canvas while the case is open."""

from pathlib import Path

import numpy as np
from pytestqt.qtbot import QtBot

from app.ui.editor.layers import Layer
from app.ui.shell.main_window import MainWindow
from app.usecases.services import Services
from tests.app.ui.conftest import OpenWindow
from tests.builders import a_case, an_image_file


def _settle(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.session.queues.busy_queues, timeout=30_000)


def _shows_the_probability(window: MainWindow) -> bool:
    """Whether the layer of the probability changes what is seen."""
    view, layers = window.controller.canvas.view, window.controller.layers
    without = view.grab().toImage()
    layers.show_layer(Layer.PROBABILITY, visible=True)
    seen = view.grab().toImage()
    layers.show_layer(Layer.PROBABILITY, visible=False)
    return seen != without


def test_the_probability_of_an_opened_case_can_be_seen(
    qtbot: QtBot, open_window: OpenWindow, services: Services, tmp_path: Path
) -> None:
    a_case(services, tmp_path)
    window = open_window()
    _settle(qtbot, window)
    assert _shows_the_probability(window)


def test_a_first_prediction_shows_on_the_case_that_is_open(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path
) -> None:
    window = open_window()
    window.controller.import_paths([an_image_file(tmp_path, "first.png", seed=1)])
    qtbot.waitUntil(lambda: window.controller.review.view is not None, timeout=30_000)
    _settle(qtbot, window)
    assert window.controller.review.view is not None
    assert window.controller.review.view.case.boundary is not None
    mask = window.controller.canvas.editor.current_mask()
    assert mask is not None
    assert np.any(mask)
    assert _shows_the_probability(window)
