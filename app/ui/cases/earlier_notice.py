"""Says that cases show what an earlier model predicted, and offers to predict them again."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from app.translation import _, ngettext
from app.ui.widgets.labels import plain_label


class StaleNotice(QFrame):
    """A strip above the work list; hidden when every prediction is from the models in use."""

    open_case_requested = Signal()
    undecided_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "notice")
        self.setProperty("kind", "information")
        self._sentence = plain_label("", wraps=True)
        self.open_case = QPushButton(_("Predict the open case again"))
        self.open_case.clicked.connect(self.open_case_requested)
        self.undecided = QPushButton()
        self.undecided.clicked.connect(self.undecided_requested)
        self._leave = QPushButton(_("Leave them"))
        self._leave.clicked.connect(self._leave_them)
        self._is_left = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 8)
        layout.setSpacing(6)
        for part in (self._sentence, self.open_case, self.undecided, self._leave):
            layout.addWidget(part)
        self.hide()

    @property
    def text(self) -> str:
        """Return the sentence."""
        return self._sentence.text()

    def show_counts(self, cases: int, undecided: int, *, is_open_among_them: bool) -> None:
        """Say how many cases are concerned; with none the strip is hidden."""
        if not cases or self._is_left:
            self.hide()
            return
        sentence = ngettext(
            "{cases:,} case shows what an earlier model predicted. When predicted again, the earlier answer "
            "stays in the history.",
            "{cases:,} cases show what an earlier model predicted. When predicted again, the earlier answer "
            "stays in the history.",
            cases,
        )
        self._sentence.setText(sentence.format(cases=cases))
        self.open_case.setVisible(is_open_among_them)
        self.undecided.setVisible(undecided > 0)
        # Short, because the work list may be narrow, and cases are what the sentence speaks of.
        self.undecided.setText(_("Predict {undecided:,} undecided again").format(undecided=undecided))
        self.show()

    def ask_anew(self) -> None:
        """Offer it again although it was left, because other models are in use now."""
        self._is_left = False

    def _leave_them(self) -> None:
        self._is_left = True
        self.hide()
