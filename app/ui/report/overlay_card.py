"""Which overlay of the score DICOM objects have with them."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from app.text.overlays import overlay_words
from app.translation import _
from app.ui.widgets.card import Card
from app.ui.widgets.choice_box import ChoiceBox
from app.ui.widgets.labels import plain_label


class OverlayCard(Card):
    """Offers the overlays that the engines of this machine can compute."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("Overlay of the score in DICOM files"), parent)
        self._choices = ChoiceBox((), unknown=_("None"))
        self._choices.setAccessibleName(_("Overlay of the score in DICOM files"))
        note = _("It takes some seconds for each case, and needs an image with a scale in mm.")
        self.body.addWidget(self._choices)
        self.body.addWidget(plain_label(note, "muted", wraps=True))

    def offer(self, names: Sequence[str]) -> None:
        """Offer overlays by their names."""
        for name in names:
            self._choices.addItem(overlay_words(name), name)

    @property
    def chosen(self) -> str | None:
        """Return the name of the overlay, None for none."""
        return self._choices.word
