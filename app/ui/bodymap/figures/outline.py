"""Smooth outlines through points, and the regions that are cut out of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath, QPolygonF, QTransform

Points: TypeAlias = Sequence[tuple[float, float]]
"""Of an outline or a cut, (x, y) in units of the drawing."""

_TENSION = 1 / 6
"""Of a Catmull-Rom curve written as cubic Bézier pieces."""


@dataclass(frozen=True, eq=False)
class BodyRegion:
    """A part of the drawing that names a site."""

    site: str
    """The last level of the site, such as "Anterior thigh"."""
    laterality: str | None
    path: QPainterPath
    label: str = ""
    """Written into the region; "" = none."""

    @property
    def anchor(self) -> QPointF:
        """Return a place inside, as near to the middle as there is one, where pins stand."""
        box = self.path.boundingRect()
        middle = QPointF(box.right() - 12, box.center().y()) if self.label else box.center()
        if self.path.contains(middle):
            return middle
        grid = [
            QPointF(box.left() + box.width() * column / 12, box.top() + box.height() * row / 12)
            for row in range(1, 12)
            for column in range(1, 12)
        ]
        inside = [place for place in grid if self.path.contains(place)]
        return min(inside, key=lambda place: _distance(place, middle), default=middle)


@dataclass(frozen=True)
class Cut:
    """A site and the polygon that cuts its region out of an outline."""

    site: str
    polygon: Points
    laterality: str | None = None
    """Of what lies in the midline; None = the side of the half that it is cut from."""


def smooth(points: Points) -> QPainterPath:
    """Return a closed curve through points."""
    path, count = QPainterPath(QPointF(*points[0])), len(points)
    for index in range(count):
        before, start = points[index - 1], points[index]
        end, after = points[(index + 1) % count], points[(index + 2) % count]
        path.cubicTo(
            QPointF(start[0] + (end[0] - before[0]) * _TENSION, start[1] + (end[1] - before[1]) * _TENSION),
            QPointF(end[0] - (after[0] - start[0]) * _TENSION, end[1] - (after[1] - start[1]) * _TENSION),
            QPointF(*end),
        )
    path.closeSubpath()
    return path


def polygon(points: Points) -> QPainterPath:
    """Return a closed polygon."""
    path = QPainterPath()
    path.addPolygon(QPolygonF([QPointF(x, y) for x, y in points]))
    path.closeSubpath()
    return path


def band(top: float, bottom: float, left: float = -300, right: float = 300) -> Points:
    """Return a rectangle as a polygon, as wide as any figure unless it says otherwise."""
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def ellipse(x: float, y: float, radius_x: float, radius_y: float) -> QPainterPath:
    """Return an ellipse around a middle."""
    path = QPainterPath()
    path.addEllipse(QRectF(x - radius_x, y - radius_y, 2 * radius_x, 2 * radius_y))
    return path


def cut_regions(outline: QPainterPath, cuts: Iterable[Cut], side: str | None) -> list[BodyRegion]:
    """Return the regions that polygons cut out of an outline; where they overlap, the earlier one has it."""
    rest, found = QPainterPath(outline), list[BodyRegion]()
    for cut in cuts:
        shape = polygon(cut.polygon)
        piece = rest.intersected(shape)
        if not piece.isEmpty():
            found.append(BodyRegion(cut.site, cut.laterality or side, piece))
            rest = rest.subtracted(shape)
    return found


def placed(
    regions: Iterable[BodyRegion], x: float, y: float, *, scale: float = 1.0, is_mirrored: bool = False
) -> list[BodyRegion]:
    """Return regions at another place of the drawing, enlarged or mirrored about the vertical axis there."""
    transform = QTransform.fromTranslate(x, y).scale(-scale if is_mirrored else scale, scale)
    return [
        BodyRegion(region.site, region.laterality, transform.map(region.path), region.label)
        for region in regions
    ]


def _distance(one: QPointF, other: QPointF) -> float:
    return (one.x() - other.x()) ** 2 + (one.y() - other.y()) ** 2
