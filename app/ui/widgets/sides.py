"""On which side painted things stand: the other one where a language is read from right to left."""

from dataclasses import dataclass

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QStyle


@dataclass(frozen=True)
class Sides:
    """Turns places and alignments, which are thought of from left to right, into those of a direction."""

    direction: Qt.LayoutDirection
    within: QRect
    """What is mirrored as a whole."""

    def place(self, rect: QRect) -> QRect:
        """Return where something stands."""
        return QStyle.visualRect(self.direction, self.within, rect)

    def text_side(self, side: Qt.AlignmentFlag) -> Qt.AlignmentFlag:
        """Return on which side a text stands, whatever its letters are."""
        return QStyle.visualAlignment(self.direction, side) | Qt.AlignmentFlag.AlignAbsolute
