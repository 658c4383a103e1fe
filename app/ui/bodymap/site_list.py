"""Every site in a list that is searched by typing, with the sides that there are of it."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from app.domain.anatomic_sites import LATERALITIES, AnatomicSite, exact_site_words
from app.translation import N_, _
from app.ui.widgets.labels import plain_tip

_SIDES: tuple[tuple[str | None, str], ...] = (
    ("left", N_("Left")),
    ("right", N_("Right")),
    ("midline", N_("Midline")),
    (None, N_("Not known")),
)
_SITE = Qt.ItemDataRole.UserRole
_MOVES = (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp)


class SiteList(QWidget):
    """Type to search, go through what is found with the arrows, choose with Return."""

    chosen = Signal(str, object)
    """Path of the site that was chosen, and its laterality or None."""

    def __init__(self, sites: Sequence[AnatomicSite], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._site_by_path = {site.path: site for site in sites}
        self.search, self.found = QLineEdit(), QListWidget()
        self.search.setPlaceholderText(_("Search sites: nose, thigh, sole…"))
        self.search.setAccessibleName(_("Search sites"))
        self.search.setClearButtonEnabled(True)
        self.found.setAccessibleName(_("Sites"))
        self.found.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for site in sites:
            entry = QListWidgetItem(exact_site_words(site.path))
            entry.setData(_SITE, site.path)
            entry.setToolTip(plain_tip(_tip_words(site)))
            self.found.addItem(entry)
        self.button_by_side = {side: QRadioButton(_(text)) for side, text in _SIDES}
        self._sides = QButtonGroup(self)
        self.choose_button = QPushButton(_("Set this site"))
        self.choose_button.setAutoDefault(False)
        self._lay_out()
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self._choose)
        self.search.installEventFilter(self)
        self.found.currentItemChanged.connect(lambda _now, _before: self._offer_sides())
        self.found.itemActivated.connect(lambda _entry: self._choose())
        self.choose_button.clicked.connect(self._choose)
        self.button_by_side[None].setChecked(True)
        self._offer_sides()

    def show_site(self, path: str | None, laterality: str | None) -> None:
        """Mark the site and the side of the open lesion, unless another one is being looked for."""
        if self.search.text():
            return
        row = next((row for row in range(self.found.count()) if self._path(row) == path), -1)
        self.found.setCurrentRow(row)
        if row >= 0:
            self.found.scrollToItem(self.found.item(row), QListWidget.ScrollHint.PositionAtCenter)
        self.button_by_side[laterality if laterality in LATERALITIES else None].setChecked(True)
        self._offer_sides()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrows go through what is found while a word is typed."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress and event.key() in _MOVES:
            self.found.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)

    def _lay_out(self) -> None:
        sides = QGridLayout()
        for index, button in enumerate(self.button_by_side.values()):
            self._sides.addButton(button)
            sides.addWidget(button, index // 2, index % 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.search)
        layout.addWidget(self.found, 1)
        layout.addLayout(sides)
        layout.addWidget(self.choose_button)

    def _path(self, row: int) -> str:
        return str(self.found.item(row).data(_SITE))

    @property
    def _current(self) -> AnatomicSite | None:
        entry = self.found.currentItem()
        return None if entry is None or entry.isHidden() else self._site_by_path[str(entry.data(_SITE))]

    def _filter(self, typed: str) -> None:
        words = typed.casefold().split()
        for row in range(self.found.count()):
            entry = self.found.item(row)
            text = f"{entry.text()} {self._path(row)}".casefold()
            entry.setHidden(not all(word in text for word in words))
        rows = [row for row in range(self.found.count()) if not self.found.item(row).isHidden()]
        # The site that begins with the word comes before those that lie in it.
        best = [row for row in rows if words and self.found.item(row).text().casefold().startswith(words[0])]
        if rows and words:
            self.found.setCurrentRow((best or rows)[0])
        self._offer_sides()

    def _offer_sides(self) -> None:
        """Enable the sides that the site has; a side that it does not have is taken back."""
        site = self._current
        for side, button in self.button_by_side.items():
            button.setEnabled(side is None or (site is not None and side in site.sides))
        if not self._checked_button.isEnabled():
            only = site.sides[0] if site is not None and len(site.sides) == 1 else None
            self.button_by_side[only].setChecked(True)
        self.choose_button.setEnabled(site is not None)

    @property
    def _checked_button(self) -> QRadioButton:
        return next(button for button in self.button_by_side.values() if button.isChecked())

    def _choose(self) -> None:
        if (site := self._current) is not None:
            side = next(side for side, button in self.button_by_side.items() if button.isChecked())
            self.search.clear()
            self.chosen.emit(site.path, side)


def _tip_words(site: AnatomicSite) -> str:
    words = exact_site_words(site.path)
    return words if site.code is None else f"{words}  ·  {site.code.scheme} {site.code.value}"
