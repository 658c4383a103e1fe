"""The course of a lesion over its visits, as small charts of a report."""

from collections.abc import Sequence
from datetime import date

from reportlab.graphics.shapes import Circle, Drawing, Line, PolyLine, String
from reportlab.lib.units import mm

from app.exporters.report.style import INK, MODEL_EDGE, MUTED, REGULAR, RULE
from app.text.followup import CourseLine

_HEIGHT, _GAP = 26 * mm, 6 * mm
_TEXT_PT = 7.2
_POINT_PT = 2.0


def course_drawing(lines: Sequence[CourseLine], width: float) -> Drawing:
    """Return the charts of a lesion's quantities beside each other, over the same dates."""
    drawing = Drawing(width, _HEIGHT)
    each = (width - _GAP * (len(lines) - 1)) / max(len(lines), 1)
    days = [day for line in lines for day, _value, _id in line.points]
    for number, line in enumerate(lines):
        _draw_line(drawing, line, number * (each + _GAP), each, (min(days), max(days)))
    return drawing


def _draw_line(
    drawing: Drawing, line: CourseLine, left: float, width: float, span: tuple[date, date]
) -> None:
    newest = line.words(line.points[-1][1])
    text_y = _HEIGHT - _TEXT_PT
    drawing.add(String(left, text_y, line.name, fontName=REGULAR, fontSize=_TEXT_PT, fillColor=MUTED))
    drawing.add(
        String(
            left + width,
            text_y,
            newest,
            fontName=REGULAR,
            fontSize=_TEXT_PT,
            fillColor=INK,
            textAnchor="end",
        )
    )
    drawing.add(Line(left, 1, left + width, 1, strokeColor=RULE, strokeWidth=0.6))
    places = _places(line, left + _POINT_PT, width - 2 * _POINT_PT, span)
    drawing.add(
        PolyLine([part for place in places for part in place], strokeColor=MODEL_EDGE, strokeWidth=1.1)
    )
    for x, y in places:
        drawing.add(Circle(x, y, _POINT_PT, fillColor=MODEL_EDGE, strokeColor=None))


def _places(
    line: CourseLine, left: float, width: float, span: tuple[date, date]
) -> list[tuple[float, float]]:
    """Where the points lie: along the dates, from nothing at the bottom to the largest value."""
    days = (span[1] - span[0]).days
    largest = max(value for _day, value, _id in line.points) or 1.0
    height = _HEIGHT - 2.6 * _TEXT_PT
    return [
        (
            left + (width * (day - span[0]).days / days if days else width / 2),
            2 + _POINT_PT + height * value / largest,
        )
        for day, value, _id in line.points
    ]
