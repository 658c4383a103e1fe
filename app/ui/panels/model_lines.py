"""How much a score is worth: the card's figures and scope in two lines, its limits one click away."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from app.domain.analysis.model_summary import ModelSummary
from app.text.models import figure_words, scope_words
from app.text.stored_sentences import stored_words
from app.translation import N_, _
from app.ui.widgets.labels import plain_label, plain_tip

_AUC = N_(
    "AUC 0.5 is chance and 1 is perfect; in brackets the 95 % interval. Images that were not trained on."
)


class ModelLines(QWidget):
    """What the card of the model that scored says of it; hidden until that is known."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._figure = plain_label("", "small", wraps=True)
        self._figure.setToolTip(_(_AUC))
        self._scope = plain_label("", "small", wraps=True)
        self._limits = plain_label("", "small", wraps=True)
        self.switch = QToolButton()
        self.switch.setText(_("All limits of this model"))
        self.switch.setCheckable(True)
        self.switch.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.switch.toggled.connect(self._unfold)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for part in (self._figure, self._scope, self.switch, self._limits):
            layout.addWidget(part)
        self._unfold(False)
        self.show_model(None)

    def show_model(self, model: ModelSummary | None) -> None:
        """Show what a card says; None hides everything."""
        self.setVisible(model is not None)
        if model is None:
            return
        limits = tuple(map(stored_words, model.limits or ()))
        self._figure.setText(figure_words(model))
        self._scope.setText(scope_words(model.diagnoses))
        self._scope.setVisible(bool(self._scope.text()))
        self._limits.setText("\n".join(f"\N{BULLET} {words}" for words in limits))
        self.switch.setToolTip(plain_tip("\n".join(limits)))
        self.switch.setVisible(bool(limits))
        self._unfold(self.switch.isChecked())

    def _unfold(self, is_open: bool) -> None:
        is_turned = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        closed = Qt.ArrowType.LeftArrow if is_turned else Qt.ArrowType.RightArrow
        self.switch.setArrowType(Qt.ArrowType.DownArrow if is_open else closed)
        self._limits.setVisible(is_open and bool(self._limits.text()))
