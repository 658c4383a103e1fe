"""View aids in the window: switched by keys and menu, said on the image, and seen by nothing but the view."""

from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app.ui.editor.view_aids.choice import AS_TAKEN, Channel, ViewAids
from app.ui.shell.main_window import MainWindow
from app.usecases.services import Services
from tests.app.ui.conftest import OpenWindow
from tests.builders import a_case


def _settle(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.session.queues.busy_queues, timeout=30_000)


def _press(qtbot: QtBot, window: MainWindow, *action_ids: str) -> None:
    for action_id in action_ids:
        window.actions_of_window.action_by_id[action_id].trigger()
    _settle(qtbot, window)
    window.controller.canvas.view.repaint()


def _said(window: MainWindow) -> str:
    return window.controller.canvas.view.shown_aids.words(1.0, None)


def _checked(menu: QMenu) -> list[str]:
    return [action.text().split("\t")[0] for action in menu.actions() if action.isChecked()]


def test_a_person_switches_aids_and_nothing_but_the_view_sees_them(
    qtbot: QtBot, open_window: OpenWindow, services: Services, tmp_path: Path
) -> None:
    first, second = a_case(services, tmp_path, seed=1), a_case(services, tmp_path, seed=2)
    window = open_window()
    _settle(qtbot, window)
    controller, view = window.controller, window.controller.canvas.view
    controller.review.open(first)
    _settle(qtbot, window)
    view.repaint()
    taken, on_screen = np.array(view.pixels), view.renderer.pixels.copy()
    small = np.array(view.image_copy(64))
    button = controller.view_aid_menu

    _press(qtbot, window, "view.aid.hair", "view.aid.contrast", "view.aid.constancy", "view.channel")
    assert _said(window) == "View only: hair reduced, colour constancy, contrast, red channel"
    assert button.text() == "View aids (4)"
    assert _checked(button.menu()) == ["Hair reduced", "Colour constancy", "Local contrast", "Red channel"]
    shown = view.renderer.pixels
    assert (shown != on_screen).mean() > 0.2

    # What tools, the refiner, masks and scores read is what was taken.
    assert np.array_equal(view.pixels, taken)
    assert np.array_equal(view.image_copy(64), small)
    tool_sees = controller.canvas.tools.image_copy(64)
    assert np.array_equal(tool_sees, small)
    assert np.array_equal(services.arrays.pixels(controller.review.view.case.image), taken)

    _press(qtbot, window, "view.as_taken")
    assert (controller.view_aids.aids, _said(window), button.text()) == (AS_TAKEN, "", "View aids")
    assert np.array_equal(view.renderer.pixels, on_screen)

    # An image of another lesion is shown as it was taken; the grid changes no pixel and stays.
    controller.view_aids.choose(ViewAids(channel=Channel.BLUE, grid=True))
    _settle(qtbot, window)
    assert _said(window).startswith("View only: blue channel, grid")
    controller.review.open(second)
    _settle(qtbot, window)
    assert controller.view_aids.aids == ViewAids(grid=True)
    assert _said(window).startswith("View only: grid")
    assert view.shown_aids.pixels is None
