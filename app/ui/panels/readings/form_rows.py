"""The criteria of a form in rows under their headings; arrows and answers lead from one to the next."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.readings.form import ReadingForm
from app.translation import _
from app.ui.panels.readings.criterion_row import CriterionRow
from app.ui.widgets.labels import plain_label


class FormRows(QWidget):
    """Made anew when another form is shown."""

    answered = Signal(str, int)
    cleared = Signal(str)
    focused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._form: ReadingForm | None = None
        self.row_by_name: dict[str, CriterionRow] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(2)

    def show_form(self, form: ReadingForm) -> None:
        """Show the criteria of a form; the same form keeps its rows and the focus."""
        if form is self._form:
            return
        self._form = form
        while (item := self._layout.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.row_by_name = {}
        for group in form.groups:
            self._layout.addWidget(plain_label(_(group.heading), "heading", wraps=True))
            for criterion in group.criteria:
                row = CriterionRow(criterion)
                row.answered.connect(self.answered)
                row.cleared.connect(self.cleared)
                row.focused.connect(self.focused)
                row.left.connect(lambda step, name=criterion.name: self._go_on(name, step))
                self.row_by_name[criterion.name] = row
                self._layout.addWidget(row)

    def _go_on(self, name: str, step: int) -> None:
        """Give the focus to the next row or the one before; at the ends it stays."""
        names = list(self.row_by_name)
        at = names.index(name) + step
        if 0 <= at < len(names):
            self.row_by_name[names[at]].setFocus(Qt.FocusReason.TabFocusReason)
