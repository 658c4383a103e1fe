"""Measure how long a large brush keeps the correction canvas busy; run it after changes to app/ui/editor."""

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
        p95_ms=round(ordered[math.ceil(0.95 * len(ordered)) - 1], 2),
        largest_ms=round(ordered[-1], 2),
    )


if __name__ == "__main__":
    if "--offscreen" in sys.argv:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    print(json.dumps([asdict(times) for times in measure_brush()], indent=2))
