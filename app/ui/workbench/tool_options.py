"""Brush size and threshold: what the tools need beside the pointer."""

import math

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSlider, QSpinBox, QWidget

from app.translation import _
from app.ui.editor.canvas import EditorCanvas
from app.ui.widgets.labels import plain_label

SMALLEST_PX, LARGEST_PX = 1, 2000
_STEPS = 200
_THRESHOLD_PAUSE_MS = 40


class ToolOptions(QObject):
    """A slider and a number for the brush, a slider for the threshold."""

    def __init__(self, canvas: EditorCanvas, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self.brush_slider = _slider(_("Brush size"), 0, _STEPS)
        self.brush_px = QSpinBox()
        self.brush_px.setRange(SMALLEST_PX, LARGEST_PX)
        self.brush_px.setSuffix(" px")
        self.brush_px.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.brush_px.setFixedWidth(78)
        self.brush_px.setAccessibleName(_("Brush diameter in image pixels"))
        self.brush_px.setKeyboardTracking(False)
        self.threshold = _slider(_("Threshold on the probability"), 1, 99)
        self.threshold.setToolTip(_("The boundary follows this probability; lower makes it larger."))
        self._threshold_words = plain_label("", "small")
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_THRESHOLD_PAUSE_MS)
        self._pause.timeout.connect(self._apply_threshold)
        words = self._threshold_words
        words.setMinimumWidth(words.fontMetrics().horizontalAdvance("0.00"))
        self.parts = (
            _group(_("Brush"), self.brush_slider, self.brush_px),
            _group(_("Threshold"), self.threshold, words),
        )
        """What belongs together, to be placed in a bar."""
        self.brush_slider.valueChanged.connect(
            lambda step: canvas.tools.set_brush_diameter_px(diameter_of(step))
        )
        self.brush_px.valueChanged.connect(canvas.tools.set_brush_diameter_px)
        canvas.tools.brush_diameter_changed.connect(self._show_brush)
        self.threshold.valueChanged.connect(self._show_threshold)
        self.threshold.sliderMoved.connect(lambda _value: self._pause.start())
        self.threshold.actionTriggered.connect(lambda _action: self._pause.start())
        self._show_brush(canvas.tools.brush_diameter_px)

    def show_threshold(self, threshold: float | None) -> None:
        """Show the threshold of the model, without applying it; None when there is no probability map."""
        self.threshold.setEnabled(threshold is not None)
        if threshold is not None and not self.threshold.isSliderDown():
            self.threshold.setValue(round(100 * threshold))
        self._show_threshold()

    def _show_brush(self, diameter_px: int) -> None:
        for widget, value in ((self.brush_slider, step_of(diameter_px)), (self.brush_px, diameter_px)):
            widget.blockSignals(True)
            widget.setValue(value)
            widget.blockSignals(False)

    def _show_threshold(self) -> None:
        is_on = self.threshold.isEnabled()
        self._threshold_words.setText(f"{self.threshold.value() / 100:.2f}" if is_on else "")

    def _apply_threshold(self) -> None:
        self._canvas.editor.set_threshold(self.threshold.value() / 100)


def diameter_of(step: int) -> int:
    """Return the brush diameter of a slider step; equal steps are equal ratios."""
    return round(float(SMALLEST_PX * (LARGEST_PX / SMALLEST_PX) ** (step / _STEPS)))


def step_of(diameter_px: int) -> int:
    """Return the slider step next to a diameter."""
    bounded = min(max(diameter_px, SMALLEST_PX), LARGEST_PX)
    return round(_STEPS * math.log(bounded / SMALLEST_PX) / math.log(LARGEST_PX / SMALLEST_PX))


def _group(name: str, slider: QSlider, value: QWidget) -> QFrame:
    group = QFrame()
    layout = QHBoxLayout(group)
    layout.setContentsMargins(8, 2, 4, 2)
    layout.setSpacing(7)
    layout.addWidget(plain_label(name, "small"))
    layout.addWidget(slider, 1)
    layout.addWidget(value)
    return group


def _slider(name: str, low: int, high: int) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(low, high)
    slider.setAccessibleName(name)
    slider.setMinimumWidth(60)
    return slider
