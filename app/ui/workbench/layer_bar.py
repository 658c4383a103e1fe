"""Which layers lie over the image, and how strongly."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QSlider, QToolButton, QVBoxLayout, QWidget

from app.translation import N_, _
from app.ui.editor.image_view import ImageView
from app.ui.editor.layers import Layer
from app.ui.theme import Theme
from app.ui.widgets.wrapping_layout import WrappingLayout

LAYER_NAMES = {
    Layer.BOUNDARY: N_("Boundary"),
    Layer.MASK: N_("Mask"),
    Layer.UNCERTAINTY: N_("Uncertainty"),
    Layer.PROBABILITY: N_("Probability"),
    Layer.ATTENTION: N_("Attention"),
    Layer.EVIDENCE: N_("Evidence"),
}


class LayerBar(QFrame):
    """One switch and one opacity slider per layer; that of the evidence has its place beside the reading."""

    def __init__(self, image_view: ImageView, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "foot")
        self._image_view = image_view
        self._hidden: tuple[Layer, ...] = ()
        self.control_by_layer = {layer: LayerControl(layer, image_view, theme) for layer in LAYER_NAMES}
        layout = WrappingLayout(self)
        layout.setContentsMargins(10, 5, 10, 6)
        layout.setSpacing(12)
        for layer, control in self.control_by_layer.items():
            if layer is not Layer.EVIDENCE:
                layout.addWidget(control)

    def show_layer(self, layer: Layer, *, visible: bool) -> None:
        """Show or hide a layer."""
        self.control_by_layer[layer].switch.setChecked(visible)

    def toggle(self, name: str) -> None:
        """Switch a layer by its name."""
        self.control_by_layer[Layer(name)].switch.toggle()

    def toggle_all(self) -> None:
        """Hide every layer, or bring back those that were hidden together."""
        shown = tuple(layer for layer in LAYER_NAMES if self._image_view.layer_look(layer).is_visible)
        for layer in shown or self._hidden:
            self.show_layer(layer, visible=not shown)
        self._hidden = shown


class LayerControl(QWidget):
    """Switch and slider of one layer."""

    switched = Signal(bool)

    def __init__(
        self, layer: Layer, image_view: ImageView, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        look, name = image_view.layer_look(layer), _(LAYER_NAMES[layer])
        self._theme = theme
        self.switch = QToolButton()
        self.switch.setText(name)
        self.switch.setToolTip(_("Show or hide the {name}").format(name=name.lower()))
        self.switch.setCheckable(True)
        self.switch.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.switch.setIconSize(QSize(16, 16))
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, 100)
        self.slider.setAccessibleName(_("Opacity of the {name}").format(name=name.lower()))
        self.slider.setToolTip(_("Opacity of the {name}").format(name=name.lower()))
        self.slider.setValue(round(100 * look.opacity))
        self.slider.valueChanged.connect(lambda value: image_view.set_layer_opacity(layer, value / 100))
        self.switch.toggled.connect(lambda on: self._follow(on, image_view, layer))
        self.switch.setChecked(look.is_visible)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addWidget(self.switch, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.slider)
        theme.changed.connect(self._paint_icon)
        self._paint_icon()
        self.slider.setEnabled(look.is_visible)

    def _follow(self, on: bool, image_view: ImageView, layer: Layer) -> None:
        image_view.set_layer_visible(layer, on)
        self.slider.setEnabled(on)
        self._paint_icon()
        self.switched.emit(on)

    def _paint_icon(self) -> None:
        self.switch.setIcon(self._theme.icon("visible" if self.switch.isChecked() else "hidden"))
