"""What can be set for the tool in hand, and the threshold: what the tools need beside the pointer."""

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSlider, QSpinBox, QWidget

from app.translation import _, in_numerals
from app.ui.editor.canvas import EditorCanvas
from app.ui.editor.tool_controller import ToolController
from app.ui.editor.tools import TOOLS
from app.ui.editor.tools.tool_option import SLIDER_STEPS, ToolOption
from app.ui.widgets.labels import plain_label

_THRESHOLD_PAUSE_MS = 40


class ToolOptions(QObject):
    """A slider and a number for each option of the tool in hand, a slider for the threshold."""

    def __init__(self, canvas: EditorCanvas, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._canvas = canvas
        options = {option.name: option for tool in TOOLS.values() for option in tool.options}
        self.control_by_option = {
            name: OptionControl(option, canvas.tools) for name, option in options.items()
        }
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
            *self.control_by_option.values(),
            _group(_("Threshold"), self.threshold, words),
        )
        """What belongs together, to be placed in a bar."""
        canvas.tools.tool_changed.connect(lambda _name: self._show_options())
        self.threshold.valueChanged.connect(self._show_threshold)
        self.threshold.sliderMoved.connect(lambda _value: self._pause.start())
        self.threshold.actionTriggered.connect(lambda _action: self._pause.start())
        self._show_options()

    def show_threshold(self, threshold: float | None) -> None:
        """Show the threshold of the model, without applying it; None when there is no probability map."""
        self.threshold.setEnabled(threshold is not None)
        if threshold is not None and not self.threshold.isSliderDown():
            self.threshold.setValue(round(100 * threshold))
        self._show_threshold()

    def _show_options(self) -> None:
        """Show what can be set for the tool in hand, and nothing else."""
        for control in self.control_by_option.values():
            control.setVisible(control.option in self._canvas.tools.tool.options)

    def _show_threshold(self) -> None:
        is_on = self.threshold.isEnabled()
        self._threshold_words.setText(in_numerals(f"{self.threshold.value() / 100:.2f}") if is_on else "")

    def _apply_threshold(self) -> None:
        self._canvas.editor.set_threshold(self.threshold.value() / 100)


class OptionControl(QFrame):
    """Slider and number of one option."""

    def __init__(self, option: ToolOption, tools: ToolController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.option = option
        self._tools = tools
        self.slider = _slider(_(option.help), 0, SLIDER_STEPS)
        self.slider.setToolTip(_(option.help))
        self.number = QSpinBox()
        self.number.setRange(option.smallest, option.largest)
        self.number.setSuffix(option.unit)
        self.number.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.number.setFixedWidth(78)
        self.number.setAccessibleName(_(option.help))
        self.number.setKeyboardTracking(False)
        _fill(self, _(option.text), self.slider, self.number)
        self.slider.valueChanged.connect(lambda step: tools.set_option(option, option.value_at(step)))
        self.number.valueChanged.connect(lambda value: tools.set_option(option, value))
        tools.option_changed.connect(lambda _name, _value: self._show())
        self._show()

    def _show(self) -> None:
        value = self._tools.option(self.option)
        for widget, shown in ((self.slider, self.option.step_at(value)), (self.number, round(value))):
            widget.blockSignals(True)
            widget.setValue(shown)
            widget.blockSignals(False)


def _group(name: str, slider: QSlider, value: QWidget) -> QFrame:
    group = QFrame()
    _fill(group, name, slider, value)
    return group


def _fill(group: QFrame, name: str, slider: QSlider, value: QWidget) -> None:
    layout = QHBoxLayout(group)
    layout.setContentsMargins(8, 2, 4, 2)
    layout.setSpacing(7)
    layout.addWidget(plain_label(name, "small"))
    layout.addWidget(slider, 1)
    layout.addWidget(value)


def _slider(name: str, low: int, high: int) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(low, high)
    slider.setAccessibleName(name)
    slider.setMinimumWidth(60)
    return slider
