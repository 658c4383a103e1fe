"""The dialog in which a person gives the window's actions other keys."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from app.translation import _
from app.ui.shell.own_keys import KeyLine, OwnKeys, keys_of, native, portable, why_not
from app.ui.widgets.labels import plain_label
from app.ui.widgets.page_dialog import PageDialog

_LEAST_HEIGHT_PX = 320


class OwnKeysDialog(PageDialog):
    """A table of actions and their keys; a key that another action has is refused with its name."""

    changed = Signal(object)
    """OwnKeys from now on."""

    def __init__(self, lines: Sequence[KeyLine], own: OwnKeys, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Change keyboard shortcuts"))
        self.setMinimumWidth(620)
        self._lines = lines
        self._own = dict(own)
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("Search an action"))
        self.search.setAccessibleName(_("Search an action"))
        self.search.textChanged.connect(self._filter)
        self.table = self._made_table()
        self.keys = QKeySequenceEdit()
        self.keys.setMaximumSequenceLength(1)
        self.keys.setClearButtonEnabled(True)
        self.keys.setAccessibleName(_("New key"))
        self.give = QPushButton(_("Use this key"))
        self.reset = QPushButton(_("As it was"))
        self.reset_all = QPushButton(_("All as they were"))
        self.refusal = plain_label("", "warning", wraps=True)
        self.give.clicked.connect(self._give)
        self.reset.clicked.connect(self._reset)
        self.reset_all.clicked.connect(self._reset_all)
        self.page.addWidget(self.search)
        self.page.addWidget(self.table)
        row = QHBoxLayout()
        row.addWidget(plain_label(_("New key")))
        row.addWidget(self.keys, 1)
        row.addWidget(self.give)
        row.addWidget(self.reset)
        self.page.addLayout(row)
        self.page.addWidget(self.refusal)
        self.refusal.hide()
        self.foot.addLayout(self._buttons())
        self._show()
        self.table.selectRow(0)

    def _made_table(self) -> QTableWidget:
        table = QTableWidget(len(self._lines), 2)
        table.setAccessibleName(_("Actions and their keys"))
        table.setHorizontalHeaderLabels([_("Action"), _("Key")])
        table.verticalHeader().hide()
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        table.setMinimumHeight(_LEAST_HEIGHT_PX)
        table.itemSelectionChanged.connect(self._choose)
        return table

    def _buttons(self) -> QHBoxLayout:
        close = QPushButton(_("Close"))
        close.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.addWidget(self.reset_all)
        row.addStretch(1)
        row.addWidget(close)
        return row

    @property
    def _chosen(self) -> KeyLine | None:
        row = self.table.currentRow()
        return self._lines[row] if 0 <= row < len(self._lines) else None

    def _choose(self) -> None:
        self.refusal.hide()
        self._show_chosen()

    def _show_chosen(self) -> None:
        if (line := self._chosen) is not None:
            self.keys.setKeySequence(QKeySequence(keys_of(line, self._own)))
            self.reset.setEnabled(line.id in self._own)

    def _give(self) -> None:
        if (line := self._chosen) is None:
            return
        keys = portable(self.keys.keySequence().toString())
        others = self._own_without(line)
        self._take(line, keys, others if keys == portable(line.keys) else {**others, line.id: keys})

    def _reset(self) -> None:
        line = self._chosen
        if line is not None and line.id in self._own:
            self._take(line, line.keys, self._own_without(line))

    def _own_without(self, line: KeyLine) -> dict[str, str]:
        return {action: keys for action, keys in self._own.items() if action != line.id}

    def _take(self, line: KeyLine, keys: str, own: dict[str, str]) -> None:
        """Use a key, or say why it cannot be had."""
        refusal = why_not(keys, line, self._lines, own)
        self.refusal.setText(refusal)
        self.refusal.setVisible(bool(refusal))
        if not refusal:
            self._own = own
            self._tell()

    def _reset_all(self) -> None:
        self._own = {}
        self.refusal.hide()
        self._tell()

    def _tell(self) -> None:
        self._show()
        self._show_chosen()
        self.changed.emit(dict(self._own))

    def _show(self) -> None:
        for row, line in enumerate(self._lines):
            keys = QTableWidgetItem(native(keys_of(line, self._own)))
            font = keys.font()
            font.setBold(line.id in self._own)
            keys.setFont(font)
            keys.setTextAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
            self.table.setItem(row, 0, QTableWidgetItem(line.text))
            self.table.setItem(row, 1, keys)
        self.reset_all.setEnabled(bool(self._own))

    def _filter(self, text: str) -> None:
        for row, line in enumerate(self._lines):
            self.table.setRowHidden(row, text.casefold() not in line.text.casefold())
