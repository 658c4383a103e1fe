"""How much the lesion has grown, with the error, and how the images were laid on each other."""

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.text.followup import (
    growth_lines,
    growth_notes,
    registration_words,
)
from app.translation import _
from app.ui.widgets.card import Card
from app.ui.widgets.labels import plain_label, selectable
from app.usecases.followup.visit_comparison import VisitComparison


class GrowthCard(Card):
    """Growth of area and longest diameter."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("Growth"), parent)
        self._labels: list[QLabel] = []
        self._lines = QVBoxLayout()
        self._lines.setSpacing(4)
        self.body.addLayout(self._lines)

    @property
    def words(self) -> tuple[str, ...]:
        """Return what is shown, line by line."""
        return tuple(label.text() for label in self._labels)

    def show_comparison(self, comparison: VisitComparison | None) -> None:
        """Show a comparison, or nothing."""
        for label in self._labels:
            self._lines.removeWidget(label)
            label.hide()
            label.deleteLater()
        self._labels = []
        if comparison is None:
            return
        growth = comparison.growth
        if growth is not None:
            for line in growth_lines(growth):
                self._add(line.name, "muted")
                self._add(line.words, "heading")
                self._add(line.sizes, "small")
        for note in growth_notes(growth, comparison.registration):
            self._add(note, "muted")
        if comparison.registration is not None:
            self._add(registration_words(comparison.registration), "small")

    def _add(self, text: str, role: str) -> None:
        if text:
            self._labels.append(selectable(plain_label(text, role, wraps=True)))
            self._lines.addWidget(self._labels[-1])
