"""Chooses which explanation of the score lies over the image, and says how to read it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.domain.figures import percent
from app.ui.widgets.card import Card
from app.ui.widgets.choice_box import ChoiceBox
from app.ui.widgets.labels import plain_label
from app.usecases.score_words import overlay_words


class ExplanationCard(Card):
    """A list of overlays, and the share of relevance inside the lesion; the colour bar is on the image."""

    overlay_chosen = Signal(object)
    """Name of the overlay to show, or None."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Where the model looked", parent)
        self._choice = ChoiceBox((), unknown="No overlay")
        self._choice.setAccessibleName("Attention overlay")
        self._choice.chosen.connect(self._choose)
        self._sentence = plain_label("", "muted", wraps=True)
        for part in (self._choice, self._sentence):
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
            words = overlay_words(name)
            self._choice.addItem(words[:1].upper() + words[1:], name)
        self._choice.set_value(kept if kept in names else None)

    def choose(self, name: str | None) -> None:
        """Choose an overlay as if the person had."""
        self._choice.set_value(name)
        self._choose()

    def show_waiting(self, name: str | None) -> None:
        """Say that an overlay is being computed, or that none is shown."""
        self._sentence.setText(
            "Being computed…"
            if name
            else "An overlay shows which parts moved the score; it does not show what the lesion is."
        )

    def show_share(self, share_inside: float | None, *, is_signed: bool) -> None:
        """Say how much of the relevance lies inside the lesion; None when there is no lesion or relevance."""
        if self.chosen == "gate":
            self._sentence.setText(
                "Bright where the score rests on local detail, dark where on the context of the whole crop."
            )
            return
        share = (
            "There is no boundary or no relevance to compare."
            if share_inside is None
            else f"{percent(share_inside)} of the relevance lies inside the lesion."
        )
        colours = "Orange raises the score, blue lowers it." if is_signed else "Brighter is more relevant."
        self._sentence.setText(f"{share} {colours}")

    def show_failure(self, sentence: str) -> None:
        """Say why there is no overlay."""
        self._sentence.setText(sentence)

    def _choose(self) -> None:
        self.overlay_chosen.emit(self.chosen)
