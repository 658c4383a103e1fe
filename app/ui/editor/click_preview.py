"""The clicks on an image: those that the boundary answers, and those that a model is at work on."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen

from app.translation import _
from app.ui.editor.spaces import Placement
from app.ui.editor.tool_previews import CASING_COLOUR, draw_note, outline_colour
from models.contract.imaging.clicks import Click

_RADIUS = 6.0
_RING = 11.0
_SIGN = 3.0


@dataclass(frozen=True, slots=True)
class ClickPreview:
    """A plus where a click adds and a minus where it removes; a ring while the answer is awaited."""

    answered: tuple[Click, ...]
    pending: tuple[Click, ...] = ()

    def draw(self, painter: QPainter, placement: Placement, mm_per_px: float | None) -> None:
        """Draw every click, and beside the newest that it is being answered."""
        for click in (*self.answered, *self.pending):
            _draw_click(painter, click, _seen(click, placement))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for click in self.pending:
            for colour, width in ((CASING_COLOUR, 4.0), (outline_colour(not click.is_lesion), 2.0)):
                painter.setPen(QPen(colour, width, Qt.PenStyle.DotLine))
                painter.drawEllipse(_seen(click, placement), _RING, _RING)
        if self.pending:
            at = _seen(self.pending[-1], placement)
            draw_note(painter, _("Redrawing the boundary…"), at + QPointF(_RING + 4, -_RING))


def _seen(click: Click, placement: Placement) -> QPointF:
    x, y = click.image_xy
    return QPointF(*placement.view_xy((x + 0.5, y + 0.5)))


def _draw_click(painter: QPainter, click: Click, at: QPointF) -> None:
    painter.setPen(QPen(CASING_COLOUR, 1.5))
    painter.setBrush(outline_colour(not click.is_lesion))
    painter.drawEllipse(at, _RADIUS, _RADIUS)
    painter.setPen(QPen(CASING_COLOUR, 1.8))
    painter.drawLine(at - QPointF(_SIGN, 0), at + QPointF(_SIGN, 0))
    if click.is_lesion:
        painter.drawLine(at - QPointF(0, _SIGN), at + QPointF(0, _SIGN))
