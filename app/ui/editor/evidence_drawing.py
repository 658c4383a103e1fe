"""What proposals for a reading rest on, drawn over the image: axes, border sectors, the patches of a colour.

Nothing is told by colour alone: an asymmetric axis is solid and a symmetric one dashed; an abrupt border is
thick, a soft one thin, and one that the frame cuts is dotted.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from app.text.figures import percent_words
from app.translation import N_, _
from app.ui.editor.spaces import Placement, Point
from app.ui.editor.tool_previews import CASING_COLOUR, draw_note
from models.contract.lesion.abcd.axes import FoldedAxis
from models.contract.lesion.abcd.border import BorderSector
from models.contract.lesion.abcd.colours import PatchColour
from models.contract.lesion.abcd.evidence import AbcdEvidence

_STRONG, _FAINT, _UNKNOWN = QColor(255, 140, 50), QColor(130, 215, 255), QColor(190, 195, 200)
_PATCH = QColor(0, 229, 255)
_PATCH_FILL = QColor(0, 229, 255, 46)
_BEYOND = 1.12
"""How far an axis reaches, in reaches of the lesion."""

_NAME_BY_PATCH = {
    PatchColour.WHITE: N_("White"),
    PatchColour.RED: N_("Red"),
    PatchColour.LIGHT_BROWN: N_("Light brown"),
    PatchColour.DARK_BROWN: N_("Dark brown"),
    PatchColour.BLUE_GREY: N_("Blue-grey"),
    PatchColour.BLACK: N_("Black"),
}


@dataclass(frozen=True, eq=False)
class EvidenceDrawing:
    """The part of the evidence that is looked at."""

    evidence: AbcdEvidence
    shows_axes: bool = True
    shows_border: bool = True
    patch: PatchColour | None = None

    def draw(self, painter: QPainter, placement: Placement, opacity: float, view: QRectF) -> None:
        """Draw over a view, logical pixels, with notes that say how to read it."""
        painter.save()
        painter.setOpacity(opacity)
        if self.patch is not None:
            _draw_patches(painter, self.evidence, self.patch, placement)
        if self.shows_border:
            _draw_border(painter, self.evidence, placement)
        if self.shows_axes:
            for axis in self.evidence.axes.axes:
                self._draw_axis(painter, axis, placement, view)
        painter.setOpacity(1.0)
        for number, line in enumerate(reversed(self.notes())):
            draw_note(painter, line, QPointF(12, view.bottom() - 12 - 28 * number))
        painter.restore()

    def notes(self) -> tuple[str, ...]:
        """Return how to read what is drawn."""
        notes = []
        if self.patch is not None:
            share = self.evidence.patches.share_by_colour.get(self.patch)
            name = _(_NAME_BY_PATCH[self.patch])
            notes.append(
                _("{name}: not looked for without skin in view").format(name=name)
                if share is None
                else _("{name}: {share} of the lesion").format(name=name, share=percent_words(share))
            )
        if self.shows_axes:
            notes.append(_("Axis: solid where asymmetric, dashed where not"))
        if self.shows_border:
            notes.append(_("Border: thick where it ends abruptly, thin where not"))
        return tuple(notes)

    def _draw_axis(self, painter: QPainter, axis: FoldedAxis, placement: Placement, view: QRectF) -> None:
        x, y = self.evidence.axes.centre_xy
        # Rows grow downwards, angles counter-clockwise.
        angle = math.radians(axis.angle_deg)
        dx, dy = math.cos(angle), -math.sin(angle)
        reach = _BEYOND * self.evidence.axes.reach_px
        ends: list[Point] = [(x + side * reach * dx, y + side * reach * dy) for side in (-1, 1)]
        one, other = (QPointF(*placement.view_xy(end)) for end in ends)
        colour = _STRONG if axis.is_asymmetric else _FAINT
        style = Qt.PenStyle.SolidLine if axis.is_asymmetric else Qt.PenStyle.DashLine
        for ink, width in ((CASING_COLOUR, 4.0), (colour, 2.0)):
            painter.setPen(QPen(ink, width, style))
            painter.drawLine(one, other)
        draw_note(painter, _("{angle:.0f}°").format(angle=axis.angle_deg), _within(other, view))


def _within(at: QPointF, view: QRectF) -> QPointF:
    """The nearest place from which a short note is seen whole."""
    seen = view.adjusted(8, 34, -56, -8)
    return QPointF(
        min(max(at.x() + 6, seen.left()), seen.right()), min(max(at.y() - 4, seen.top()), seen.bottom())
    )


def _draw_border(painter: QPainter, evidence: AbcdEvidence, placement: Placement) -> None:
    border = evidence.border
    if not len(border.outline_xy):
        return
    changes = np.flatnonzero(np.diff(border.sector_by_point, prepend=border.sector_by_point[-1]))
    starts = [*changes, *([] if len(changes) else [0])]
    turned = np.roll(border.outline_xy, -int(starts[0]), axis=0)
    sectors = np.roll(border.sector_by_point, -int(starts[0]))
    bounds = [int(start - starts[0]) for start in starts] + [len(turned)]
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for first, last in pairwise(bounds):
        run = turned[first : last + 1] if last < len(turned) else np.vstack([turned[first:], turned[:1]])
        points = QPolygonF([QPointF(*placement.view_xy((float(x), float(y)))) for x, y in run])
        colour, width, style = _border_look(border.sectors[int(sectors[first])])
        for ink, more in ((CASING_COLOUR, 2.0), (colour, 0.0)):
            painter.setPen(QPen(ink, width + more, style, Qt.PenCapStyle.FlatCap))
            painter.drawPolyline(points)
        _draw_tick(painter, evidence.axes.centre_xy, run[0], placement)


def _border_look(sector: BorderSector) -> tuple[QColor, float, Qt.PenStyle]:
    if sector.sharpness is None:
        return _UNKNOWN, 1.5, Qt.PenStyle.DotLine
    return (_STRONG, 4.0, Qt.PenStyle.SolidLine) if sector.is_sharp else (_FAINT, 1.6, Qt.PenStyle.SolidLine)


def _draw_tick(painter: QPainter, centre_xy: Point, at: NDArray[np.float64], placement: Placement) -> None:
    """Mark where one eighth ends and the next begins."""
    middle, place = QPointF(*placement.view_xy(centre_xy)), QPointF(*placement.view_xy((at[0], at[1])))
    away = place - middle
    length = math.hypot(away.x(), away.y())
    if length < 1:
        return
    step = away * (7.0 / length)
    for ink, width in ((CASING_COLOUR, 3.0), (_UNKNOWN, 1.2)):
        painter.setPen(QPen(ink, width))
        painter.drawLine(place - step, place + step)


def _draw_patches(
    painter: QPainter, evidence: AbcdEvidence, colour: PatchColour, placement: Placement
) -> None:
    """Outline the patches of a colour, with a faint tint, so that the skin is seen as it is."""
    left, top, right, _bottom = evidence.patches_box
    levels = evidence.patches.patch(colour).astype(np.uint8)
    block = (right - left) / levels.shape[1]
    contours, _hierarchy = cv2.findContours(levels, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.OddEvenFill)
    for contour in contours:
        middles = (contour.reshape(-1, 2) + 0.5) * block + np.array([left, top])
        path.addPolygon(QPolygonF([QPointF(*placement.view_xy((float(x), float(y)))) for x, y in middles]))
        path.closeSubpath()
    painter.setBrush(_PATCH_FILL)
    for ink, width in ((CASING_COLOUR, 3.0), (_PATCH, 1.4)):
        painter.setPen(QPen(ink, width))
        painter.drawPath(path)
        painter.setBrush(Qt.BrushStyle.NoBrush)
