import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.ids import ImageId
from app.ui.editor.canvas import EditorCanvas
from app.ui.editor.layers import Layer
from app.ui.editor.tools.gesture import Pointer, PointerEventType
from app.ui.editor.tools.ruler import RulerPreview
from models.contract.arrays import BoolMask, RgbImage
from models.contract.imaging.postprocess import lesion_mask

SHAPE = (120, 161)
IMAGE = ImageId("d" * 32)
Point = tuple[float, float]


def skin(shape: tuple[int, int] = SHAPE) -> RgbImage:
    return np.full((*shape, 3), (214, 170, 150), dtype=np.uint8)


def disc(shape: tuple[int, int] = SHAPE, radius: float = 30.0) -> BoolMask:
    y, x = np.mgrid[: shape[0], : shape[1]]
    return np.asarray(np.hypot(y - shape[0] / 2, x - shape[1] / 2) < radius, dtype=np.bool_)


@pytest.fixture
def canvas(qtbot: QtBot) -> EditorCanvas:
    shown = EditorCanvas()
    qtbot.addWidget(shown.view)
    shown.view.resize(400, 300)
    shown.show_image(skin(), IMAGE)
    shown.tools.set_tool("brush")
    return shown


def mask_of(canvas: EditorCanvas) -> BoolMask:
    mask = canvas.editor.current_mask()
    assert mask is not None
    return mask


def drag(canvas: EditorCanvas, *points: Point, is_subtracting: bool = False, ends: bool = True) -> None:
    acts = [PointerEventType.PRESS] + [PointerEventType.MOVE] * (len(points) - 1)
    for act, point in zip(acts, points, strict=True):
        canvas.tools.feed(Pointer(act, point, is_subtracting=is_subtracting))
    if ends:
        canvas.tools.feed(Pointer(PointerEventType.RELEASE, points[-1]))


def mouse(
    canvas: EditorCanvas, kind: QEvent.Type, image_xy: Point, button: Qt.MouseButton, **held: bool
) -> None:
    """Send a real mouse event at a point of the image."""
    at = QPointF(*canvas.view.placement.view_xy(image_xy))
    is_move = kind is QEvent.Type.MouseMove
    modifier = Qt.KeyboardModifier.AltModifier if held.get("alt") else Qt.KeyboardModifier.NoModifier
    pressed = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseButtonRelease else button
    own = Qt.MouseButton.NoButton if is_move else button
    QApplication.sendEvent(canvas.view, QMouseEvent(kind, at, at, own, pressed, modifier))


def mouse_drag(canvas: EditorCanvas, start: Point, end: Point, button: Qt.MouseButton, **held: bool) -> None:
    mouse(canvas, QEvent.Type.MouseButtonPress, start, button, **held)
    mouse(canvas, QEvent.Type.MouseMove, end, button, **held)
    mouse(canvas, QEvent.Type.MouseButtonRelease, end, button, **held)


LEFT = Qt.MouseButton.LeftButton


def test_brush_and_eraser_change_the_pixels_under_the_stamp(canvas: EditorCanvas) -> None:
    canvas.tools.set_brush_diameter_px(3)
    drag(canvas, (10.5, 20.5), (14.5, 20.5))
    expected = np.zeros(SHAPE, dtype=np.bool_)
    expected[19:22, 9:16] = True
    assert np.array_equal(mask_of(canvas), expected)
    canvas.tools.set_tool("eraser")
    drag(canvas, (12.5, 20.5))
    expected[19:22, 11:14] = False
    assert np.array_equal(mask_of(canvas), expected)


def test_a_stroke_with_the_mouse_lands_where_it_is_seen(canvas: EditorCanvas) -> None:
    canvas.tools.set_brush_diameter_px(1)
    for turns in range(4):
        canvas.editor.clear()
        canvas.view.zoom_by(1.7)
        canvas.view.rotate_view()
        mouse_drag(canvas, (80.5, 60.5), (80.5, 60.5), LEFT)
        assert np.argwhere(mask_of(canvas)).tolist() == [[60, 80]], turns


def test_alt_turns_a_brush_into_an_eraser(canvas: EditorCanvas) -> None:
    canvas.editor.set_mask(disc())
    canvas.tools.set_brush_diameter_px(9)
    mouse_drag(canvas, (80.5, 60.5), (82.5, 60.5), LEFT, alt=True)
    assert not mask_of(canvas)[60, 80]


def test_escape_leaves_no_trace(canvas: EditorCanvas, qtbot: QtBot) -> None:
    canvas.editor.set_mask(disc())
    before, version = mask_of(canvas), canvas.editor.mask_version()
    for tool in ("brush", "eraser", "polygon", "lasso"):
        canvas.tools.set_tool(tool)
        drag(canvas, (5, 5), (150, 20), (80, 110), ends=False)
        assert canvas.tools.is_drawing
        qtbot.keyClick(canvas.view, Qt.Key.Key_Escape)
        assert not canvas.tools.is_drawing
        canvas.tools.feed(Pointer(PointerEventType.RELEASE, (80, 110)))
        assert np.array_equal(mask_of(canvas), before)
        assert np.array_equal(canvas.view.renderer.mask, before)
    assert canvas.editor.mask_version() == version
    assert not canvas.editor.undo_group.canUndo()


def test_a_polygon_closes_by_double_click_enter_or_its_first_corner(
    canvas: EditorCanvas, qtbot: QtBot
) -> None:
    canvas.tools.set_tool("polygon")
    expected = np.zeros(SHAPE, dtype=np.bool_)
    expected[10:50, 20:90] = True
    corners = [(20, 10), (90, 10), (90, 50), (20, 50)]

    def click(*points: Point) -> None:
        for point in points:
            canvas.tools.feed(Pointer(PointerEventType.PRESS, point))
            canvas.tools.feed(Pointer(PointerEventType.RELEASE, point))

    def by_double_click() -> None:
        canvas.tools.feed(Pointer(PointerEventType.DOUBLE_PRESS, corners[-1]))

    def by_enter() -> None:
        qtbot.keyClick(canvas.view, Qt.Key.Key_Return)

    def by_first_corner() -> None:
        click(corners[0])

    for close in (by_double_click, by_enter, by_first_corner):
        canvas.editor.clear()
        click(*corners)
        close()
        assert np.array_equal(mask_of(canvas), expected)
        assert not canvas.tools.is_drawing


def test_backspace_takes_the_last_corner_back(canvas: EditorCanvas, qtbot: QtBot) -> None:
    canvas.tools.set_tool("polygon")
    for point in [(20, 10), (90, 10), (90, 50), (20, 50), (150, 110)]:
        canvas.tools.feed(Pointer(PointerEventType.PRESS, point))
    qtbot.keyClick(canvas.view, Qt.Key.Key_Backspace)
    qtbot.keyClick(canvas.view, Qt.Key.Key_Enter)
    assert np.count_nonzero(mask_of(canvas)) == 40 * 70


def test_a_polygon_with_alt_takes_away(canvas: EditorCanvas) -> None:
    canvas.editor.set_mask(np.ones(SHAPE, dtype=np.bool_))
    canvas.tools.set_tool("polygon")
    for point in [(20, 10), (90, 10), (90, 50)]:
        canvas.tools.feed(Pointer(PointerEventType.PRESS, point, is_subtracting=True))
    canvas.tools.feed(Pointer(PointerEventType.CONFIRM, (20, 50)))
    assert not mask_of(canvas)[15, 80]
    assert mask_of(canvas)[45, 25]


def test_a_lasso_adds_and_takes_away_what_it_encloses(canvas: EditorCanvas) -> None:
    canvas.tools.set_tool("lasso")
    drag(canvas, (20, 10), (90, 10), (90, 50), (20, 50))
    assert np.count_nonzero(mask_of(canvas)) == 40 * 70
    drag(canvas, (30, 20), (50, 20), (50, 30), (30, 30), is_subtracting=True)
    assert np.count_nonzero(mask_of(canvas)) == 40 * 70 - 20 * 10


def test_the_ruler_reads_pixels_and_millimetres_only_when_calibrated(canvas: EditorCanvas) -> None:
    canvas.tools.set_tool("ruler")
    drag(canvas, (10, 10), (40, 50))
    preview = canvas.tools.shown_preview
    assert isinstance(preview, RulerPreview)
    assert preview.text(None) == "50.0 px"
    assert preview.text(0.02) == "1.00 mm  (50.0 px)"
    assert not mask_of(canvas).any()


def test_space_and_the_middle_button_pan_with_any_tool(canvas: EditorCanvas, qtbot: QtBot) -> None:
    canvas.view.zoom_by(4)
    x, y = canvas.view.placement.offset_xy
    start = canvas.view.placement.image_xy((100, 100))
    end = canvas.view.placement.image_xy((130, 90))
    mouse_drag(canvas, start, end, Qt.MouseButton.MiddleButton)
    assert canvas.view.placement.offset_xy == pytest.approx((x + 30, y - 10))
    qtbot.keyPress(canvas.view, Qt.Key.Key_Space)
    mouse_drag(
        canvas, canvas.view.placement.image_xy((100, 100)), canvas.view.placement.image_xy((70, 110)), LEFT
    )
    qtbot.keyRelease(canvas.view, Qt.Key.Key_Space)
    assert canvas.view.placement.offset_xy == pytest.approx((x, y))
    assert not mask_of(canvas).any()


def wheel(canvas: EditorCanvas, at: QPointF, notches: int, modifier: Qt.KeyboardModifier) -> None:
    is_swapped = modifier is Qt.KeyboardModifier.AltModifier
    delta = QPoint(120 * notches, 0) if is_swapped else QPoint(0, 120 * notches)
    buttons, phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(at, at, QPoint(), delta, buttons, modifier, phase, False)
    QApplication.sendEvent(canvas.view, event)


def test_the_wheel_zooms_to_the_pointer(canvas: EditorCanvas) -> None:
    at = QPointF(123, 77)
    image_xy = canvas.view.placement.image_xy((123, 77))
    wheel(canvas, at, 3, Qt.KeyboardModifier.NoModifier)
    assert canvas.view.placement.view_xy(image_xy) == pytest.approx((123, 77))
    assert canvas.view.zoom == pytest.approx(300 / 120 * 1.2**3, rel=0.2)


def test_ctrl_or_alt_with_the_wheel_and_brackets_change_the_brush(canvas: EditorCanvas, qtbot: QtBot) -> None:
    canvas.tools.set_brush_diameter_px(40)
    with qtbot.waitSignal(canvas.tools.option_changed):
        wheel(canvas, QPointF(10, 10), 1, Qt.KeyboardModifier.ControlModifier)
    assert canvas.tools.brush_diameter_px == 45
    wheel(canvas, QPointF(10, 10), -1, Qt.KeyboardModifier.AltModifier)
    assert canvas.tools.brush_diameter_px < 45
    before = canvas.tools.brush_diameter_px
    qtbot.keyClick(canvas.view, Qt.Key.Key_BracketRight)
    assert canvas.tools.brush_diameter_px > before
    canvas.tools.set_brush_diameter_px(1)
    qtbot.keyClick(canvas.view, Qt.Key.Key_BracketLeft)
    assert canvas.tools.brush_diameter_px == 1
    qtbot.keyClick(canvas.view, Qt.Key.Key_BracketRight)
    assert canvas.tools.brush_diameter_px == 2


DEEDS = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(["brush", "eraser", "lasso", "polygon", "push", "wand", "fill", "remove_region"]),
            st.lists(st.tuples(st.floats(-20, 180), st.floats(-20, 140)), min_size=1, max_size=5),
            st.integers(1, 60),
        ),
        st.sampled_from(
            [
                "undo",
                "redo",
                "fill_holes",
                "keep_largest",
                "reset_to_prediction",
                "clear",
                "grow",
                "shrink",
                "smooth",
                "snap",
            ]
        ),
        st.floats(0.1, 0.9),
    ),
    max_size=14,
)


def do(canvas: EditorCanvas, deed: tuple[str, list[Point], int] | str | float) -> None:
    if isinstance(deed, float):
        canvas.editor.set_threshold(deed)
    elif isinstance(deed, str):
        {"undo": canvas.editor.undo_group.undo, "redo": canvas.editor.undo_group.redo}.get(
            deed, lambda: getattr(canvas.editor, deed)()
        )()
    else:
        tool, points, diameter_px = deed
        canvas.tools.set_tool(tool)
        canvas.tools.set_brush_diameter_px(diameter_px)
        drag(canvas, *points)
        canvas.tools.feed(Pointer(PointerEventType.CONFIRM, points[-1]))


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=DEEDS)
def test_undoing_and_redoing_everything_gives_every_mask_again(
    canvas: EditorCanvas, deeds: list[object]
) -> None:
    canvas.show_image(skin())
    probability = np.linspace(0, 1, SHAPE[0] * SHAPE[1], dtype=np.float32).reshape(SHAPE)
    canvas.set_prediction(disc(), probability)
    canvas.editor.set_band(np.ones((12, 16), dtype=np.float32))
    canvas.editor.set_mask(disc(radius=12))
    first = mask_of(canvas)
    for deed in deeds:
        do(canvas, deed)  # type: ignore[arg-type]  # hypothesis does not carry the element type
    last, stack = mask_of(canvas), canvas.editor.undo_group.activeStack()
    position = stack.index()
    masks = [last]
    while stack.canUndo():
        stack.undo()
        masks.append(mask_of(canvas))
    assert np.array_equal(mask_of(canvas), first)
    for mask in masks[-2::-1]:
        stack.redo()
        assert np.array_equal(mask_of(canvas), mask)
    assert stack.index() == position
    assert np.array_equal(mask_of(canvas), last)


def test_dragging_the_threshold_is_one_step(canvas: EditorCanvas) -> None:
    probability = np.linspace(0, 1, SHAPE[0] * SHAPE[1], dtype=np.float32).reshape(SHAPE)
    canvas.set_prediction(None, probability)
    canvas.editor.set_mask(disc())
    for threshold in (0.3, 0.4, 0.5):
        canvas.editor.set_threshold(threshold)
    assert np.array_equal(mask_of(canvas), lesion_mask(probability, 0.5))
    canvas.editor.undo_group.undo()
    assert np.array_equal(mask_of(canvas), disc())


def test_region_commands_say_what_they_undo(canvas: EditorCanvas) -> None:
    mask = disc()
    mask[58:62, 78:82] = False
    mask[2:5, 2:5] = True
    canvas.editor.set_mask(mask)
    canvas.editor.fill_holes()
    assert mask_of(canvas)[60, 80]
    assert canvas.editor.undo_group.undoText() == "fill holes"
    canvas.editor.keep_largest()
    assert not mask_of(canvas)[3, 3]
    canvas.set_prediction(disc(radius=8), None)
    canvas.editor.reset_to_prediction()
    assert np.array_equal(mask_of(canvas), disc(radius=8))
    canvas.editor.clear()
    assert not mask_of(canvas).any()
    for _ in range(4):
        canvas.editor.undo_group.undo()
    assert np.array_equal(mask_of(canvas), mask)


def test_a_stroke_that_changes_nothing_is_no_step(canvas: EditorCanvas, qtbot: QtBot) -> None:
    canvas.editor.set_mask(np.ones(SHAPE, dtype=np.bool_))
    with qtbot.assertNotEmitted(canvas.editor.mask_edited):
        drag(canvas, (50, 50), (60, 60))
    assert not canvas.editor.undo_group.canUndo()


def test_undo_in_the_middle_of_a_stroke_gives_the_stroke_up(canvas: EditorCanvas) -> None:
    canvas.editor.set_mask(disc(radius=5))
    drag(canvas, (30, 30), (60, 60))
    drag(canvas, (100, 30), (130, 60), ends=False)
    canvas.editor.undo_group.undo()
    assert not canvas.tools.is_drawing
    canvas.tools.feed(Pointer(PointerEventType.RELEASE, (130, 60)))
    assert np.array_equal(mask_of(canvas), disc(radius=5))
    assert np.array_equal(canvas.view.renderer.mask, disc(radius=5))


def test_every_image_keeps_its_own_history(canvas: EditorCanvas) -> None:
    canvas.editor.set_mask(disc())
    drag(canvas, (10, 10), (40, 10))
    edited = mask_of(canvas)
    canvas.show_image(skin((40, 50)), ImageId("e" * 32))
    assert not canvas.editor.undo_group.canUndo()
    drag(canvas, (5, 5))
    canvas.show_image(skin(), IMAGE)
    assert np.array_equal(mask_of(canvas), edited)
    canvas.editor.undo_group.undo()
    assert np.array_equal(mask_of(canvas), disc())


def test_nothing_can_be_undone_while_no_image_is_shown(canvas: EditorCanvas) -> None:
    drag(canvas, (10, 10), (40, 10))
    drawn = mask_of(canvas)
    canvas.show_nothing()
    assert not canvas.editor.undo_group.canUndo()
    canvas.editor.undo_group.undo()
    canvas.show_image(skin(), IMAGE)
    assert np.array_equal(mask_of(canvas), drawn)
    assert canvas.editor.undo_group.canUndo()


def test_a_stored_mask_never_replaces_unsaved_work_unasked(canvas: EditorCanvas) -> None:
    canvas.editor.set_mask(disc())
    drag(canvas, (10, 10), (40, 10))
    edited = mask_of(canvas)
    assert not canvas.editor.set_mask(disc(radius=9))
    assert np.array_equal(mask_of(canvas), edited)
    assert canvas.editor.set_mask(disc(radius=9), replaces_unsaved_work=True)
    assert np.array_equal(mask_of(canvas), disc(radius=9))
    assert not canvas.editor.has_unsaved_work
    assert not canvas.editor.undo_group.canUndo()


def test_a_stored_mask_that_arrives_during_a_stroke_does_not_break_it_off(canvas: EditorCanvas) -> None:
    drag(canvas, (10, 10), (40, 10), ends=False)
    assert not canvas.editor.set_mask(disc())
    canvas.tools.feed(Pointer(PointerEventType.RELEASE, (40, 30)))
    assert mask_of(canvas)[30, 40]
    assert not np.array_equal(mask_of(canvas), disc())


def test_only_the_version_that_was_stored_counts_as_stored(canvas: EditorCanvas) -> None:
    drag(canvas, (10, 10), (40, 10))
    version = canvas.editor.mask_version()
    drag(canvas, (10, 60), (40, 60))
    canvas.editor.mark_stored(IMAGE, version, "r2")
    assert canvas.editor.has_unsaved_work
    canvas.editor.mark_stored(IMAGE, canvas.editor.mask_version(), "r3")
    assert not canvas.editor.has_unsaved_work
    canvas.editor.undo_group.undo()
    assert canvas.editor.has_unsaved_work


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (257, 3)])
def test_tiny_and_odd_images_can_be_shown_and_corrected(canvas: EditorCanvas, shape: tuple[int, int]) -> None:
    canvas.show_image(skin(shape))
    canvas.set_prediction(np.ones(shape, np.bool_), np.ones(shape, np.float32))
    canvas.view.set_overlay(np.zeros(shape, np.float32), is_signed=True)
    canvas.view.set_band(np.ones(shape, np.float32))
    for layer in Layer:
        canvas.view.set_layer_visible(layer, True)
    drag(canvas, (0.5, 0.5))
    canvas.view.rotate_view()
    canvas.view.show_actual_pixels()
    assert not canvas.view.grab().isNull()
    assert mask_of(canvas)[0, 0]


def test_a_drag_on_a_new_canvas_paints_nothing(qtbot: QtBot) -> None:
    canvas = EditorCanvas()
    qtbot.addWidget(canvas.view)
    canvas.view.resize(400, 300)
    canvas.show_image(skin(), IMAGE)
    drag(canvas, (10.5, 20.5), (60.5, 40.5))
    assert not mask_of(canvas).any()
    assert not canvas.editor.has_unsaved_work
    assert canvas.tools.tool.name == "pan"


def test_requests_without_an_image_do_nothing(qtbot: QtBot) -> None:
    canvas = EditorCanvas()
    qtbot.addWidget(canvas.view)
    canvas.view.resize(200, 150)
    for request in (
        canvas.view.fit,
        canvas.view.show_actual_pixels,
        canvas.view.rotate_view,
        canvas.view.zoom_by,
        canvas.editor.fill_holes,
        canvas.editor.keep_largest,
        canvas.editor.clear,
        canvas.editor.reset_to_prediction,
        canvas.tools.cancel_gesture,
        canvas.show_nothing,
    ):
        request(*((2.0,) if request == canvas.view.zoom_by else ()))
    drag(canvas, (5, 5), (9, 9))
    assert canvas.editor.current_mask() is None
    assert not canvas.editor.set_mask(disc())
    assert not canvas.view.grab().isNull()


def test_the_pointer_is_reported_in_the_image_and_not_beside_it(canvas: EditorCanvas, qtbot: QtBot) -> None:
    with qtbot.waitSignal(canvas.input.cursor_moved) as on_image:
        mouse(canvas, QEvent.Type.MouseMove, (80.5, 60.5), Qt.MouseButton.NoButton)
    assert on_image.args is not None
    assert on_image.args[0] == pytest.approx((80.5, 60.5))
    with qtbot.waitSignal(canvas.input.cursor_moved) as beside:
        mouse(canvas, QEvent.Type.MouseMove, (-1.0, 60.5), Qt.MouseButton.NoButton)
    assert beside.args == [None]


def test_an_unknown_tool_is_refused(canvas: EditorCanvas) -> None:
    with pytest.raises(ValueError, match="no tool named"):
        canvas.tools.set_tool("hammer")


def test_the_image_cannot_be_moved_out_of_sight(canvas: EditorCanvas) -> None:
    canvas.view.move_view(100000, -100000)
    left, _, _, bottom = canvas.view.placement.view_rect(0, 0, SHAPE[1], SHAPE[0])
    assert left < canvas.view.width()
    assert bottom > 0
