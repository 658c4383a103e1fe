"""Which diagnoses the keys 1 to 9 stand for."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from app.domain.vocabulary import MOST_FAVOURITES, Vocabulary
from app.translation import _
from app.ui.widgets.card import Card
from app.ui.widgets.diagnosis_box import DiagnosisBox
from app.ui.widgets.labels import plain_label


class FavouritesCard(Card):
    """Nine diagnoses; an empty one leaves its key to the next."""

    changed = Signal(list)
    """Names of the chosen diagnoses; none stands for those of the program."""

    def __init__(self, vocabulary: Vocabulary, chosen: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(_("Favourite diagnoses"), parent)
        self._vocabulary = vocabulary
        words = _("Chosen by the keys 1 to 9 while you decide by keys (J on the image).")
        self.body.addWidget(plain_label(words, "small", wraps=True))
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        self.boxes = [
            DiagnosisBox(vocabulary.diagnoses, unknown=_("None")) for _number in range(MOST_FAVOURITES)
        ]
        for number, box in enumerate(self.boxes, start=1):
            box.setAccessibleName(_("Favourite {number}").format(number=number))
            box.chosen.connect(self._tell)
            grid.addWidget(plain_label(str(number), "key"), number, 0)
            grid.addWidget(box, number, 1)
        self.body.addLayout(grid)
        usual = QPushButton(_("Those of the program"))
        usual.clicked.connect(self._take_those_of_the_program)
        grid.addWidget(usual, MOST_FAVOURITES + 1, 1)
        self._show(vocabulary.favourites_or(chosen))

    def _show(self, names: Sequence[str]) -> None:
        for number, box in enumerate(self.boxes):
            box.set_value(names[number] if number < len(names) else None)

    def _tell(self) -> None:
        self.changed.emit([box.word for box in self.boxes if box.word is not None])

    def _take_those_of_the_program(self) -> None:
        self._show(self._vocabulary.favourites)
        self.changed.emit([])
