"""Pictures of the correction canvas at a fixed size; run as a program to store them anew.

``python -m tests.app.ui.editor.canvas_pictures`` writes ``tests/golden/canvas/*.png``. Run it by hand, with
``QT_QPA_PLATFORM=offscreen``, only where the drawing is meant to change, and look at the pictures. None of
them shows letters, because fonts differ between machines.
"""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent
from PySide6.QtWidgets import QApplication

from app.domain.ids import ImageId
from app.ui.editor.canvas import EditorCanvas
from app.ui.editor.layers import Layer
from app.ui.editor.tools.gesture import Pointer, PointerEventType
from models.contract.arrays import BoolMask, RgbImage

STORED = Path(__file__).parents[3] / "golden" / "canvas"
WIDTH_PX, HEIGHT_PX = 240, 180
IMAGE_HEIGHT_PX, IMAGE_WIDTH_PX = 83, 117


def _skin() -> RgbImage:
    """Return skin that is redder to the right and lighter below, so that a turned or moved view is seen."""
    rows, columns = np.mgrid[:IMAGE_HEIGHT_PX, :IMAGE_WIDTH_PX]
    channels = (170 + columns // 2, 120 + rows, 100 + rows // 2)
    return np.stack(channels, axis=2).astype(np.uint8)


def _mask() -> BoolMask:
    """Return two lobes with a hole, nowhere symmetric."""
    rows, columns = np.mgrid[:IMAGE_HEIGHT_PX, :IMAGE_WIDTH_PX]
    lobes = (np.hypot(rows - 34, columns - 44) < 21) | (np.hypot(rows - 50, columns - 66) < 15)
    return np.asarray(lobes & (np.hypot(rows - 30, columns - 40) > 5))


def new_canvas() -> EditorCanvas:
    """Return a canvas that shows the mask on the image."""
    canvas = EditorCanvas()
    canvas.view.resize(WIDTH_PX, HEIGHT_PX)
    canvas.view.set_ground_colour(QColor(40, 42, 46))
    canvas.show_image(_skin(), ImageId("e" * 32))
    canvas.editor.set_mask(_mask())
    canvas.tools.set_tool("pan")
    canvas.view.set_layer_visible(Layer.MASK, True)
    # Drawn without being shown, it would be told of its size once more, and move the image by that.
    canvas.view.show()
    return canvas


def _point_at(canvas: EditorCanvas, image_xy: tuple[float, float]) -> None:
    """Move the mouse over a point of the image."""
    at = QPointF(*canvas.view.placement.view_xy(image_xy))
    none, free = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(canvas.view, QMouseEvent(QEvent.Type.MouseMove, at, at, none, none, free))


def _outline(canvas: EditorCanvas, tool: str, *, is_subtracting: bool = False) -> None:
    """Begin an outline and leave it open."""
    canvas.tools.set_tool(tool)
    corners = ((20.0, 15.0), (95.0, 22.0), (80.0, 70.0), (40.0, 60.0))
    is_click = tool == "polygon"
    for number, corner in enumerate(corners):
        act = PointerEventType.PRESS if is_click or number == 0 else PointerEventType.MOVE
        canvas.tools.feed(Pointer(act, corner, is_subtracting=is_subtracting))


def _fit(_canvas: EditorCanvas) -> None:
    """Leave the view as it opens."""


def _zoom(canvas: EditorCanvas) -> None:
    canvas.view.zoom_by(4.0, canvas.view.placement.view_xy((30.0, 25.0)))


def _turn(canvas: EditorCanvas) -> None:
    canvas.view.rotate_view(1)
    canvas.view.zoom_by(1.5, (90.0, 60.0))


def _paint(canvas: EditorCanvas) -> None:
    canvas.tools.set_tool("brush")
    canvas.tools.set_brush_diameter_px(14)
    canvas.tools.feed(Pointer(PointerEventType.PRESS, (85.0, 20.0)))
    canvas.tools.feed(Pointer(PointerEventType.MOVE, (100.0, 40.0)))
    canvas.tools.feed(Pointer(PointerEventType.RELEASE, (100.0, 40.0)))
    # Between two pixels: the circle shows where the brush would stamp, not where the pointer is.
    _point_at(canvas, (60.45, 30.45))


def _lasso(canvas: EditorCanvas) -> None:
    _outline(canvas, "lasso", is_subtracting=True)


def _polygon(canvas: EditorCanvas) -> None:
    _outline(canvas, "polygon")


PICTURES: dict[str, Callable[[EditorCanvas], None]] = {
    "fitted": _fit,
    "zoomed": _zoom,
    "turned": _turn,
    "brush": _paint,
    "lasso": _lasso,
    "polygon": _polygon,
}


def picture_of(canvas: EditorCanvas) -> RgbImage:
    """Return what the canvas shows, (HEIGHT_PX, WIDTH_PX, 3) uint8."""
    QApplication.processEvents()
    image = canvas.view.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def stored_picture(name: str) -> RgbImage:
    """Return the stored picture of this name."""
    found = cv2.imread(str(STORED / f"{name}.png"), cv2.IMREAD_COLOR_RGB)
    if found is None:
        raise FileNotFoundError(STORED / f"{name}.png")
    return np.asarray(found, dtype=np.uint8)


def main() -> None:
    """Store every picture as it is drawn now."""
    application = QApplication([])
    STORED.mkdir(exist_ok=True)
    for name, prepare in PICTURES.items():
        canvas = new_canvas()
        prepare(canvas)
        cv2.imwrite(str(STORED / f"{name}.png"), picture_of(canvas)[..., ::-1])
        canvas.deleteLater()
    application.processEvents()


if __name__ == "__main__":
    main()
