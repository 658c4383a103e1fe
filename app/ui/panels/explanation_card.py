"""Chooses which explanation of the score lies over the image, and says how to read it."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.panels.words import overlay_words
from app.ui.widgets.card import Card
from app.ui.widgets.choice_box import ChoiceBox
from app.ui.widgets.labels import plain_label

ColourStops = tuple[tuple[float, tuple[int, int, int]], ...]
"""Positions in [0, 1] and RGB of the overlay's colour table."""


class ExplanationCard(Card):
    """A list of overlays, a colour bar, and the share of relevance inside the lesion."""

    overlay_chosen = Signal(object)
    """Name of the overlay to show, or None."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Where the model looked", parent)
        self._choice = ChoiceBox((), unknown="No overlay")
        self._choice.setAccessibleName("Attention overlay")
        self._choice.chosen.connect(self._choose)
        self._bar = ColourBar()
        self._sentence = plain_label("", "muted", wraps=True)
        for part in (self._choice, self._bar, self._sentence):
            self.body.addWidget(part)
        self.show_waiting(None)

    @property
    def chosen(self) -> str | None:
        """Return the chosen overlay."""
        return self._choice.word

    def offer(self, names: tuple[str, ...]) -> None:
        """Offer overlays by name, keeping the choice."""
        kept = self.chosen
        while self._choice.count() > 1:
            self._choice.removeItem(1)
        for name in names:
            self._choice.addItem(overlay_words(name), name)
        self._choice.set_value(kept if kept in names else None)

    def choose(self, name: str | None) -> None:
        """Choose an overlay as if the person had."""
        self._choice.set_value(name)
        self._choose()

    def show_waiting(self, name: str | None) -> None:
        """Say that an overlay is being computed, or that none is shown."""
        self._bar.setVisible(False)
        self._sentence.setText(
            "Being computed…"
            if name
            else "An overlay shows which parts moved the score; it does not show what the lesion is."
        )

    def show_share(self, share_inside: float | None, stops: ColourStops, *, is_signed: bool) -> None:
        """Say how much of the relevance lies inside the lesion; None when there is no lesion or relevance."""
        self._bar.show_stops(
            stops, ("lowers the score", "raises the score") if is_signed else ("low", "high")
        )
        self._bar.setVisible(True)
        if share_inside is None:
            self._sentence.setText("There is no boundary or no relevance to compare.")
        else:
            self._sentence.setText(f"{100 * share_inside:.0f} % of the relevance lies inside the lesion.")

    def show_failure(self, sentence: str) -> None:
        """Say why there is no overlay."""
        self._bar.setVisible(False)
        self._sentence.setText(sentence)

    def _choose(self) -> None:
        self.overlay_chosen.emit(self.chosen)


class ColourBar(QWidget):
    """A gradient with a word at each end."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stops: ColourStops = ()
        self._ends = ("", "")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_stops(self, stops: ColourStops, ends: tuple[str, str]) -> None:
        """Show a colour table and what its ends mean."""
        self._stops, self._ends = stops, ends
        self.setAccessibleName(f"Colours from {ends[0]} to {ends[1]}")
        self.update()

    def sizeHint(self) -> QSize:
        """Return the height of the gradient and its words."""
        return QSize(160, 14 + self.fontMetrics().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw gradient and words."""
        painter = QPainter(self)
        bar = QRectF(0, 0, self.width(), 10)
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        for at, (red, green, blue) in self._stops:
            gradient.setColorAt(at, QColor(red, green, blue))
        painter.fillRect(bar, gradient)
        painter.setPen(self.palette().placeholderText().color())
        words = QRectF(0, 12, self.width(), self.height() - 12)
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft, self._ends[0])
        painter.drawText(words, Qt.AlignmentFlag.AlignRight, self._ends[1])
