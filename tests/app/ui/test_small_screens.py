"""The window on small screens and at large scale: how narrow it gets, and how its panes fold."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QScrollArea
from pytestqt.qtbot import QtBot

from app.ui.panels.case_panels import TAB_NAMES
from app.ui.shell.main_window import MainWindow
from app.ui.shell.panes import Pane
from app.usecases.services import Services
from tests.app.ui.conftest import OpenWindow
from tests.builders import a_case

NARROWEST_SCREEN_PX = 900
"""Less than 1920 px at 200 %, and than 1366 px at 125 %."""


@pytest.fixture
def window(
    open_window: OpenWindow, services: Services, qtbot: QtBot, tmp_path_factory: pytest.TempPathFactory
) -> MainWindow:
    """Return the window with a scored case open."""
    a_case(services, tmp_path_factory.mktemp("images"))
    opened = open_window()
    qtbot.waitUntil(lambda: opened.controller.review.view is not None)
    opened.activateWindow()
    return opened


def test_with_all_panes_open_the_window_is_usable_below_900_px(window: MainWindow) -> None:
    assert not window.controller.panes.folded
    assert window.minimumSizeHint().width() < NARROWEST_SCREEN_PX
    window.resize(880, 480)
    QApplication.processEvents()
    assert window.width() == 880
    right_edge = window.rect().right()
    for part in (
        window.controller.panels,
        window.controller.canvas.view,
        window.controller.layers,
        window.controller.work_list,
    ):
        assert part.isVisible()
        assert part.mapTo(window, part.rect().bottomRight()).x() <= right_edge
    assert window.controller.canvas.view.height() >= window.controller.canvas.view.minimumHeight()


def test_without_cases_it_is_as_narrow(open_window: OpenWindow) -> None:
    assert open_window().minimumSizeHint().width() < NARROWEST_SCREEN_PX


def test_at_the_narrowest_every_tab_is_named_and_no_page_scrolls_sideways(window: MainWindow) -> None:
    window.resize(880, 600)
    tabs = window.controller.panels.tabs
    for number in range(len(TAB_NAMES)):
        tabs.setCurrentIndex(number)
        QApplication.processEvents()
        page = tabs.widget(number)
        page = page if isinstance(page, QScrollArea) else page.findChild(QScrollArea)
        assert isinstance(page, QScrollArea)
        assert page.horizontalScrollBar().maximum() == 0, TAB_NAMES[number]
    bar = tabs.tabBar()
    assert bar.tabRect(len(TAB_NAMES) - 1).right() <= bar.rect().right()


def test_tab_on_the_image_leaves_the_image_only_and_brings_the_panes_back(window: MainWindow) -> None:
    canvas = window.controller.canvas
    canvas.view.setFocus()
    wide = canvas.view.width()
    QTest.keyClick(canvas.view, Qt.Key.Key_Tab)
    assert not window.controller.work_list.isVisible()
    assert not window.controller.panels.isVisible()
    QApplication.processEvents()
    assert canvas.view.width() > wide
    assert canvas.view.hasFocus()
    QTest.keyClick(canvas.view, Qt.Key.Key_Tab)
    assert window.controller.work_list.isVisible()
    assert window.controller.panels.isVisible()


def test_tab_in_a_field_goes_to_the_next_control_as_always(window: MainWindow) -> None:
    search = window.controller.work_list.search
    search.setFocus()
    QTest.keyClick(search, Qt.Key.Key_Tab)
    assert window.controller.panes.folded == frozenset()
    assert not search.hasFocus()


def test_only_the_panes_that_were_open_come_back(window: MainWindow) -> None:
    window.controller.panes.toggle(Pane.LIST)
    window.controller.panes.toggle_image_only()
    window.controller.panes.toggle_image_only()
    assert window.controller.panes.folded == {Pane.LIST}


def test_folding_the_pane_one_types_in_gives_the_focus_to_the_image(window: MainWindow) -> None:
    window.controller.work_list.search.setFocus()
    QTest.keyClick(window.controller.work_list.search, Qt.Key.Key_F8)
    assert window.controller.panes.folded == {Pane.LIST}
    assert window.controller.canvas.view.hasFocus()


def test_what_is_asked_for_comes_out_of_a_folded_pane(window: MainWindow) -> None:
    window.controller.panes.toggle_image_only()
    window.actions_of_window.action_by_id["case.patient"].trigger()
    assert window.controller.panes.folded == {Pane.LIST}
    assert window.controller.panels.tabs.currentIndex() == TAB_NAMES.index("Patient")
    window.actions_of_window.action_by_id["case.search"].trigger()
    assert not window.controller.panes.folded
    assert window.controller.work_list.search.hasFocus()


def test_folded_panes_are_folded_at_the_next_start(window: MainWindow, open_window: OpenWindow) -> None:
    window.controller.panes.toggle(Pane.PANELS)
    window.close()
    assert open_window().controller.panes.folded == {Pane.PANELS}


def test_a_window_remembered_from_a_larger_screen_fits_this_one(
    window: MainWindow, open_window: OpenWindow
) -> None:
    window.setGeometry(-3000, 40, 2400, 1600)
    window.close()
    again = MainWindow(window.session, window.controller._theme, window._preferences)
    available = again.screen().availableGeometry()
    assert available.contains(again.geometry())
