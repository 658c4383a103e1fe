"""A person says by clicks where the lesion is; a model redraws the boundary, off the window's thread."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.audit import AuditEvent, AuditKind
from app.ui.editor.click_preview import ClickPreview
from app.ui.shell.main_window import MainWindow
from app.usecases.analysis.predictor import RefinedBoundary
from app.usecases.cancellation import CancelToken
from models.contract.arrays import BoolMask, RgbImage
from models.contract.imaging.clicks import Click
from tests.fakes import REFINER, FakePredictor
from tests.stories.hands import NOTHING, brush, press
from tests.stories.workplace import WAIT_MS, Workplace

ALT = Qt.KeyboardModifier.AltModifier
BESIDE_XY, INSIDE_XY = (92.0, 48.0), (64.0, 48.0)
"""Points of the image beside the lesion and in it."""


@dataclass
class WaitingPredictor(FakePredictor):
    """Answers clicks only when it is let go, and remembers what it was asked."""

    may_answer: threading.Event = field(default_factory=threading.Event)
    asked: list[tuple[Click, ...]] = field(default_factory=list)

    def refine(
        self, image: RgbImage, mask: BoolMask, clicks: Sequence[Click], token: CancelToken
    ) -> RefinedBoundary:
        self.asked.append(tuple(clicks))
        assert self.may_answer.wait(WAIT_MS / 1000)
        return super().refine(image, mask, clicks, token)


def mask_of(window: MainWindow) -> BoolMask:
    mask = window.controller.canvas.editor.current_mask()
    assert mask is not None
    return mask


def click(window: MainWindow, image_xy: tuple[float, float], held: Qt.KeyboardModifier = NOTHING) -> None:
    view = window.controller.canvas.view
    at = QPoint(*map(round, view.placement.view_xy(image_xy)))
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, held, at)
    QApplication.processEvents()


def take_click_tool(window: MainWindow) -> None:
    window.activateWindow()
    window.controller.focus_image()
    press(window, Qt.Key.Key_Q)
    assert window.controller.canvas.tools.tool.name == "click"


def shown_clicks(window: MainWindow) -> tuple[int, int]:
    """Return how many clicks are drawn as answered, and how many as waiting."""
    shown = window.controller.canvas.tools.resting_preview
    if shown is None:
        return 0, 0
    assert isinstance(shown, ClickPreview)
    assert not window.controller.canvas.view.grab().isNull()
    return len(shown.answered), len(shown.pending)


def predictor_of(window: MainWindow) -> FakePredictor:
    predictor = window.session.services.predictor
    assert isinstance(predictor, FakePredictor)
    return predictor


def waiting(window: MainWindow) -> WaitingPredictor:
    """Put a predictor that waits in the place of the one that answers at once."""
    predictor = WaitingPredictor()
    window.session.services = replace(window.session.services, predictor=predictor)
    return predictor


def acts_of(workplace: Workplace, window: MainWindow, kind: AuditKind) -> list[AuditEvent]:
    image_id = window.controller.review.image_id
    assert image_id is not None
    with window.session.services.store.reading() as work:
        return [event for event in work.audit.events(image_id) if event.kind is kind]


def test_a_click_beside_the_lesion_adds_and_one_in_it_removes(
    workplace: Workplace, one_case: MainWindow
) -> None:
    predicted = mask_of(one_case)
    take_click_tool(one_case)
    click(one_case, BESIDE_XY)
    workplace.settle(one_case)
    added = mask_of(one_case)
    assert added[48, 92]
    assert (added & predicted).sum() == predicted.sum()
    editor = one_case.controller.canvas.editor
    assert editor.undo_group.undoText() == "click"
    assert shown_clicks(one_case) == (1, 0)
    click(one_case, INSIDE_XY)
    workplace.settle(one_case)
    assert not mask_of(one_case)[48, 64]
    assert mask_of(one_case)[48, 92]
    assert shown_clicks(one_case) == (2, 0)
    editor.undo_group.undo()
    assert np.array_equal(mask_of(one_case), added)
    assert shown_clicks(one_case) == (1, 0)
    editor.undo_group.undo()
    assert np.array_equal(mask_of(one_case), predicted)
    assert shown_clicks(one_case) == (0, 0)
    editor.undo_group.redo()
    assert np.array_equal(mask_of(one_case), added)


def test_with_alt_a_click_beside_the_lesion_removes(
    workplace: Workplace, one_case: MainWindow, qtbot: QtBot
) -> None:
    predicted = mask_of(one_case)
    take_click_tool(one_case)
    click(one_case, (86.0, 48.0), ALT)
    workplace.settle(one_case)
    assert mask_of(one_case).sum() < predicted.sum()


def test_a_click_shows_at_once_that_it_waits_and_the_mask_stays_until_the_answer(
    workplace: Workplace, one_case: MainWindow, qtbot: QtBot
) -> None:
    predicted, predictor = mask_of(one_case), waiting(one_case)
    take_click_tool(one_case)
    click(one_case, BESIDE_XY)
    assert shown_clicks(one_case) == (0, 1)
    assert np.array_equal(mask_of(one_case), predicted)
    predictor.may_answer.set()
    workplace.settle(one_case)
    assert shown_clicks(one_case) == (1, 0)


def test_a_newer_click_is_asked_about_together_with_the_one_that_waits(
    workplace: Workplace, one_case: MainWindow, qtbot: QtBot
) -> None:
    predictor = waiting(one_case)
    take_click_tool(one_case)
    click(one_case, BESIDE_XY)
    qtbot.waitUntil(lambda: len(predictor.asked) == 1, timeout=WAIT_MS)
    click(one_case, (36.0, 48.0))
    assert shown_clicks(one_case) == (0, 2)
    predictor.may_answer.set()
    workplace.settle(one_case)
    assert [len(clicks) for clicks in predictor.asked] == [1, 2]
    assert mask_of(one_case)[48, 92]
    assert mask_of(one_case)[48, 36]
    stack = one_case.controller.canvas.editor.undo_group.activeStack()
    assert stack.index() == 1
    assert shown_clicks(one_case) == (2, 0)


@pytest.mark.parametrize("by", ["Escape", "another case"])
def test_a_click_that_waits_can_be_withdrawn(
    workplace: Workplace, one_case: MainWindow, qtbot: QtBot, by: str
) -> None:
    predicted, predictor = mask_of(one_case), waiting(one_case)
    take_click_tool(one_case)
    click(one_case, BESIDE_XY)
    qtbot.waitUntil(lambda: len(predictor.asked) == 1, timeout=WAIT_MS)
    if by == "Escape":
        press(one_case, Qt.Key.Key_Escape)
    else:
        one_case.controller.review.close_case()
    assert shown_clicks(one_case) == (0, 0)
    predictor.may_answer.set()
    workplace.settle(one_case)
    if by == "Escape":
        assert np.array_equal(mask_of(one_case), predicted)
    assert not one_case.controller.canvas.editor.undo_group.canUndo()


def test_what_is_drawn_while_a_click_waits_is_in_the_answer(
    workplace: Workplace, one_case: MainWindow, qtbot: QtBot
) -> None:
    predictor = waiting(one_case)
    take_click_tool(one_case)
    click(one_case, BESIDE_XY)
    qtbot.waitUntil(lambda: len(predictor.asked) == 1, timeout=WAIT_MS)
    brush(one_case, from_xy=(15.0, 15.0), to_xy=(18.0, 15.0), diameter_px=8)
    drawn = mask_of(one_case)[15, 16]
    assert drawn
    predictor.may_answer.set()
    workplace.settle(one_case)
    assert mask_of(one_case)[15, 16]
    assert mask_of(one_case)[48, 92]


def test_what_was_erased_by_hand_stays_erased_when_a_click_elsewhere_is_answered(
    workplace: Workplace, one_case: MainWindow
) -> None:
    take_click_tool(one_case)
    click(one_case, BESIDE_XY)
    workplace.settle(one_case)
    brush(one_case, from_xy=(96.0, 48.0), to_xy=(99.0, 48.0), diameter_px=16, tool="eraser")
    assert not mask_of(one_case)[48, 97]
    take_click_tool(one_case)
    click(one_case, (36.0, 48.0))
    workplace.settle(one_case)
    assert mask_of(one_case)[48, 36]
    assert not mask_of(one_case)[48, 97]


def test_without_a_refiner_one_sentence_says_so_and_nothing_changes(
    workplace: Workplace, one_case: MainWindow
) -> None:
    said: list[str] = []
    one_case.session.noticed.connect(lambda notice: said.append(notice.text))
    predicted = mask_of(one_case)
    predictor_of(one_case).is_refiner_missing = True
    take_click_tool(one_case)
    click(one_case, BESIDE_XY)
    workplace.settle(one_case)
    assert said == ["No model for redrawing boundaries is installed."]
    assert np.array_equal(mask_of(one_case), predicted)
    assert shown_clicks(one_case) == (0, 0)


def test_a_click_that_changes_nothing_says_so_and_is_no_step(
    workplace: Workplace, one_case: MainWindow
) -> None:
    take_click_tool(one_case)
    click(one_case, (4.0, 4.0), ALT)
    workplace.settle(one_case)
    assert "stays as it is" in one_case.statusBar().currentMessage()
    assert not one_case.controller.canvas.editor.undo_group.canUndo()
    assert shown_clicks(one_case) == (0, 0)


def test_a_saved_correction_names_the_model_that_helped(workplace: Workplace, one_case: MainWindow) -> None:
    take_click_tool(one_case)
    click(one_case, BESIDE_XY)
    workplace.settle(one_case)
    one_case.controller.correction.save()
    workplace.settle(one_case)
    (act,) = acts_of(workplace, one_case, AuditKind.MASK_REFINED)
    assert (act.detail, act.weights_sha256) == ("click_refiner/test", REFINER.weights_sha256)
    brush(one_case)
    one_case.controller.correction.save()
    workplace.settle(one_case)
    assert len(acts_of(workplace, one_case, AuditKind.MASK_CORRECTED)) == 2
    assert len(acts_of(workplace, one_case, AuditKind.MASK_REFINED)) == 1


def test_a_click_that_was_undone_is_not_named(workplace: Workplace, one_case: MainWindow) -> None:
    take_click_tool(one_case)
    click(one_case, BESIDE_XY)
    workplace.settle(one_case)
    one_case.controller.canvas.editor.undo_group.undo()
    brush(one_case)
    one_case.controller.correction.save()
    workplace.settle(one_case)
    assert len(acts_of(workplace, one_case, AuditKind.MASK_CORRECTED)) == 1
    assert not acts_of(workplace, one_case, AuditKind.MASK_REFINED)


def test_after_a_crash_the_redrawn_boundary_comes_back_and_still_names_its_model(
    workplace: Workplace, one_case: MainWindow, tmp_path: Path
) -> None:
    take_click_tool(one_case)
    click(one_case, BESIDE_XY)
    workplace.settle(one_case)
    redrawn = mask_of(one_case)
    workplace.kill(one_case)
    window = workplace.open()
    assert np.array_equal(mask_of(window), redrawn)
    window.controller.correction.save()
    workplace.settle(window)
    (act,) = acts_of(workplace, window, AuditKind.MASK_REFINED)
    assert act.detail == "click_refiner/test"
