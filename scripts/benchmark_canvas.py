"""Measure how long tools keep the correction canvas busy; run it after changes to app/ui/editor.

Without options: a brush of 2000 px on 24 megapixels. With ``--tools``: every move of every tool there.
"""

import json
import math
import os
import statistics
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from app.ui.editor.canvas import EditorCanvas
from app.ui.editor.layers import Layer
from app.ui.editor.tools.handles import HandlesPreview


@dataclass(frozen=True)
class BrushTimes:
    """Milliseconds that each pointer event of brush strokes took, its repaint included."""

    view: str
    events: int
    median_ms: float
    p95_ms: float
    largest_ms: float


def measure_brush(
    *, width_px: int = 6000, height_px: int = 4000, diameter_px: int = 2000, strokes: int = 5, moves: int = 60
) -> list[BrushTimes]:
    """Draw strokes with all layers shown, in the fitted and in the 1:1 view."""
    _application = QApplication.instance() or QApplication([])
    canvas = _canvas(width_px, height_px)
    times = []
    for view, place in (("fitted", canvas.view.fit), ("1:1", canvas.view.show_actual_pixels)):
        place()
        canvas.tools.set_brush_diameter_px(diameter_px)
        QApplication.processEvents()
        times.append(_summary(view, _strokes(canvas, strokes, moves)))
    canvas.view.close()
    return times


_STROKED = ("brush", "eraser", "push", "lasso", "lasso_subtract", "ruler", "wand", "handles", "pan")
"""Tools whose gesture is a drag; the others are fed by clicks, and their moves come between these."""
_CLICKED = ("polygon", "livewire")


@dataclass(frozen=True)
class ToolTimes:
    """Milliseconds that the moves of one tool took, their repaint included; in wall and processor time."""

    tool: str
    view: str
    moves: int
    median_ms: float
    p95_ms: float
    p95_cpu_ms: float
    press_ms: float
    """The longest press or release."""


def measure_tools(*, width_px: int = 6000, height_px: int = 4000, moves: int = 40) -> list[ToolTimes]:
    """Drag, or click and move, with every tool in the fitted and in the 1:1 view."""
    _application = QApplication.instance() or QApplication([])
    canvas = _canvas(width_px, height_px)
    times = []
    for view, place in (("fitted", canvas.view.fit), ("1:1", canvas.view.show_actual_pixels)):
        for tool in (*_STROKED, *_CLICKED):
            place()
            canvas.tools.set_tool(tool)
            canvas.tools.set_brush_diameter_px(300)
            QApplication.processEvents()
            times.append(_tool_times(canvas, tool, view, moves))
            canvas.tools.cancel_gesture()
    canvas.view.close()
    return times


def _tool_times(canvas: EditorCanvas, tool: str, view: str, moves: int) -> ToolTimes:
    press, move, release = (
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.MouseButtonRelease,
    )
    walls: list[float] = []
    cpus: list[float] = []
    others: list[float] = []
    for number in range(3):
        way = [_way_of(canvas, tool, number, step / moves) for step in range(moves + 1)]
        others.append(_timed(canvas, press, way[0]))
        if tool in _CLICKED:
            others.append(_timed(canvas, release, way[0]))
        for at, point in enumerate(way[1:], start=1):
            began = time.process_time()
            walls.append(_timed(canvas, move, point))
            cpus.append((time.process_time() - began) * 1000)
            if tool in _CLICKED and at % 10 == 0:
                others.append(_timed(canvas, press, point))
                others.append(_timed(canvas, release, point))
        if tool in _CLICKED:
            canvas.tools.cancel_gesture()
        else:
            others.append(_timed(canvas, release, way[-1]))
    return ToolTimes(
        tool,
        view,
        len(walls),
        round(statistics.median(walls), 2),
        _p95(walls),
        _p95(cpus),
        round(max(others), 2),
    )


def _way_of(canvas: EditorCanvas, tool: str, number: int, share: float) -> QPointF:
    """A point of a tool's way: of the curve through the view, or of one from a handle of the boundary."""
    known = canvas.tools.resting_preview
    if tool != "handles" or not isinstance(known, HandlesPreview):
        return _on_way(canvas, number, share)
    seen = [canvas.view.placement.view_xy((x, y)) for x, y in known.handles.handles_xy.tolist()]
    middle = canvas.view.centre_xy
    x, y = min(seen, key=lambda xy: math.hypot(xy[0] - middle[0], xy[1] - middle[1]))
    return QPointF(x + 60 * share, y + 40 * math.sin(6 * share))


def _p95(times_ms: list[float]) -> float:
    ordered = sorted(times_ms)
    return round(ordered[math.ceil(0.95 * len(ordered)) - 1], 2)


def _canvas(width_px: int, height_px: int) -> EditorCanvas:
    rng = np.random.default_rng(7)
    skin = rng.integers(120, 220, (height_px // 8 + 1, width_px // 8 + 1, 3), dtype=np.uint8)
    pixels = np.ascontiguousarray(skin.repeat(8, axis=0).repeat(8, axis=1)[:height_px, :width_px])
    row, column = np.ogrid[:height_px, :width_px]
    distance = (row / height_px - 0.5) ** 2 + (column / width_px - 0.5) ** 2
    probability = np.exp(-distance * 20).astype(np.float32)
    canvas = EditorCanvas()
    canvas.view.resize(1400, 900)
    canvas.show_image(pixels)
    canvas.set_prediction(probability > 0.5, probability)
    canvas.editor.set_mask(probability > 0.5)
    canvas.view.set_overlay(probability, is_signed=False)
    for layer in Layer:
        canvas.view.set_layer_visible(layer, True)
    canvas.tools.set_tool("brush")
    canvas.view.show()
    QApplication.processEvents()
    return canvas


def _strokes(canvas: EditorCanvas, strokes: int, moves: int) -> list[float]:
    times_ms: list[float] = []
    for number in range(strokes):
        canvas.tools.set_tool("eraser" if number % 2 else "brush")
        way = [_on_way(canvas, number, step / moves) for step in range(moves + 1)]
        kinds = [QEvent.Type.MouseButtonPress] + [QEvent.Type.MouseMove] * (moves - 1)
        for kind, point in zip([*kinds, QEvent.Type.MouseButtonRelease], way, strict=True):
            times_ms.append(_timed(canvas, kind, point))
    return times_ms


def _on_way(canvas: EditorCanvas, number: int, share: float) -> QPointF:
    """A point of a curve through the view."""
    angle = 2 * math.pi * share + number
    return QPointF(
        canvas.view.width() * (0.5 + 0.3 * math.cos(angle)),
        canvas.view.height() * (0.5 + 0.3 * math.sin(2 * angle)),
    )


def _timed(canvas: EditorCanvas, kind: QEvent.Type, point: QPointF) -> float:
    """Send one event and repaint what it made out of date."""
    is_move = kind is QEvent.Type.MouseMove
    none, left = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
    held = none if kind is QEvent.Type.MouseButtonRelease else left
    event = QMouseEvent(kind, point, point, none if is_move else left, held, Qt.KeyboardModifier.NoModifier)
    began = time.perf_counter()
    QApplication.sendEvent(canvas.view, event)
    QApplication.sendPostedEvents()
    QApplication.processEvents()
    return (time.perf_counter() - began) * 1000


def _summary(view: str, times_ms: list[float]) -> BrushTimes:
    ordered = sorted(times_ms)
    return BrushTimes(
        view=view,
        events=len(ordered),
        median_ms=round(statistics.median(ordered), 2),
        p95_ms=_p95(times_ms),
        largest_ms=round(ordered[-1], 2),
    )


if __name__ == "__main__":
    if "--offscreen" in sys.argv:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    measured = measure_tools() if "--tools" in sys.argv else measure_brush()
    print("\n".join(json.dumps(asdict(times)) for times in measured))
