"""Every page and dialog of the window: each control has a name for screen readers, and no text is cut.

The window has the size of a screen of 1366 x 768, in English, in the language with the longest words, and
from right to left.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QScrollBar,
    QTabBar,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.ui.language import use_language
from app.ui.widgets.labels import ElidedLabel
from app.usecases.services import Services
from tests.app.ui.conftest import OpenWindow
from tests.builders import a_case

pytestmark = pytest.mark.slow

PAGES = (
    "case.measures", "case.patient", "case.decision", "case.readings", "case.history", "view.patients",
    "file.masks", "file.report", "file.acts", "file.settings", "case.body_map", "case.move", "case.removed",
    "case.who_is_who", "learning.shelf", "help.shortcuts", "help.own_keys", "help.device",
    "help.intended_use", "help.about",
)  # fmt: skip
CONTROLS = (
    QAbstractButton, QAbstractItemView, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit,
    QPlainTextEdit, QTabBar, QTextEdit,
)  # fmt: skip
PARTS_OF_CONTROLS = (QAbstractItemView, QAbstractSpinBox, QComboBox, QLineEdit, QTabBar)
TEXTS = (QCheckBox, QLabel, QPushButton, QRadioButton)


def nameless(root: QWidget) -> list[str]:
    return [
        f"{type(control.parentWidget()).__name__} > {type(control).__name__}"
        for control in root.findChildren(QWidget)
        if isinstance(control, CONTROLS) and control.isVisible() and not _is_a_part(control)
        if not QAccessible.queryAccessibleInterface(control).text(QAccessible.Text.Name).strip()
    ]


def _is_a_part(control: QWidget) -> bool:
    """Qt names what it makes itself, as a part of what it belongs to."""
    parent = control.parentWidget()
    of_qt = control.objectName().startswith("qt_") or (parent and parent.objectName().startswith("qt_"))
    return (
        bool(of_qt) or isinstance(control, QScrollBar | QHeaderView) or isinstance(parent, PARTS_OF_CONTROLS)
    )


def cut(root: QWidget) -> list[str]:
    return [
        text.text()[:60] for text in root.findChildren(QWidget) if isinstance(text, TEXTS) and _is_cut(text)
    ]


def _is_cut(text: QCheckBox | QLabel | QPushButton | QRadioButton) -> bool:
    if not text.isVisible() or not text.text() or isinstance(text, ElidedLabel):
        return False
    if isinstance(text, QLabel) and text.wordWrap():
        return text.heightForWidth(text.width()) > text.height() + 1
    return text.sizeHint().width() > text.width() + 1


@pytest.fixture(params=["en", "de", "ar"])
def language(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[str]:
    use_language(qapp, request.param)
    yield request.param
    use_language(qapp, "en")


def test_every_control_has_a_name_and_no_text_is_cut(
    qtbot: QtBot, language: str, open_window: OpenWindow, services: Services, tmp_path: Path
) -> None:
    a_case(services, tmp_path)
    window = open_window()
    window.resize(1366, 744)
    without_name, cut_off = [], []
    for page in PAGES:
        qtbot.waitUntil(lambda: not window.session.queues.busy_queues, timeout=30_000)
        window.actions_of_window.action_by_id[page].trigger()
        QTest.qWait(100)
        qtbot.waitUntil(lambda: not window.session.queues.busy_queues, timeout=30_000)
        for top in [top for top in QApplication.topLevelWidgets() if top.isVisible()]:
            without_name += [f"{language}, {page}: {what}" for what in nameless(top)]
            cut_off += [f"{language}, {page}: {what}" for what in cut(top)]
            if top is not window:
                top.close()
    assert without_name == []
    assert cut_off == []
