"""Draws a line of the patient tree: thumbnail, two short lines of words, and the band at the right."""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.domain.analysis.triage import Band
from app.domain.ids import BlobName
from app.domain.patient_tree import ImageLine, LesionLine, PatientLine, VisitLine
from app.text.patient_tree import (
    day_words,
    image_words,
    lesion_line_words,
    lesion_title,
    patient_words,
    visit_words,
)
from app.translation import _
from app.ui.cases.line_painting import paint_ground, paint_text, paint_thumbnail
from app.ui.cases.patient_tree.nodes import TreeLine
from app.ui.cases.patient_tree.tree_model import node_at
from app.ui.theme import Theme
from app.ui.widgets.badge import badge_size, paint_badge
from app.ui.widgets.sides import Sides
from app.ui.widgets.thumbnails import Thumbnails

_PAD_PX = 6
_THUMBNAIL_PX = 38


class TreeDelegate(QStyledItemDelegate):
    """Draws two lines of words; all rows have one height, so that long trees open at once."""

    def __init__(self, thumbnails: Thumbnails, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._theme = theme
        self._sides = Sides(Qt.LayoutDirection.LeftToRight, QRect())
        """Of the line that is being painted."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Return the height of two lines beside a thumbnail."""
        return QSize(120, max(_THUMBNAIL_PX, 2 * option.fontMetrics.height() + 4) + 8)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw a line."""
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        node = node_at(index)
        if node is None:
            return
        painter.save()
        self._sides = Sides(option.direction, rect)
        paint_ground(painter, rect, state, self._theme, self._sides)
        words = rect.adjusted(_PAD_PX, 4, -_PAD_PX, -4)
        if (name := _thumbnail_of(node.line)) is not None:
            self._paint_thumbnail(painter, rect, name)
            words.adjust(_THUMBNAIL_PX + _PAD_PX, 0, 0, 0)
        self._paint_words(painter, words, option.font, node.line)
        painter.restore()

    def _paint_thumbnail(self, painter: QPainter, rect: QRect, name: BlobName) -> None:
        top = rect.top() + (rect.height() - _THUMBNAIL_PX) // 2
        box = self._sides.place(QRect(rect.left() + _PAD_PX, top, _THUMBNAIL_PX, _THUMBNAIL_PX))
        ground = QColor(self._theme.tokens.canvas)
        paint_thumbnail(painter, box, self._thumbnails.pixmap(name), ground, corner_px=5)

    def _paint_words(self, painter: QPainter, rect: QRect, font: QFont, line: TreeLine) -> None:
        tokens = self._theme.tokens
        title, rest, is_strong = _words_of(line)
        bold, small = QFont(font), QFont(font)
        bold.setWeight(QFont.Weight.DemiBold if is_strong else font.weight())
        small.setPointSizeF(font.pointSizeF() - 1)
        upper = QRect(rect.left(), rect.top(), rect.width(), rect.height() // 2)
        lower = QRect(rect.left(), rect.top() + rect.height() // 2, rect.width(), rect.height() // 2)
        painter.setFont(small)
        if (band := _band_of(line)) is not None:
            upper.setRight(self._paint_badge(painter, upper, band))
        painter.setPen(QColor(tokens.muted))
        paint_text(painter, lower, rest, self._sides)
        painter.setFont(bold)
        painter.setPen(QColor(tokens.text))
        paint_text(painter, upper, title, self._sides)

    def _paint_badge(self, painter: QPainter, rect: QRect, band: Band) -> int:
        """Draw a band at the right, and return where it begins."""
        badge = self._theme.badge(band)
        size = badge_size(badge, painter.fontMetrics())
        left = rect.right() - size.width()
        height = min(size.height(), rect.height())
        place = self._sides.place(QRect(left, rect.top(), size.width(), height))
        paint_badge(painter, place, badge, self._sides.direction)
        return left - _PAD_PX


def _thumbnail_of(line: TreeLine) -> BlobName | None:
    match line:
        case LesionLine():
            return line.newest_image.case.thumbnail
        case ImageLine():
            return line.case.thumbnail
        case _:
            return None


def _words_of(line: TreeLine) -> tuple[str, str, bool]:
    """Return the two lines of words, and whether the first one stands out."""
    match line:
        case PatientLine():
            return " ".join(part for part in (line.code, line.name) if part), patient_words(line), True
        case LesionLine():
            return lesion_title(line.lesion, line.number), lesion_line_words(line), True
        case VisitLine():
            return _("Visit of {day}").format(day=day_words(line.visited_on)), visit_words(line), False
        case ImageLine():
            return line.case.file_name, image_words(line), False


def _band_of(line: TreeLine) -> Band | None:
    match line:
        case ImageLine():
            return None if line.case.priority is None else line.case.priority.band
        case VisitLine():
            return None
        case _:
            return line.band
