"""The conditions that hold, each on a chip that takes it away."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QToolButton, QWidget

from app.domain.work_list.search import Condition
from app.text.search_words import condition_words
from app.translation import _
from app.ui.widgets.wrapping_layout import WrappingLayout

_CROSS = "\N{MULTIPLICATION SIGN}"


class Chip(QToolButton):
    """A condition; a click, Return, Space, Delete or Backspace takes it away."""

    def __init__(self, condition: Condition, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.condition = condition
        words = condition_words(condition)
        self.setText(f"{words}  {_CROSS}")
        self.setProperty("role", "chip")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_("Take the condition away: {condition}").format(condition=words))
        self.setToolTip(condition.text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the condition away by the keys that delete, too."""
        deleting = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() in deleting:
            self.click()
        else:
            super().keyPressEvent(event)


class ChipRow(QWidget):
    """Chips in rows as wide as the list; hidden while no condition holds."""

    unwanted = Signal(object)
    """Condition that is to be taken away."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout = WrappingLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(4)
        self.setAccessibleName(_("Conditions that hold"))
        self.hide()

    @property
    def chips(self) -> list[Chip]:
        """Return the chips in their order."""
        return [widget for widget in self.findChildren(Chip) if not widget.isHidden()]

    def show_conditions(self, conditions: Sequence[Condition]) -> None:
        """Show a chip for each condition."""
        while (item := self._layout.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for condition in conditions:
            chip = Chip(condition, self)
            chip.clicked.connect(lambda _on=False, gone=condition: self.unwanted.emit(gone))
            self._layout.addWidget(chip)
            chip.show()
        self.setVisible(bool(conditions))
        self.updateGeometry()
