"""Errors that nobody expected: said once, logged each time, and the window goes on."""

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from app.ui.preferences import Places
from app.ui.unforeseen_errors import UnforeseenErrors


def raised(words: str) -> BaseException:
    try:
        raise ImportError(words)
    except ImportError as error:
        return error


def messages() -> list[QMessageBox]:
    return [box for box in QApplication.topLevelWidgets() if isinstance(box, QMessageBox) and box.isVisible()]


@pytest.fixture
def errors(qtbot: QtBot, tmp_path: Path) -> Iterator[UnforeseenErrors]:
    yield UnforeseenErrors(Places(tmp_path, tmp_path / "settings.toml"))
    for box in messages():
        box.close()


@pytest.fixture
def closes_a_blocking_message(qtbot: QtBot) -> Iterator[list[str]]:
    """Close a message that waits in an event loop of its own, so that a test of it ends."""
    found: list[str] = []

    def close() -> None:
        found.extend(box.text() for box in messages())
        for box in messages():
            box.close()

    timer = QTimer()
    timer.setSingleShot(True)
    timer.timeout.connect(close)
    timer.start(2000)
    yield found
    timer.stop()


def test_an_unforeseen_error_is_shown_and_the_window_goes_on(
    errors: UnforeseenErrors, closes_a_blocking_message: list[str]
) -> None:
    error = raised("a module that was changed meanwhile")
    errors.explain(type(error), error, error.__traceback__)
    assert closes_a_blocking_message == []
    (box,) = messages()
    assert not box.isModal()
    assert "Your cases and corrections are stored" in box.text()


def test_many_errors_are_logged_and_shown_in_one_message(
    errors: UnforeseenErrors, closes_a_blocking_message: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        for number in range(3):
            error = raised(f"error {number}")
            errors.explain(type(error), error, error.__traceback__)
    assert len(messages()) == 1
    assert all(f"error {number}" in caplog.text for number in range(3))
    assert closes_a_blocking_message == []


def test_after_the_message_was_closed_the_next_error_is_shown_again(
    errors: UnforeseenErrors, qtbot: QtBot
) -> None:
    error = raised("first")
    errors.explain(type(error), error, error.__traceback__)
    messages()[0].close()
    qtbot.waitUntil(lambda: not messages())
    errors.explain(type(error), error, error.__traceback__)
    assert len(messages()) == 1


def test_it_takes_over_what_nothing_else_has_caught(
    errors: UnforeseenErrors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    errors.install()
    error = raised("of a slot")
    sys.excepthook(type(error), error, error.__traceback__)
    assert len(messages()) == 1
