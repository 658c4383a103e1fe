"""Handles and livewire in a person's hand: real events on the canvas."""

from collections.abc import Sequence

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.ids import ImageId
from app.ui.editor.canvas import EditorCanvas
from app.ui.editor.mask_operations.boundary_handles import FEWEST, MOST, BoundaryHandles
from app.ui.editor.tool_previews import LivewirePreview
from app.ui.editor.tools.handles import HandlesPreview
from models.contract.arrays import BoolMask

SHAPE = (300, 400)
Point = tuple[float, float]
LEFT = Qt.MouseButton.LeftButton
NOTHING, ALT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier
CENTRE_XY, RADIUS = (200.0, 150.0), 80.0


@pytest.fixture
def canvas(qtbot: QtBot) -> EditorCanvas:
    """Skin with a brown disk, fitted into a view of its size."""
    shown = EditorCanvas()
    qtbot.addWidget(shown.view)
    shown.view.resize(SHAPE[1], SHAPE[0])
    pixels = np.full((*SHAPE, 3), (214, 170, 150), dtype=np.uint8)
    pixels[disk()] = (120, 80, 60)
    shown.show_image(pixels, ImageId("a" * 32))
    shown.view.show()
    return shown


def disk(radius: float = RADIUS) -> BoolMask:
    rows, columns = np.indices(SHAPE)
    return np.asarray(np.hypot(columns + 0.5 - CENTRE_XY[0], rows + 0.5 - CENTRE_XY[1]) <= radius)


def mask_of(canvas: EditorCanvas) -> BoolMask:
    mask = canvas.editor.current_mask()
    assert mask is not None
    return mask


def iou(one: BoolMask, other: BoolMask) -> float:
    return float((one & other).sum() / (one | other).sum())


def seen(canvas: EditorCanvas, image_xy: Sequence[float]) -> QPoint:
    return QPoint(*map(round, canvas.view.placement.view_xy((image_xy[0], image_xy[1]))))


def drag(
    canvas: EditorCanvas,
    from_xy: Sequence[float],
    to_xy: Sequence[float],
    held: Qt.KeyboardModifier = NOTHING,
    *,
    ends: bool = True,
) -> None:
    QTest.mousePress(canvas.view, LEFT, held, seen(canvas, from_xy))
    QTest.mouseMove(canvas.view, seen(canvas, to_xy))
    if ends:
        QTest.mouseRelease(canvas.view, LEFT, held, seen(canvas, to_xy))


def click(canvas: EditorCanvas, at_xy: Sequence[float], held: Qt.KeyboardModifier = NOTHING) -> None:
    QTest.mouseClick(canvas.view, LEFT, held, seen(canvas, at_xy))


def handles_of(canvas: EditorCanvas) -> BoundaryHandles:
    shown = canvas.tools.resting_preview
    assert isinstance(shown, HandlesPreview)
    assert not canvas.view.grab().isNull()
    return shown.handles


def middle_of_segment(handles: BoundaryHandles, segment: int) -> Point:
    x, y = handles.curve_xy[16 * segment + 8].tolist()
    return x, y


def rim(angle_deg: float, radius: float = RADIUS) -> Point:
    angle = np.radians(angle_deg)
    return float(CENTRE_XY[0] + radius * np.cos(angle)), float(CENTRE_XY[1] + radius * np.sin(angle))


def test_the_handles_of_the_mask_are_shown_while_the_tool_is_in_hand(canvas: EditorCanvas) -> None:
    canvas.editor.set_mask(disk())
    canvas.tools.set_tool("handles")
    assert FEWEST <= len(handles_of(canvas).handles_xy) <= MOST
    canvas.tools.set_tool("brush")
    assert canvas.tools.resting_preview is None


def test_a_dragged_handle_takes_the_boundary_along_and_undo_brings_both_back(canvas: EditorCanvas) -> None:
    canvas.editor.set_mask(disk())
    canvas.tools.set_tool("handles")
    before = handles_of(canvas)
    x, y = before.handles_xy[0].tolist()
    out = np.array([x - CENTRE_XY[0], y - CENTRE_XY[1]]) / RADIUS
    drag(canvas, (x, y), (x + 25 * out[0], y + 25 * out[1]))
    new = mask_of(canvas)
    assert new[int(y + 18 * out[1]), int(x + 18 * out[0])]
    opposite = np.zeros(SHAPE, dtype=np.bool_)
    rows, columns = np.indices(SHAPE)
    opposite[(columns - CENTRE_XY[0]) * out[0] + (rows - CENTRE_XY[1]) * out[1] < 0] = True
    assert np.array_equal(new[opposite], disk()[opposite])
    assert canvas.editor.undo_group.undoText() == "move boundary"
    moved = handles_of(canvas).handles_xy
    assert len(moved) == len(before.handles_xy)
    assert np.array_equal(moved[1:], before.handles_xy[1:])
    canvas.editor.undo_group.undo()
    assert np.array_equal(mask_of(canvas), disk())
    assert np.array_equal(handles_of(canvas).handles_xy, before.handles_xy)


def test_the_boundary_follows_while_a_handle_is_dragged_and_escape_gives_it_up(
    canvas: EditorCanvas, qtbot: QtBot
) -> None:
    canvas.editor.set_mask(disk())
    canvas.tools.set_tool("handles")
    before = handles_of(canvas)
    x, y = before.handles_xy[0].tolist()
    drag(canvas, (x, y), CENTRE_XY, ends=False)
    shown = canvas.view.renderer.mask
    assert shown is not None
    assert shown.sum() < disk().sum() - 500
    preview = canvas.tools.shown_preview
    assert isinstance(preview, HandlesPreview)
    assert preview.dragged == 0
    qtbot.keyClick(canvas.view, Qt.Key.Key_Escape)
    assert np.array_equal(canvas.view.renderer.mask, disk())
    assert not canvas.editor.undo_group.canUndo()
    assert handles_of(canvas) is before


def test_a_click_on_the_line_adds_a_handle_and_alt_takes_it_away(canvas: EditorCanvas) -> None:
    canvas.editor.set_mask(disk())
    canvas.tools.set_tool("handles")
    before = handles_of(canvas)
    at_xy = middle_of_segment(before, 2)
    click(canvas, at_xy)
    more = handles_of(canvas)
    assert len(more.handles_xy) == len(before.handles_xy) + 1
    assert np.array_equal(mask_of(canvas), disk())
    click(canvas, more.handles_xy[3], ALT)
    assert len(handles_of(canvas).handles_xy) == len(before.handles_xy)
    assert iou(mask_of(canvas), disk()) > 0.99


def test_a_new_handle_can_be_dragged_at_once(canvas: EditorCanvas) -> None:
    canvas.editor.set_mask(disk())
    canvas.tools.set_tool("handles")
    before = handles_of(canvas)
    drag(canvas, middle_of_segment(before, 1), CENTRE_XY)
    assert len(handles_of(canvas).handles_xy) == len(before.handles_xy) + 1
    assert mask_of(canvas).sum() < disk().sum() - 300


def test_the_last_handles_stay_and_there_are_never_too_many(canvas: EditorCanvas) -> None:
    canvas.view.resize(3 * SHAPE[1], 3 * SHAPE[0])
    canvas.editor.set_mask(disk())
    canvas.tools.set_tool("handles")
    while len(handles_of(canvas).handles_xy) > FEWEST:
        click(canvas, handles_of(canvas).handles_xy[0], ALT)
    click(canvas, handles_of(canvas).handles_xy[0], ALT)
    assert "have to stay" in getattr(canvas.tools.shown_preview, "text", "")
    assert len(handles_of(canvas).handles_xy) == FEWEST
    for count in range(FEWEST, MOST):
        # In the longest segment, so that no handle lies under the click.
        handles_xy = handles_of(canvas).handles_xy
        lengths = np.hypot(*(np.roll(handles_xy, -1, axis=0) - handles_xy).T)
        click(canvas, middle_of_segment(handles_of(canvas), int(np.argmax(lengths))))
        assert len(handles_of(canvas).handles_xy) == count + 1
    click(canvas, middle_of_segment(handles_of(canvas), 0))
    assert len(handles_of(canvas).handles_xy) == MOST
    assert "40 handles already" in getattr(canvas.tools.shown_preview, "text", "")


def test_a_press_beside_the_line_and_one_without_a_mask_do_nothing(canvas: EditorCanvas) -> None:
    canvas.editor.set_mask(disk())
    canvas.tools.set_tool("handles")
    drag(canvas, CENTRE_XY, (10, 10))
    assert not canvas.editor.undo_group.canUndo()
    canvas.editor.clear()
    drag(canvas, CENTRE_XY, (10, 10))
    assert "No boundary" in getattr(canvas.tools.shown_preview, "text", "")


def test_three_anchors_and_enter_outline_a_lesion_along_its_edge(canvas: EditorCanvas, qtbot: QtBot) -> None:
    canvas.tools.set_tool("livewire")
    for angle in (0, 120, 240):
        click(canvas, rim(angle, RADIUS + 1))
    QTest.mouseMove(canvas.view, seen(canvas, rim(300)))
    assert isinstance(canvas.tools.shown_preview, LivewirePreview)
    assert len(canvas.tools.shown_preview.anchors_xy) == 3
    assert not canvas.view.grab().isNull()
    assert not mask_of(canvas).any()
    qtbot.keyClick(canvas.view, Qt.Key.Key_Return)
    assert iou(mask_of(canvas), disk()) > 0.97
    assert canvas.editor.undo_group.undoText() == "livewire"
    canvas.editor.undo_group.undo()
    assert not mask_of(canvas).any()


def test_a_click_on_the_first_anchor_or_a_double_click_closes_too(canvas: EditorCanvas) -> None:
    canvas.tools.set_tool("livewire")
    for angle in (0, 120, 240, 0):
        click(canvas, rim(angle))
    assert not canvas.tools.is_drawing
    closed = mask_of(canvas)
    assert iou(closed, disk()) > 0.97
    canvas.editor.clear()
    for angle in (0, 120, 240):
        click(canvas, rim(angle))
    QTest.mouseDClick(canvas.view, LEFT, NOTHING, seen(canvas, rim(240)))
    assert not canvas.tools.is_drawing
    assert np.array_equal(mask_of(canvas), closed)


def test_backspace_takes_an_anchor_back_and_escape_all_of_them(canvas: EditorCanvas, qtbot: QtBot) -> None:
    canvas.tools.set_tool("livewire")
    click(canvas, rim(0))
    click(canvas, (20.0, 20.0))
    qtbot.keyClick(canvas.view, Qt.Key.Key_Backspace)
    for angle in (120, 240):
        click(canvas, rim(angle))
    qtbot.keyClick(canvas.view, Qt.Key.Key_Return)
    assert iou(mask_of(canvas), disk()) > 0.97
    click(canvas, rim(0))
    click(canvas, rim(120))
    qtbot.keyClick(canvas.view, Qt.Key.Key_Escape)
    assert not canvas.tools.is_drawing
    assert canvas.tools.shown_preview is None
    click(canvas, rim(0))
    qtbot.keyClick(canvas.view, Qt.Key.Key_Backspace)
    assert not canvas.tools.is_drawing


def test_with_alt_the_livewire_takes_away(canvas: EditorCanvas, qtbot: QtBot) -> None:
    canvas.editor.set_mask(np.ones(SHAPE, dtype=np.bool_))
    canvas.tools.set_tool("livewire")
    click(canvas, rim(0), ALT)
    for angle in (120, 240):
        click(canvas, rim(angle))
    qtbot.keyClick(canvas.view, Qt.Key.Key_Return)
    assert iou(~mask_of(canvas), disk()) > 0.97


def test_every_step_reaches_the_journal_with_its_name(canvas: EditorCanvas, qtbot: QtBot) -> None:
    canvas.editor.set_mask(disk())
    steps: list[str] = []
    canvas.editor.mask_edited.connect(lambda: steps.append(canvas.editor.undo_group.undoText()))
    canvas.tools.set_tool("handles")
    drag(canvas, handles_of(canvas).handles_xy[0], CENTRE_XY)
    canvas.tools.set_tool("livewire")
    for angle in (0, 120, 240):
        click(canvas, rim(angle))
    qtbot.keyClick(canvas.view, Qt.Key.Key_Return)
    assert steps == ["move boundary", "livewire"]


def chosen_of(canvas: EditorCanvas) -> int | None:
    shown = canvas.tools.resting_preview
    assert isinstance(shown, HandlesPreview)
    return shown.chosen


def test_handles_are_chosen_moved_added_and_taken_away_by_keys(canvas: EditorCanvas) -> None:
    canvas.editor.set_mask(disk())
    canvas.tools.set_tool("handles")
    before, mask = handles_of(canvas), mask_of(canvas)
    count = len(before.handles_xy)
    QTest.keyClick(canvas.view, Qt.Key.Key_Right)
    assert np.array_equal(mask_of(canvas), mask)  # Nothing is chosen yet, which is said.
    QTest.keyClick(canvas.view, Qt.Key.Key_Tab)
    QTest.keyClick(canvas.view, Qt.Key.Key_Tab)
    assert chosen_of(canvas) == 1
    QTest.keyClick(canvas.view, Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(canvas.view, Qt.Key.Key_Backtab)
    assert chosen_of(canvas) == count - 1
    for _press in range(3):
        QTest.keyClick(canvas.view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(canvas.view, Qt.Key.Key_Down)
    step_px = max(1.0, 1.0 / canvas.view.placement.scale)
    moved = handles_of(canvas).handles_xy[count - 1] - before.handles_xy[count - 1]
    assert moved == pytest.approx([-30 * step_px, step_px])
    assert not np.array_equal(mask_of(canvas), mask)
    QTest.keyClick(canvas.view, Qt.Key.Key_Insert)
    assert (len(handles_of(canvas).handles_xy), chosen_of(canvas)) == (count + 1, count)
    for left in (count, count - 1):
        QTest.keyClick(canvas.view, Qt.Key.Key_Delete)
        assert len(handles_of(canvas).handles_xy) == left
    for _step in range(6):
        canvas.editor.undo_group.undo()
    assert np.array_equal(mask_of(canvas), mask)


def test_the_keys_of_handles_are_left_to_the_window_with_another_tool(canvas: EditorCanvas) -> None:
    override = QEvent.Type.ShortcutOverride
    taken = []
    for tool in ("handles", "brush"):
        canvas.tools.set_tool(tool)
        for key in (Qt.Key.Key_Tab, Qt.Key.Key_Delete, Qt.Key.Key_Left):
            event = QKeyEvent(override, key, NOTHING)
            event.ignore()
            QApplication.sendEvent(canvas.view, event)
            taken.append(event.isAccepted())
    assert taken == [True] * 3 + [False] * 3
