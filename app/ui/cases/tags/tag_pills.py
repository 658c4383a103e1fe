"""Tags of a case as small pills with their words; the colour only helps to find them again."""

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter

from app.domain.case import CaseLine
from app.ui.theme import BandColours, Tokens
from app.ui.widgets.sides import Sides

_PAD_PX = 5
_GAP_PX = 4
_CORNER_PX = 3
_LEAST_PX = 64
"""A pill is shortened to this width at least; where there is less room, it is counted."""


@dataclass(frozen=True, slots=True)
class Pill:
    """A few words in a frame; without colours it has an outline alone."""

    text: str
    colours: BandColours | None = None


def pills_of(line: CaseLine, tokens: Tokens) -> list[Pill]:
    """Return whom a case is assigned to, and its tags."""
    assigned = [Pill(f"@{line.assigned_to}")] if line.assigned_to else []
    return [*assigned, *(Pill(tag, tag_colours(tag, tokens)) for tag in line.tags)]


def tag_colours(tag: str, tokens: Tokens) -> BandColours:
    """Return the colours of a tag: the same word has the same ones on every computer."""
    return tokens.tags[crc32(tag.casefold().encode("utf-8")) % len(tokens.tags)]


def paint_pills(painter: QPainter, rect: QRect, pills: Sequence[Pill], tokens: Tokens, sides: Sides) -> int:
    """Draw pills at the far end of a line, as many as there is room for and the number of the others.

    Returns the width in px that they take.
    """
    metrics = painter.fontMetrics()
    shown, taken = _fitting(pills, metrics, rect.width())
    right = rect.left() + rect.width()
    for pill, width in reversed(shown):
        place = QRect(right - width, rect.top() + 1, width, rect.height() - 3)
        _paint_pill(painter, sides.place(place), pill, tokens)
        right -= width + _GAP_PX
    return taken


def _fitting(
    pills: Sequence[Pill], metrics: QFontMetrics, room_px: int
) -> tuple[list[tuple[Pill, int]], int]:
    """Return the pills that fit with their widths, and the width of all of them."""
    shown: list[tuple[Pill, int]] = []
    taken = 0
    for index, pill in enumerate(pills):
        left = len(pills) - index - 1
        more = Pill(f"+{left}")
        reserve = _width(more, metrics) + _GAP_PX if left else 0
        width = min(_width(pill, metrics), room_px - taken - reserve)
        if width < min(_LEAST_PX, _width(pill, metrics)):
            rest = Pill(f"+{left + 1}")
            if taken + _width(rest, metrics) <= room_px:
                shown.append((rest, _width(rest, metrics)))
                taken += _width(rest, metrics) + _GAP_PX
            break
        shown.append((pill, width))
        taken += width + _GAP_PX
    return shown, taken


def _width(pill: Pill, metrics: QFontMetrics) -> int:
    return metrics.horizontalAdvance(pill.text) + 2 * _PAD_PX + 1


def _paint_pill(painter: QPainter, rect: QRect, pill: Pill, tokens: Tokens) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    colours = pill.colours
    painter.setPen(QColor(tokens.edge) if colours is None else QColor(colours.ink))
    painter.setBrush(Qt.BrushStyle.NoBrush if colours is None else QColor(colours.ground))
    painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), _CORNER_PX, _CORNER_PX)
    painter.setPen(QColor(tokens.text if colours is None else colours.ink))
    room = rect.width() - 2 * _PAD_PX + 1
    text = painter.fontMetrics().elidedText(pill.text, Qt.TextElideMode.ElideRight, room)
    painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), text)
    painter.restore()
