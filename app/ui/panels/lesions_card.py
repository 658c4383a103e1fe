"""The list of the lesions of the open image: which is in hand, which of interest, how large they are."""

from PySide6.QtCore import QSize, Qt, Signal, SignalInstance
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from app.text.lesions import area_words, lesion_title
from app.translation import _
from app.ui.widgets.card import Card
from app.ui.widgets.labels import plain_label
from app.ui.workbench.listed_lesions import ListedLesion, ListedLesions

_SWATCH_PX = 14
_NUMBER = Qt.ItemDataRole.UserRole
_NAME_COLUMN = 1
_MOST_ROWS = 6
"""Shown without scrolling."""


class LesionsCard(Card):
    """Shows and asks; what is done to the lesions is the workbench's matter."""

    taken = Signal(int)
    add_requested = Signal()
    removal_requested = Signal(int)
    interest_requested = Signal(int)
    joining_requested = Signal(int)
    separating_requested = Signal()
    taking_back_requested = Signal()
    named = Signal(int, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("Lesions in this image"), parent)
        self._listed: ListedLesions | None = None
        self.table = self._made_table()
        self._hint = plain_label("", "muted", wraps=True)
        self.add = _button(_("Add"), _("Add a lesion beside this one, and draw it"))
        self.separate = _button(
            _("Separate…"), _("Click a region of the mask to make it a lesion of its own")
        )
        self.take_back = _button(
            _("Undo"), _("Take the last change of the lesions back; once more does it again")
        )
        self.interest = _button(
            _("Make it of interest"), _("Measure and score the lesion in hand from now on")
        )
        self.join = _button(
            _("Join"),
            _("The lesion of interest gets the pixels of the lesion in hand, which leaves the list"),
        )
        self.remove = _button(_("Remove"), _("Take the lesion in hand off the list; it can be brought back"))
        self.add.clicked.connect(self.add_requested)
        self.separate.clicked.connect(self.separating_requested)
        self.take_back.clicked.connect(self.taking_back_requested)
        self.interest.clicked.connect(lambda: self._ask(self.interest_requested))
        self.join.clicked.connect(lambda: self._ask(self.joining_requested))
        self.remove.clicked.connect(lambda: self._ask(self.removal_requested))
        self.body.addWidget(self._hint)
        self.body.addWidget(self.table)
        self.body.addLayout(_row(self.add, self.separate, self.take_back))
        self._of_other = (self.interest, self.join, self.remove)
        self.body.addLayout(_row(*self._of_other))
        self.show_lesions(None)

    def show_lesions(self, listed: ListedLesions | None) -> None:
        """Show the lesions of the open image, or that none is open."""
        if listed == self._listed and listed is not None:
            return
        self._listed = listed
        several = listed is not None and listed.are_several
        self.setEnabled(listed is not None)
        self.table.setVisible(several)
        for button in self._of_other:
            button.setVisible(several)
            button.setEnabled(listed is not None and listed.is_other_in_hand)
        self.take_back.setVisible(listed is not None and listed.was_changed)
        self._hint.setText(_hint_of(listed))
        self._fill(listed)

    def _fill(self, listed: ListedLesions | None) -> None:
        lesions = listed.lesions if listed is not None and listed.are_several else ()
        self.table.blockSignals(True)
        self.table.setRowCount(len(lesions))
        for row, lesion in enumerate(lesions):
            for column, item in enumerate(self._items(lesion, listed.mm_per_px if listed else None)):
                self.table.setItem(row, column, item)
            if lesion.is_in_hand:
                self.table.setCurrentCell(row, 0)
        self.table.blockSignals(False)
        height = self.table.verticalHeader().defaultSectionSize() * min(len(lesions), _MOST_ROWS)
        self.table.setFixedHeight(height + 2 * self.table.frameWidth())

    def _items(self, lesion: ListedLesion, mm_per_px: float | None) -> tuple[QTableWidgetItem, ...]:
        title = QTableWidgetItem(_swatch(lesion), lesion_title(lesion.number))
        title.setData(_NUMBER, lesion.number)
        name = QTableWidgetItem(lesion.name)
        name.setToolTip(_("Double click to name it"))
        area = area_words(lesion.area_px, mm_per_px) if lesion.area_px else _("not drawn yet")
        size = QTableWidgetItem(area)
        size.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        interest = QTableWidgetItem("\N{BLACK STAR}" if lesion.is_of_interest else "")
        interest.setToolTip(_("Measured and scored") if lesion.is_of_interest else "")
        for item in (title, size, interest):
            item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
        return title, name, size, interest

    def _made_table(self) -> QTableWidget:
        table = QTableWidget(0, 4)
        table.setAccessibleName(_("Lesions in this image"))
        table.horizontalHeader().hide()
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(26)
        table.setShowGrid(False)
        table.setIconSize(QSize(_SWATCH_PX, _SWATCH_PX))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setTabKeyNavigation(False)
        header = table.horizontalHeader()
        header.setSectionResizeMode(_NAME_COLUMN, QHeaderView.ResizeMode.Stretch)
        for column in (0, 2, 3):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        table.currentCellChanged.connect(lambda row, *_before: self._take(row))
        table.itemChanged.connect(self._name)
        return table

    def _take(self, row: int) -> None:
        item = self.table.item(row, 0)
        if item is not None:
            self.taken.emit(int(item.data(_NUMBER)))

    def _name(self, item: QTableWidgetItem) -> None:
        """Hand a typed name over."""
        title = self.table.item(item.row(), 0)
        if item.column() == _NAME_COLUMN and title is not None:
            self.named.emit(int(title.data(_NUMBER)), item.text().strip())

    def _ask(self, signal: SignalInstance) -> None:
        """Ask for something to be done to the lesion in hand."""
        lesions = self._listed.lesions if self._listed is not None else ()
        for lesion in lesions:
            if lesion.is_in_hand:
                signal.emit(lesion.number)


def _hint_of(listed: ListedLesions | None) -> str:
    if listed is None or not listed.are_several:
        return _("One lesion. If the image shows others, add them: they are kept and exported, never scored.")
    return _("The chosen one is drawn by the tools; the one with the star is measured and scored.")


def _button(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tip)
    button.setAccessibleDescription(tip)
    return button


def _row(*buttons: QPushButton) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(6)
    for button in buttons:
        row.addWidget(button)
    row.addStretch(1)
    return row


def _swatch(lesion: ListedLesion) -> QIcon:
    """A disc of the lesion's colour, as its outline has it."""
    pixmap = QPixmap(2 * _SWATCH_PX, 2 * _SWATCH_PX)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor(*lesion.line_rgb))
    painter.setPen(QPen(QColor(16, 18, 24), 2))
    painter.drawEllipse(3, 3, 2 * _SWATCH_PX - 6, 2 * _SWATCH_PX - 6)
    painter.end()
    return QIcon(pixmap)
