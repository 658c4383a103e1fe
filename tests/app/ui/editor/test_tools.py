"""Tools that correct a mask in a click or a short drag, as a person has them in hand."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.ids import ImageId
from app.domain.mask import PixelBox
from app.ui.editor.canvas import EditorCanvas
from app.ui.editor.tools import TOOLS
from app.ui.editor.tools.gesture import Pointer, PointerEventType
from app.ui.editor.tools.tool_option import BRUSH_SIZE, ToolOption
from app.ui.editor.tools.wand import TOLERANCE, WandPreview
from app.ui.workbench.tool_options import ToolOptions
from models.contract.arrays import BoolMask

SHAPE = (300, 400)
Point = tuple[float, float]
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NOTHING, ALT, SHIFT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


@pytest.fixture
def canvas(qtbot: QtBot) -> EditorCanvas:
    """Skin with a brown square, fitted into a view of half its size."""
    shown = EditorCanvas()
    qtbot.addWidget(shown.view)
    shown.view.resize(SHAPE[1] // 2, SHAPE[0] // 2)
    pixels = np.full((*SHAPE, 3), (214, 170, 150), dtype=np.uint8)
    pixels[100:200, 100:200] = (120, 80, 60)
    shown.show_image(pixels, ImageId("a" * 32))
    return shown


def mask_of(canvas: EditorCanvas) -> BoolMask:
    mask = canvas.editor.current_mask()
    assert mask is not None
    return mask


def square(top: int = 100, left: int = 100, size: int = 100) -> BoolMask:
    mask = np.zeros(SHAPE, dtype=np.bool_)
    mask[top : top + size, left : left + size] = True
    return mask


def mouse(
    canvas: EditorCanvas,
    kind: QEvent.Type,
    view_xy: Point,
    button: Qt.MouseButton = LEFT,
    held: Qt.KeyboardModifier = NOTHING,
) -> None:
    at = QPointF(*view_xy)
    own = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseMove else button
    pressed = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseButtonRelease else button
    QApplication.sendEvent(canvas.view, QMouseEvent(kind, at, at, own, pressed, held))


def drag(
    canvas: EditorCanvas, *points_xy: Point, held: Qt.KeyboardModifier = NOTHING, ends: bool = True
) -> None:
    """Drag with the left button over points of the image."""
    views = [canvas.view.placement.view_xy(point) for point in points_xy]
    mouse(canvas, QEvent.Type.MouseButtonPress, views[0], held=held)
    for view_xy in views[1:]:
        mouse(canvas, QEvent.Type.MouseMove, view_xy, held=held)
    if ends:
        mouse(canvas, QEvent.Type.MouseButtonRelease, views[-1], held=held)


def test_a_brush_is_as_large_on_the_screen_at_every_zoom(canvas: EditorCanvas) -> None:
    canvas.tools.set_option(BRUSH_SIZE, 20)
    assert canvas.tools.brush_diameter_px == 40
    canvas.view.zoom_by(4)
    assert canvas.tools.brush_diameter_px == 10
    canvas.view.zoom_by(64)
    assert canvas.tools.brush_diameter_px == 1


def test_a_right_drag_with_alt_changes_the_brush_and_escape_gives_it_back(
    canvas: EditorCanvas, qtbot: QtBot
) -> None:
    canvas.tools.set_tool("brush")
    canvas.tools.set_option(BRUSH_SIZE, 20)
    mouse(canvas, QEvent.Type.MouseButtonPress, (50, 50), RIGHT, ALT)
    mouse(canvas, QEvent.Type.MouseMove, (80, 50), RIGHT, ALT)
    assert canvas.tools.option(BRUSH_SIZE) == 50
    qtbot.keyClick(canvas.view, Qt.Key.Key_Escape)
    assert canvas.tools.option(BRUSH_SIZE) == 20
    mouse(canvas, QEvent.Type.MouseButtonPress, (50, 50), RIGHT, ALT)
    mouse(canvas, QEvent.Type.MouseMove, (42, 50), RIGHT, ALT)
    mouse(canvas, QEvent.Type.MouseButtonRelease, (42, 50), RIGHT, ALT)
    mouse(canvas, QEvent.Type.MouseMove, (90, 50))
    assert canvas.tools.option(BRUSH_SIZE) == 12
    assert not mask_of(canvas).any()


def test_a_stroke_with_shift_is_straight_to_where_the_pointer_is(canvas: EditorCanvas) -> None:
    canvas.tools.set_tool("brush")
    canvas.tools.set_option(BRUSH_SIZE, 4)
    drag(canvas, (50, 50), (120, 250), (300, 200), (250, 50), held=SHIFT)
    rows, columns = np.nonzero(mask_of(canvas))
    assert set(rows) == set(range(46, 54))
    assert (columns.min(), columns.max()) == (46, 253)


def test_shrinking_and_growing_are_steps_that_can_be_undone(canvas: EditorCanvas) -> None:
    canvas.editor.set_mask(square())
    assert canvas.editor.step_px() == 1
    assert canvas.editor.grow()
    assert canvas.editor.undo_group.undoText() == "grow"
    assert np.count_nonzero(mask_of(canvas)) == 100 * 100 + 4 * 100
    assert canvas.editor.shrink()
    assert canvas.editor.undo_group.undoText() == "shrink"
    assert np.array_equal(mask_of(canvas), square())
    canvas.editor.undo_group.undo()
    canvas.editor.undo_group.undo()
    assert np.array_equal(mask_of(canvas), square())
    assert not canvas.editor.undo_group.canUndo()


def test_the_last_pixels_are_not_shrunk_or_smoothed_away(canvas: EditorCanvas) -> None:
    canvas.editor.set_mask(square(size=2))
    assert not canvas.editor.shrink()
    canvas.editor.smooth()
    assert mask_of(canvas).any()


def test_a_stroke_leaves_no_pinholes(canvas: EditorCanvas) -> None:
    canvas.editor.set_mask(square())
    canvas.tools.set_tool("lasso_subtract")
    drag(canvas, (150, 150), (153, 150), (153, 153), (150, 153))
    assert not mask_of(canvas)[151, 151]
    canvas.tools.set_tool("brush")
    canvas.tools.set_option(BRUSH_SIZE, 2)
    drag(canvas, (148, 149), (155, 149))
    assert mask_of(canvas)[145:156, 145:156].all()


def test_the_wand_takes_the_colour_under_it_and_a_drag_to_the_right_takes_more(
    canvas: EditorCanvas, qtbot: QtBot
) -> None:
    canvas.tools.set_tool("wand")
    canvas.tools.set_option(TOLERANCE, 10)
    drag(canvas, (150, 150))
    assert np.count_nonzero(mask_of(canvas) ^ square()) < 0.08 * 100 * 100
    assert canvas.editor.undo_group.undoText() == "wand"
    canvas.editor.undo_group.undo()
    x, y = canvas.view.placement.view_xy((150, 150))
    mouse(canvas, QEvent.Type.MouseButtonPress, (x, y))
    mouse(canvas, QEvent.Type.MouseMove, (x + 490, y))
    preview = canvas.tools.shown_preview
    assert isinstance(preview, WandPreview)
    seen = preview.outline.boundingRect()
    assert (seen.left(), seen.top(), seen.width(), seen.height()) == pytest.approx((0, 0, 400, 300), abs=2)
    assert not canvas.view.grab().isNull()
    qtbot.keyClick(canvas.view, Qt.Key.Key_Escape)
    assert canvas.tools.shown_preview is None
    assert not mask_of(canvas).any()
    assert canvas.tools.option(TOLERANCE) == 10
    mouse(canvas, QEvent.Type.MouseButtonPress, (x, y))
    mouse(canvas, QEvent.Type.MouseMove, (x + 490, y))
    mouse(canvas, QEvent.Type.MouseMove, (x + 20, y))
    mouse(canvas, QEvent.Type.MouseButtonRelease, (x + 20, y))
    assert canvas.tools.option(TOLERANCE) == 12
    assert 0 < np.count_nonzero(mask_of(canvas)) < 1.1 * 100 * 100


def test_the_wand_with_alt_takes_away_and_leaves_the_rest(canvas: EditorCanvas) -> None:
    canvas.editor.set_mask(np.ones(SHAPE, dtype=np.bool_))
    canvas.tools.set_tool("wand")
    drag(canvas, (20, 20), held=ALT)
    assert mask_of(canvas)[110:190, 110:190].all()
    assert not mask_of(canvas)[:90].any()


def test_one_click_removes_an_island_or_fills_a_hole(canvas: EditorCanvas) -> None:
    canvas.editor.set_mask(square() | square(20, 300, 30))
    canvas.tools.set_tool("remove_region")
    drag(canvas, (310, 30))
    assert np.array_equal(mask_of(canvas), square())
    canvas.editor.set_mask(square() & ~square(130, 130, 20), replaces_unsaved_work=True)
    canvas.tools.set_tool("fill")
    drag(canvas, (140, 140))
    assert np.array_equal(mask_of(canvas), square())
    drag(canvas, (150, 150), held=ALT)
    assert not mask_of(canvas).any()


def test_a_click_that_can_do_nothing_says_why_and_is_no_step(canvas: EditorCanvas) -> None:
    canvas.editor.set_mask(square())
    for tool, word in (("fill", "encloses nothing"), ("remove_region", "No region")):
        canvas.tools.set_tool(tool)
        drag(canvas, (20, 20))
        assert word in getattr(canvas.tools.shown_preview, "text", "")
        assert not canvas.editor.undo_group.canUndo()
        drag(canvas, (-30, 20))


def test_the_push_brush_dents_the_boundary_and_escape_gives_it_up(canvas: EditorCanvas, qtbot: QtBot) -> None:
    canvas.editor.set_mask(square())
    canvas.tools.set_tool("push")
    canvas.tools.set_option(BRUSH_SIZE, 30)
    drag(canvas, (200, 150), (185, 150), ends=False)
    assert canvas.view.renderer.mask is not None
    assert not canvas.view.renderer.mask[150, 190]
    qtbot.keyClick(canvas.view, Qt.Key.Key_Escape)
    assert np.array_equal(canvas.view.renderer.mask, square())
    drag(canvas, (200, 150), (185, 150))
    assert not mask_of(canvas)[150, 190]
    assert mask_of(canvas)[105, 195]
    assert canvas.editor.undo_group.undoText() == "push"


def test_every_step_of_the_new_tools_reaches_the_journal(canvas: EditorCanvas) -> None:
    steps: list[str] = []
    canvas.editor.set_mask(square() & ~square(130, 130, 20) | square(20, 300, 30))
    stack = canvas.editor.undo_group.activeStack()
    canvas.editor.mask_edited.connect(lambda: steps.append(stack.undoText()))
    for tool, *way in (
        ("fill", (140, 140)),
        ("remove_region", (310, 30)),
        ("push", (200, 150), (180, 150)),
        ("wand", (150, 150)),
    ):
        canvas.tools.set_tool(tool)
        drag(canvas, *way)
    for command in (canvas.editor.grow, canvas.editor.shrink, canvas.editor.smooth):
        command()
    assert steps == ["fill", "remove region", "push", "wand", "grow", "shrink", "smooth"]


def test_snapping_needs_a_prediction_with_its_band_and_is_one_step(canvas: EditorCanvas) -> None:
    canvas.editor.set_mask(square())
    assert not canvas.editor.snap()
    canvas.editor.set_prediction(square(98, 98, 104), None)
    assert not canvas.editor.snap()
    canvas.editor.set_band(np.ones((30, 40), dtype=np.float32))
    assert canvas.editor.snap()
    assert canvas.editor.undo_group.undoText() == "snap to prediction"
    assert np.array_equal(mask_of(canvas), square(99, 99, 102))
    canvas.editor.undo_group.undo()
    assert np.array_equal(mask_of(canvas), square())


def test_the_lesion_fills_the_view(canvas: EditorCanvas) -> None:
    canvas.editor.set_mask(square(10, 300, 50))
    canvas.view.rotate_view()
    canvas.view.fit_box(PixelBox(10, 300, 60, 350))
    left, top, right, bottom = canvas.view.placement.view_rect(300, 10, 350, 60)
    assert min(left, top) > 0
    assert bottom < canvas.view.height()
    assert right < canvas.view.width()
    assert bottom - top > 0.7 * canvas.view.height()
    canvas.view.fit_box(PixelBox(2, 2, 298, 398))
    nearly_all = canvas.view.zoom
    canvas.view.fit()
    assert nearly_all == canvas.view.zoom


def test_only_the_options_of_the_tool_in_hand_are_offered(canvas: EditorCanvas, qtbot: QtBot) -> None:
    options = ToolOptions(canvas)
    for part in options.parts:
        qtbot.addWidget(part)
    shown = {}
    for tool in ("pan", "brush", "wand", "push"):
        canvas.tools.set_tool(tool)
        controls = options.control_by_option
        shown[tool] = [name for name, control in controls.items() if not control.isHidden()]
    assert shown == {"pan": [], "brush": ["brush_size"], "wand": ["tolerance"], "push": ["brush_size"]}


@pytest.mark.parametrize(
    "option",
    {option.name: option for tool in TOOLS.values() for option in tool.options}.values(),
    ids=lambda option: option.name,
)
def test_slider_number_and_tool_agree_about_an_option(
    canvas: EditorCanvas, qtbot: QtBot, option: ToolOption
) -> None:
    options = ToolOptions(canvas)
    for part in options.parts:
        qtbot.addWidget(part)
    control = options.control_by_option[option.name]
    assert canvas.tools.option(option) == option.first == control.number.value()
    control.slider.setValue(control.slider.maximum())
    assert canvas.tools.option(option) == option.largest == control.number.value()
    control.slider.setValue(0)
    assert canvas.tools.option(option) == option.smallest == control.number.value()
    control.number.setValue(option.smallest + 7)
    assert canvas.tools.option(option) == option.smallest + 7
    assert option.value_at(control.slider.value()) == pytest.approx(option.smallest + 7, rel=0.05)
    canvas.tools.set_option(option, 1e9)
    assert canvas.tools.option(option) == option.largest


def test_a_pointer_that_is_not_on_the_image_starts_nothing(canvas: EditorCanvas) -> None:
    for tool in ("wand", "fill", "remove_region", "push"):
        canvas.tools.set_tool(tool)
        for act in (PointerEventType.PRESS, PointerEventType.MOVE, PointerEventType.RELEASE):
            canvas.tools.feed(Pointer(act, (-500.0, 900.0)))
        assert not canvas.tools.is_drawing
        assert not canvas.editor.undo_group.canUndo()
