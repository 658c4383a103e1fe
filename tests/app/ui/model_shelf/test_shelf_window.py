"""The window of the model shelf: what may be chosen, by whom, and how to go back."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.domain.changes import Changes
from app.ui.model_shelf.shelf_window import ShelfWindow
from app.ui.session import Session
from app.ui.theme import Theme
from app.usecases.services import Services
from models.contract.shelf.model_shelf import ModelShelf
from tests.app.usecases.learning.learning_models import a_variant, write_passed_exam

NAME = "dermomamba-tiny"


@pytest.fixture
def models(services: Services, tiny_models: Path) -> Path:
    """Return the shelf's folder with an active model, one that passed, and one that the gate refuses."""
    data = services.store.folder
    shutil.copytree(tiny_models / "models", data / "models")
    shutil.copy(tiny_models / "active.json", data / "active.json")
    base = data / "models" / NAME / "1"
    write_passed_exam(a_variant(base, data / "models", "1-clinic1", last_byte=1), base)
    write_passed_exam(a_variant(base, data / "models", "1-clinic2", last_byte=2), base, gain=-0.05)
    return data / "models"


@pytest.fixture
def session(qtbot: QtBot, services: Services) -> Iterator[Session]:
    opened = Session(services)
    yield opened
    opened.close()


@pytest.fixture
def window(qtbot: QtBot, session: Session, theme: Theme, models: Path) -> ShelfWindow:
    opened = ShelfWindow(session)
    qtbot.addWidget(opened)
    opened.show()
    settle(qtbot, opened)
    assert opened.table.rowCount() == 5
    return opened


def settle(qtbot: QtBot, window: ShelfWindow) -> None:
    qtbot.waitUntil(lambda: not window._session.queues.busy_queues, timeout=20_000)


def active(window: ShelfWindow) -> str:
    model = window._session.services.shelf.active("segmentation")
    assert model is not None
    return model.card.version


def states(window: ShelfWindow) -> dict[str, str]:
    return {
        window.table.item(row, 1).text(): window.table.item(row, 2).text()
        for row in range(window.table.rowCount())
    }


def test_each_version_is_listed_with_its_state(window: ShelfWindow) -> None:
    assert states(window) == {
        f"{NAME}/1": "In use",
        f"{NAME}/1-clinic1": "Candidate, exam passed",
        f"{NAME}/1-clinic2": "Refused by the gate",
        "mambaderm-tiny/1": "In use",
        "click-refiner-tiny/1": "In use",
    }


def test_the_card_of_the_chosen_model_can_be_read(window: ShelfWindow) -> None:
    window.table.choose(f"{NAME}/1-clinic1")
    words = {label.text().replace("\N{ZERO WIDTH SPACE}", "") for label in window.card.findChildren(QLabel)}
    line = window.table.chosen
    assert line is not None
    assert {"Limits", f"{NAME}/1", line.card.weights_sha256, "1.500"} <= words
    assert any("Random weights: for tests only." in text for text in words)


def test_a_promotion_names_the_person_and_waits_for_the_click(
    qtbot: QtBot, window: ShelfWindow, session: Session
) -> None:
    window.table.choose(f"{NAME}/1-clinic1")
    window.promote.click()
    dialog = window.promoting.dialog
    assert dialog is not None
    assert dialog.promote.text() == "Promote as Dr Test"
    assert not dialog.promote.isDefault()
    assert active(window) == "1"
    with qtbot.waitSignal(session.changed) as changed:
        dialog.promote.click()
    assert changed.args == [Changes(models=True)]
    settle(qtbot, window)
    assert active(window) == "1-clinic1"
    assert states(window)[f"{NAME}/1-clinic1"] == "In use"


def test_a_promotion_that_is_not_confirmed_changes_nothing(qtbot: QtBot, window: ShelfWindow) -> None:
    window.table.choose(f"{NAME}/1-clinic1")
    window.promote.click()
    dialog = window.promoting.dialog
    assert dialog is not None
    dialog.reject()
    settle(qtbot, window)
    assert active(window) == "1"
    assert window.promote.isEnabled()


def test_roll_back_names_the_model_it_goes_back_to(qtbot: QtBot, window: ShelfWindow) -> None:
    assert not window.roll_back.isEnabled()
    window._session.services.shelf.promote(NAME, "1-clinic1", author="Dr Test")
    window.read()
    settle(qtbot, window)
    assert window.roll_back.text() == f"Roll back to {NAME}/1"
    window.roll_back.click()
    settle(qtbot, window)
    assert active(window) == "1"


def test_a_refused_model_cannot_be_promoted(window: ShelfWindow) -> None:
    window.table.choose(f"{NAME}/1-clinic2")
    assert not window.promote.isEnabled()
    assert window.why_not == "The gate refuses this model; its reasons are below."


def test_an_exam_beside_a_model_that_is_not_in_use_counts_no_more(qtbot: QtBot, window: ShelfWindow) -> None:
    window._session.services.shelf.promote(NAME, "1-clinic2", author="Dr Test")
    window.read()
    settle(qtbot, window)
    window.table.choose(f"{NAME}/1-clinic1")
    assert not window.promote.isEnabled()
    assert "it must be sat again" in window.why_not
    assert window.exam.isEnabled()


def test_without_a_name_nobody_promotes(qtbot: QtBot, window: ShelfWindow, session: Session) -> None:
    session.services = replace(session.services, user="unknown user")
    window.table.choose(f"{NAME}/1-clinic1")
    window.promote.click()
    dialog = window.promoting.dialog
    assert dialog is not None
    assert not dialog.promote.isEnabled()
    assert any("enter your name in the settings" in label.text() for label in dialog.findChildren(QLabel))
    dialog.reject()


def test_a_bundle_goes_to_another_machine_and_does_not_become_active(
    qtbot: QtBot, window: ShelfWindow, session: Session, tmp_path: Path
) -> None:
    window.table.choose(f"{NAME}/1-clinic1")
    window.export_to(tmp_path / "model")
    settle(qtbot, window)
    file = tmp_path / "model.naevusmodel"
    assert file.is_file()
    folder = session.services.store.folder
    elsewhere = ModelShelf((folder / "elsewhere",), folder / "active elsewhere.json")
    session.services = replace(session.services, shelf=elsewhere)
    window.import_from(file)
    settle(qtbot, window)
    assert states(window) == {f"{NAME}/1-clinic1": "Not examined"}


def test_a_file_that_is_no_bundle_is_refused_with_a_sentence(
    qtbot: QtBot, window: ShelfWindow, tmp_path: Path
) -> None:
    file = tmp_path / "odd.naevusmodel"
    file.write_bytes(b"no model")
    window.import_from(file)
    settle(qtbot, window)
    assert window.notice_bar.isVisible()
    assert window.notice_bar.text.endswith(".")
    assert window.table.rowCount() == 5


@pytest.mark.parametrize("key", [(Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier), (Qt.Key.Key_Escape,)])
def test_the_usual_keys_close_the_window(qtbot: QtBot, window: ShelfWindow, key: tuple[Qt.Key]) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, *key)
    assert not window.isVisible()
