"""Draws one line of the work list: thumbnail, patient, site, triage badge, score and status."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.domain.analysis.triage import Band
from app.domain.case import CaseLine
from app.domain.ids import ImageId
from app.domain.work_list.due import Reckoning
from app.text.waiting import is_overdue, status_and_waiting
from app.text.work_list import (
    EARLIER_MODEL,
    lesion_figure,
    longest_status,
    place_words,
    score_words,
)
from app.translation import _
from app.ui.cases.case_lines import LINE_ROLE
from app.ui.cases.line_painting import paint_ground, paint_text, paint_thumbnail
from app.ui.cases.tags.tag_pills import Pill, paint_pills, pills_of
from app.ui.theme import Theme
from app.ui.widgets.badge import Badge, badge_size, paint_badge
from app.ui.widgets.sides import Sides
from app.ui.widgets.thumbnails import Thumbnails

_PAD_PX = 10
_THUMBNAIL_PX = 60
_GAP_PX = 8


class LineDelegate(QStyledItemDelegate):
    """Draws a case as three short lines beside its thumbnail."""

    def __init__(
        self,
        thumbnails: Thumbnails,
        theme: Theme,
        reckon: Callable[[], Reckoning],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._reckon = reckon
        self._thumbnails = thumbnails
        self._theme = theme
        self._earlier: frozenset[ImageId] = frozenset()
        self._sides = Sides(Qt.LayoutDirection.LeftToRight, QRect())
        """Of the line that is being painted."""

    def mark_stale(self, images: Collection[ImageId]) -> None:
        """Say of these cases that an earlier model has predicted them."""
        self._earlier = frozenset(images)

    def least_width_px(self, list_font: QFont) -> int:
        """Return the width at which all of a case but its names is shown whole."""
        metrics = QFontMetrics(_small(list_font))
        widest = max(badge_size(self._theme.badge(band), metrics).width() for band in Band)
        score = metrics.horizontalAdvance(score_words(1.0))
        check = badge_size(self._wordless_check, metrics).width()
        judged = widest + _GAP_PX + score + _GAP_PX + check
        status = metrics.horizontalAdvance(_joined([_(EARLIER_MODEL), longest_status()]))
        return _THUMBNAIL_PX + 3 * _PAD_PX + max(judged, status)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Return the height of three lines."""
        return QSize(200, max(_THUMBNAIL_PX, 3 * option.fontMetrics.height() + 20) + 2 * 8)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw a line."""
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        line: CaseLine | None = index.data(LINE_ROLE)
        painter.save()
        self._sides = Sides(option.direction, rect)
        paint_ground(painter, rect, state, self._theme, self._sides)
        if line is not None:
            self._paint_thumbnail(painter, rect, line)
            words = rect.adjusted(_THUMBNAIL_PX + 2 * _PAD_PX, 8, -_PAD_PX, -8)
            self._paint_words(painter, words, option.font, line)
        painter.restore()

    def _paint_thumbnail(self, painter: QPainter, rect: QRect, line: CaseLine) -> None:
        top = rect.top() + (rect.height() - _THUMBNAIL_PX) // 2
        box = self._sides.place(QRect(rect.left() + _PAD_PX, top, _THUMBNAIL_PX, _THUMBNAIL_PX))
        ground = QColor(self._theme.tokens.canvas)
        paint_thumbnail(painter, box, self._thumbnails.pixmap(line.thumbnail), ground, corner_px=6)

    def _paint_words(self, painter: QPainter, rect: QRect, font: QFont, line: CaseLine) -> None:
        tokens = self._theme.tokens
        height = rect.height() // 3
        first = QRect(rect.left(), rect.top(), rect.width(), height)
        second = first.translated(0, height)
        third = QRect(rect.left(), rect.bottom() - height, rect.width(), height)
        reckoning = self._reckon()
        at_right = [_(EARLIER_MODEL)] if line.image_id in self._earlier else []
        painter.setFont(font)
        if not self._paint_third(painter, third, line, reckoning):
            at_right.append(status_and_waiting(line, reckoning))
        pills = pills_of(line, tokens)
        bold, metrics = _bold(font), QFontMetrics(font)
        names_px = QFontMetrics(bold).horizontalAdvance(line.patient_code) + _GAP_PX
        names_px += metrics.horizontalAdvance(line.patient_name)
        place_px = metrics.horizontalAdvance(place_words(line))
        is_below = not at_right and place_px < names_px and names_px + _GAP_PX > rect.width() // 2
        painter.setFont(bold)
        painter.setPen(QColor(tokens.text))
        names = self._draw_beside_tags(painter, first, line.patient_code, [] if is_below else pills)
        painter.setFont(font)
        painter.setPen(QColor(tokens.text))
        if line.patient_name:
            self._draw(painter, names, line.patient_name)
        if at_right:
            painter.setFont(_small(font))
            painter.setPen(self._status_ink(line, reckoning))
            taken = self._draw(painter, second, _joined(at_right), Qt.AlignmentFlag.AlignRight) + _GAP_PX
            second = second.adjusted(0, 0, -taken, 0)
        painter.setFont(font)
        painter.setPen(QColor(tokens.muted))
        self._draw_beside_tags(painter, second, place_words(line), pills if is_below else [])

    def _draw_beside_tags(self, painter: QPainter, rect: QRect, text: str, pills: Sequence[Pill]) -> QRect:
        """Draw words, and tags at the end of the line; return the room that is left between them."""
        font, ink = painter.font(), painter.pen()
        taken = 0
        if pills:
            text_px = painter.fontMetrics().horizontalAdvance(text) + _GAP_PX
            room = max(rect.width() - text_px, rect.width() // 3)
            words = _small(font)
            words.setWeight(QFont.Weight.Normal)
            painter.setFont(words)
            place = QRect(rect.right() + 1 - room, rect.top(), room, rect.height())
            taken = paint_pills(painter, place, pills, self._theme.tokens, self._sides)
            painter.setFont(font)
            painter.setPen(ink)
        begin = self._draw(painter, rect.adjusted(0, 0, -taken, 0), text)
        return rect.adjusted(begin + _GAP_PX, 0, -taken, 0)

    def _status_ink(self, line: CaseLine, reckoning: Reckoning) -> QColor:
        tokens = self._theme.tokens
        return QColor(tokens.error if is_overdue(line, reckoning) else tokens.muted)

    def _paint_third(self, painter: QPainter, rect: QRect, line: CaseLine, reckoning: Reckoning) -> bool:
        """Draw band and score, and the status where it has room beside them; say whether it had."""
        tokens = self._theme.tokens
        painter.setFont(_small(painter.font()))
        left = rect.left()
        if line.priority is not None:
            badge = self._theme.badge(line.priority.band)
            size = badge_size(badge, painter.fontMetrics())
            self._paint_badge(painter, rect, left, badge)
            left += size.width() + _GAP_PX
        painter.setPen(QColor(tokens.text))
        # Never shortened: "3…" for 32 % is worse than no score.
        score, status = score_words(line.probability), status_and_waiting(line, reckoning)
        if line.no_score_reason and line.priority is None:
            score = line.no_score_words
        place = QRect(left, rect.top(), max(rect.right() - left, 0), rect.height())
        side = self._sides.text_side(Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self._sides.place(place), int(side) | int(Qt.TextFlag.TextDontClip), score)
        left += painter.fontMetrics().horizontalAdvance(score) + _GAP_PX
        if line.priority is not None and line.priority.warnings:
            room = QRect(left, rect.top(), rect.right() - left, rect.height())
            left += self._paint_check(painter, room)
        rest = QRect(left, rect.top(), rect.right() - left, rect.height())
        lesion = lesion_figure(line)
        if lesion and painter.fontMetrics().horizontalAdvance(lesion) <= rest.width():
            painter.setPen(QColor(tokens.text))
            rest.setLeft(left + self._draw(painter, rest, lesion) + _GAP_PX)
        if painter.fontMetrics().horizontalAdvance(status) > rest.width():
            return False
        painter.setPen(self._status_ink(line, reckoning))
        self._draw(painter, rest, status, Qt.AlignmentFlag.AlignRight)
        return True

    def _paint_check(self, painter: QPainter, rect: QRect) -> int:
        """Draw that the image has to be checked, without words where room is short; return its width."""
        badge = self._theme.check_badge
        if badge_size(badge, painter.fontMetrics()).width() > rect.width() // 2:
            badge = self._wordless_check
        self._paint_badge(painter, rect, rect.left(), badge)
        return badge_size(badge, painter.fontMetrics()).width() + _GAP_PX

    def _paint_badge(self, painter: QPainter, rect: QRect, left: int, badge: Badge) -> None:
        size = badge_size(badge, painter.fontMetrics())
        top = rect.top() + (rect.height() - size.height()) // 2 + 1
        place = self._sides.place(QRect(QPoint(left, top), size))
        paint_badge(painter, place, badge, self._sides.direction)

    def _draw(
        self,
        painter: QPainter,
        rect: QRect,
        text: str,
        side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    ) -> int:
        """Draw one shortened line and return its width in px."""
        return paint_text(painter, rect, text, self._sides, side)

    @property
    def _wordless_check(self) -> Badge:
        return replace(self._theme.check_badge, text="")


def _bold(font: QFont) -> QFont:
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    return bold


def _small(font: QFont) -> QFont:
    small = QFont(font)
    small.setPointSizeF(small.pointSizeF() - 1)
    return small


def _joined(parts: list[str]) -> str:
    return ", ".join(parts)
