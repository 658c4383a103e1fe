"""How much the lesion has grown, with the error, and how the images were laid on each other."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.followup.growth import GrowthUnit
from app.text.followup import (
    ERROR_ASSUMPTIONS,
    growth_lines,
    growth_notes,
    registration_words,
    sizes_words,
)
from app.translation import _
from app.ui.widgets.card import Card
from app.ui.widgets.labels import plain_label, plain_tip, selectable
from app.usecases.followup.compare_visits import VisitComparison


class GrowthCard(Card):
    """Growth of area and longest diameter."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("Growth"), parent)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(4)
        self.body.addLayout(self._lines)
        self.setToolTip(plain_tip(_(ERROR_ASSUMPTIONS)))

    @property
    def words(self) -> list[str]:
        """Return what is shown, line by line."""
        rows = (self._lines.itemAt(index) for index in range(self._lines.count()))
        return [label.text() for row in rows if row is not None and (label := row.widget()) is not None]  # type: ignore[attr-defined]

    def show_comparison(self, comparison: VisitComparison | None) -> None:
        """Show a comparison, or nothing."""
        while (row := self._lines.takeAt(0)) is not None:
            if (widget := row.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        if comparison is None:
            return
        growth = comparison.growth
        if growth is not None:
            squared, plain = ("mm²", "mm") if growth.unit is GrowthUnit.MM else ("%", "%")
            changes = ((growth.area, squared), (growth.long_diameter, plain))
            for (name, words), (change, unit) in zip(growth_lines(growth), changes, strict=True):
                self._add(name, "muted")
                self._add(words, "heading")
                self._add(sizes_words(change, unit), "small")
        for note in growth_notes(growth):
            self._add(note, "muted")
        self._add(registration_words(comparison.registration, comparison.refusal), "small")
        if growth is not None:
            self._add(_(ERROR_ASSUMPTIONS), "small")

    def _add(self, text: str, role: str) -> None:
        if text:
            self._lines.addWidget(selectable(plain_label(text, role, wraps=True)))
