"""The middle of the window: tools above, the image, the layers below."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QColor
from PySide6.QtWidgets import QFrame, QToolButton, QVBoxLayout, QWidget

from app.ui.editor.canvas import EditorCanvas
from app.ui.theme import Theme
from app.ui.widgets.wrapping_layout import WrappingLayout
from app.ui.workbench.layer_bar import LayerBar
from app.ui.workbench.review_bar import ReviewBar
from app.ui.workbench.tool_options import ToolOptions


class Workbench(QFrame):
    """Canvas with its bars."""

    def __init__(self, canvas: EditorCanvas, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.canvas = canvas
        self.options = ToolOptions(canvas)
        self.layers = LayerBar(canvas.view, theme)
        self.review_bar = ReviewBar()
        self._bar = QFrame()
        self._bar.setProperty("role", "bar")
        self._tools = WrappingLayout(self._bar)
        self._tools.setContentsMargins(8, 3, 4, 3)
        self._tools.setSpacing(2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.review_bar)
        layout.addWidget(self._bar)
        layout.addWidget(canvas.view, 1)
        layout.addWidget(self.layers)
        theme.changed.connect(self._paint_ground)
        self._paint_ground()

    def offer_tools(self, actions: list[QAction], view_aids: QWidget) -> None:
        """Put the tools into the bar, followed by their options and the menu of view aids."""
        for action in actions:
            button = QToolButton()
            button.setDefaultAction(action)
            button.setIconSize(QSize(20, 20))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
            # Choosing a tool hands the focus to the image; the tools' keys are those of the image.
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._tools.addWidget(button)
        for part in (*self.options.parts, view_aids):
            self._tools.addWidget(part)

    def give_image_all(self, *, gives: bool) -> None:
        """Leave nothing but the image and the bar of a boundary review, or bring the other bars back."""
        self._bar.setVisible(not gives)
        self.layers.setVisible(not gives)
        self.review_bar.setVisible(gives)

    def _paint_ground(self) -> None:
        self.canvas.view.set_ground_colour(QColor(self._theme.tokens.canvas))
