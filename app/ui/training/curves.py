"""The curves of a run: loss, the figure on the validation images, and the learning rate."""

from collections.abc import Callable, Sequence

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.text.figures import figure
from app.translation import N_, _
from app.ui.theme import Theme
from app.ui.widgets.labels import plain_label
from training.contract.run_state import RunState

_CURVE_HEIGHT_PX = 150
_NOTHING_YET = N_("Not measured yet")
_VALIDATION_FIGURES = (
    ("dice", N_("Dice on validation images")),
    ("auc_all", N_("AUC on validation images")),
    ("auc", N_("AUC on validation images")),
    ("score", N_("Figure on validation images")),
)


class Curves(QWidget):
    """Three small plots side by side; their newest values stand above them in words."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.loss = Curve(_("Training loss"), theme)
        self.quality = Curve(_("Figure on validation images"), theme, has_marks=True)
        self.rate = Curve(_("Learning rate, in ten thousandths"), theme)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(16)
        for curve in (self.loss, self.quality, self.rate):
            layout.addWidget(curve, 1)

    def show_run_state(self, run_state: RunState) -> None:
        """Draw what the run has told so far, over all the steps that it is going to take."""
        for curve in (self.loss, self.quality, self.rate):
            curve.show_range(run_state.total_steps)
        self.loss.show_points(run_state.losses, figure)
        measured = [metrics for _, metrics in run_state.metrics]
        name, words = next(
            (each for each in _VALIDATION_FIGURES if measured and each[0] in measured[-1]),
            ("", N_("Figure on validation images")),
        )
        points = [(step, metrics[name]) for step, metrics in run_state.metrics if name in metrics]
        self.quality.rename(_(words))
        self.quality.show_points(points, figure)
        self.rate.show_points(
            [(step, 1e4 * rate) for step, rate in run_state.rates], lambda rate: f"{rate:.2f}"
        )


class Curve(QWidget):
    """One plot over the steps of a run, with its newest value as text."""

    def __init__(self, name: str, theme: Theme, *, has_marks: bool = False) -> None:
        super().__init__()
        self._theme = theme
        self._has_marks = has_marks
        self._points: Sequence[tuple[int, float]] = ()
        self._total_steps = 0
        self._name = plain_label(name, "small")
        self._newest = plain_label(_(_NOTHING_YET), "heading")
        self._plot = pg.PlotWidget()
        self._plot.setFixedHeight(_CURVE_HEIGHT_PX)
        self._plot.setMenuEnabled(False)
        self._plot.setMouseEnabled(x=False, y=False)
        self._plot.hideButtons()
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.setFrameShape(self._plot.Shape.NoFrame)
        self._line = self._plot.plot([], [], antialias=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self._name)
        layout.addWidget(self._newest)
        layout.addWidget(self._plot)
        layout.addStretch(1)
        self._plot.hide()
        theme.changed.connect(self._paint)
        self._paint()

    @property
    def points(self) -> Sequence[tuple[int, float]]:
        """Return what is drawn: (step, value)."""
        return self._points

    def rename(self, name: str) -> None:
        """Say what is drawn."""
        self._name.setText(name)

    def show_range(self, total_steps: int) -> None:
        """Keep the axis of the steps in place while the run goes on."""
        if total_steps != self._total_steps:
            self._total_steps = total_steps
            self._plot.setXRange(0, max(total_steps, 1), padding=0.02)

    def show_points(self, points: Sequence[tuple[int, float]], words: Callable[[float], str]) -> None:
        """Draw (step, value) pairs; nothing happens when they are those that are shown."""
        if len(points) == len(self._points) and tuple(points) == tuple(self._points):
            return
        self._points = tuple(points)
        steps, values = [step for step, _ in points], [value for _, value in points]
        self._line.setData(steps, values)
        self._newest.setText(words(values[-1]) if values else _(_NOTHING_YET))
        self._plot.setVisible(bool(values))
        self._plot.setAccessibleName(f"{self._name.text()}: {self._newest.text()}")

    def _paint(self) -> None:
        tokens = self._theme.tokens
        self._plot.setBackground(QColor(tokens.surface))
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setPen(QColor(tokens.border))
            axis.setTextPen(QColor(tokens.muted))
            axis.enableAutoSIPrefix(False)
        self._plot.setLabel("bottom", _("Step"), color=tokens.muted)
        self._line.setPen(pg.mkPen(tokens.accent, width=2))
        if self._has_marks:
            self._line.setSymbol("o")
            self._line.setSymbolSize(5)
            self._line.setSymbolPen(QColor(tokens.accent))
            self._line.setSymbolBrush(QColor(tokens.accent))
