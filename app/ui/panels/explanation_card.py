"""Chooses which explanation of the score lies over the image, and says how to read it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.text.overlays import (
    outside_warning,
    overlay_limit,
    overlay_words,
    reading_words,
    share_words,
)
from app.translation import _
from app.ui.widgets.card import Card
from app.ui.widgets.choice_box import ChoiceBox
from app.ui.widgets.labels import plain_label, plain_tip


class ExplanationCard(Card):
    """A list of overlays, and the share of relevance inside the lesion; the colour bar is on the image."""

    overlay_chosen = Signal(object)
    """Name of the overlay to show, or None."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("Where the model looked"), parent)
        self._choice = ChoiceBox((), unknown=_("No overlay"))
        self._choice.setAccessibleName(_("Attention overlay"))
        self._choice.chosen.connect(self._choose)
        self._sentence = plain_label("", "muted", wraps=True)
        self._warning = plain_label("", "warning", wraps=True)
        self._limit = plain_label("", "small", wraps=True)
        for part in (self._choice, self._warning, self._sentence, self._limit):
            self.body.addWidget(part)
        self.show_waiting(None)

    @property
    def chosen(self) -> str | None:
        """Return the chosen overlay."""
        return self._choice.word

    @property
    def default(self) -> str | None:
        """Return the overlay that is offered first, None while there is none."""
        return str(self._choice.itemData(1)) if self._choice.count() > 1 else None

    def offer(self, names: tuple[str, ...]) -> None:
        """Offer overlays by name, keeping the choice."""
        kept = self.chosen
        while self._choice.count() > 1:
            self._choice.removeItem(1)
        for name in names:
            self._choice.addItem(overlay_words(name), name)
            self._choice.setItemData(
                self._choice.count() - 1, plain_tip(overlay_words(name)), Qt.ItemDataRole.ToolTipRole
            )
        self._choice.set_value(kept if kept in names else None)

    def choose(self, name: str | None) -> None:
        """Choose an overlay as if the person had."""
        self._choice.set_value(name)
        self._choose()

    def show_waiting(self, name: str | None) -> None:
        """Say that an overlay is being computed, or that none is shown."""
        self._say(_("Being computed…") if name else "")

    def show_share(self, share_inside: float | None, *, is_signed: bool) -> None:
        """Say how much of the relevance lies inside the lesion; None when there is no lesion or relevance."""
        name = self.chosen or ""
        share, colours = share_words(name, share_inside), reading_words(name, is_signed=is_signed)
        self._say(f"{share} {colours}".strip(), outside_warning(name, share_inside))

    def show_failure(self, sentence: str) -> None:
        """Say why there is no overlay."""
        self._say(sentence)

    def _say(self, sentence: str, warning: str = "") -> None:
        """Show what there is to say of the chosen overlay; what none of them shows is said always."""
        for label, words in (
            (self._sentence, sentence),
            (self._warning, warning),
            (self._limit, overlay_limit(self.chosen)),
        ):
            label.setText(words)
            label.setVisible(bool(words))

    def _choose(self) -> None:
        self.overlay_chosen.emit(self.chosen)
