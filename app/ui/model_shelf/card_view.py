"""A model card as people read it, with the exam and the gate's verdict."""

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.text.model_cards import (
    Fact,
    band_facts,
    calibration_facts,
    data_facts,
    heading,
    metric_facts,
    recipe_facts,
)
from app.text.stored_sentences import stored_words
from app.translation import N_, _
from app.ui.learning.exam_view import ExamView
from app.ui.widgets.card import Card
from app.ui.widgets.labels import plain_label, selectable
from app.usecases.models.list_models import ModelLine

_NO_EXAM = N_("This model has sat no exam here.")


class CardView(QWidget):
    """Exam first, because it decides; then limits, figures, data and recipe."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heading = plain_label("", "title", wraps=True)
        self._use = plain_label("", "muted", wraps=True)
        self._note = plain_label("", "warning", wraps=True)
        self._no_exam = plain_label(_(_NO_EXAM), "muted", wraps=True)
        self.exam = ExamView()
        exam = Card(_("Exam beside the model in use"))
        for part in (self._note, self._no_exam, self.exam):
            exam.body.addWidget(part)
        self._limits = selectable(plain_label("", wraps=True))
        limits = Card(_("Limits"))
        limits.body.addWidget(self._limits)
        self._figures, self._calibration = FactsCard(_("Figures on the card")), FactsCard(_("Calibration"))
        self._bands = FactsCard(_("Bands"))
        self._data, self._recipe = FactsCard(_("Data")), FactsCard(_("Recipe and origin"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 14, 18, 18)
        layout.setSpacing(10)
        layout.addWidget(self._heading)
        layout.addWidget(self._use)
        for card in (exam, limits, self._figures, self._bands, self._calibration, self._data, self._recipe):
            layout.addWidget(card)
        layout.addStretch(1)

    def show_line(self, line: ModelLine) -> None:
        """Show a model."""
        card = line.card
        self._heading.setText(heading(line))
        self._use.setText(card.intended_use)
        self._note.setText(line.note)
        self._note.setVisible(bool(line.note))
        has_exam = line.exam is not None and line.verdict is not None
        self._no_exam.setVisible(not has_exam and not line.note)
        self.exam.setVisible(has_exam)
        if line.exam is not None and line.verdict is not None:
            self.exam.show_exam(line.exam, line.verdict)
        self._limits.setText("\n".join(f"\N{BULLET} {stored_words(limit)}" for limit in card.limits))
        self._figures.show_facts(metric_facts(card))
        self._bands.show_facts(band_facts(card))
        self._calibration.show_facts(calibration_facts(card))
        self._data.show_facts(data_facts(card))
        self._recipe.show_facts(recipe_facts(card))


class FactsCard(Card):
    """Names and values; long values take several lines."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(20)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnMinimumWidth(0, 190)
        self._grid.setColumnStretch(1, 1)
        self.body.addLayout(self._grid)

    def show_facts(self, facts: Iterable[Fact]) -> None:
        """Show facts instead of those before; without any the card is hidden."""
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        row = -1
        for row, (name, value) in enumerate(facts):
            said = plain_label(name, "muted", wraps=True)
            self._grid.addWidget(said, row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(selectable(plain_label(_breakable(value), wraps=True)), row, 1)
        self.setVisible(row >= 0)


def _breakable(text: str) -> str:
    """Let a hash or a long path break over lines instead of widening the page."""
    return " ".join(
        "\N{ZERO WIDTH SPACE}".join(word[start : start + 32] for start in range(0, len(word), 32))
        for word in text.split(" ")
    )
