"""The sheet of keyboard shortcuts."""

from collections.abc import Sequence
from typing import TypeAlias

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.translation import _
from app.ui.widgets.card import Card
from app.ui.widgets.labels import plain_label
from app.ui.widgets.page_dialog import FittedDialog

_LONG_KEYS = 16
"""Characters above which the keys' words may take two lines."""
_LONG_TEXT = 31
"""Characters above which the words take two lines."""

_COLUMNS = 4
_HEAD_LINES = 3
"""How many lines the title and the frame of a group are worth."""

ShortcutGroup: TypeAlias = tuple[str, list[tuple[str, str]]]
"""A heading, and lines of keys and what they do."""

_PAGE_PX = 1280
"""Narrower, most words would take two lines."""


class ShortcutSheet(FittedDialog):
    """Four columns of keys and what they do."""

    def __init__(self, groups: Sequence[ShortcutGroup], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Keyboard shortcuts"))
        self.resize(1340, 760)
        columns = QHBoxLayout()
        columns.setContentsMargins(16, 12, 16, 10)
        columns.setSpacing(12)
        for part in _columns(groups):
            column = QVBoxLayout()
            column.setSpacing(5)
            for title, lines in part:
                column.addWidget(_card(title, lines))
            column.addStretch(1)
            columns.addLayout(column, 1)
        page = QWidget()
        page.setLayout(columns)
        page.setMinimumWidth(_PAGE_PX)
        area = QScrollArea()
        area.setWidget(page)
        area.setWidgetResizable(True)
        close = QPushButton(_("Close"))
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.setContentsMargins(16, 4, 16, 12)
        foot.addStretch(1)
        foot.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(area, 1)
        layout.addLayout(foot)


def _columns(groups: Sequence[ShortcutGroup]) -> list[list[ShortcutGroup]]:
    """The groups in columns of about one height: the longest first, each into the shortest column."""
    columns: list[list[ShortcutGroup]] = [[] for _ in range(_COLUMNS)]
    for group in sorted(groups, key=lambda one: -_height(one[1])):
        shortest = min(columns, key=lambda column: sum(_height(lines) for _, lines in column))
        shortest.append(group)
    return columns


def _height(lines: list[tuple[str, str]]) -> int:
    """How many lines a group takes, long keys and words being broken into two."""
    return _HEAD_LINES + sum(
        2 if len(keys) > _LONG_KEYS or len(text) > _LONG_TEXT else 1 for keys, text in lines
    )


def _card(heading: str, lines: list[tuple[str, str]]) -> Card:
    card = Card(heading)
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(1)
    grid.setColumnStretch(1, 1)
    grid.setColumnMinimumWidth(1, 130)
    for row, (keys, text) in enumerate(lines):
        shown = plain_label(keys, "small", wraps=len(keys) > _LONG_KEYS)
        grid.addWidget(shown, row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(plain_label(text, "small", wraps=True), row, 1, Qt.AlignmentFlag.AlignTop)
    card.body.addLayout(grid)
    return card
