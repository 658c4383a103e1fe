"""The pictures of a report's follow-up: both visits in one frame, and the course as small charts."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import cv2
import numpy as np

from app.exporters.image_rendering import drawable, image_png, jpeg, with_boundary
from app.exporters.report.content import DrawnImage
from app.text.followup import CourseLine, course_lines
from app.usecases.followup.visit_comparison import VisitComparison
from models.contract.arrays import BoolMask, RgbImage

_PRINTED_SIDE_PX: Final = 1500
_MARK_RGB: Final = (255, 210, 122)
_LEAST_RING_SHARE: Final = 0.008
"""Of the picture's width: as small as a ring may be drawn."""
_CHART_WIDTH_PX, _CHART_HEIGHT_PX = 720, 200
_LINE_RGB: Final = (60, 105, 160)
_RULE_RGB: Final = (207, 214, 222)
_MARGIN_PX: Final = 16


@dataclass(frozen=True, slots=True)
class DrawnCourse:
    """One quantity of a lesion over its visits."""

    line: CourseLine
    chart: DrawnImage


@dataclass(frozen=True, slots=True)
class DrawnFollowUp:
    """A comparison with its pictures drawn."""

    comparison: VisitComparison
    earlier: RgbImage
    later: RgbImage
    courses: tuple[DrawnCourse, ...]

    def visit_image(self, caption: str, *, is_later: bool) -> DrawnImage:
        """Return the picture of a visit with a caption, which only the manner of the report can tell."""
        pixels = self.later if is_later else self.earlier
        return DrawnImage(jpeg(pixels), pixels.shape[1], pixels.shape[0], caption)


def drawn_follow_up(comparison: VisitComparison) -> DrawnFollowUp:
    """Draw both images in the frame of the later one, each with its own boundary, and the course."""
    later = _outlined(comparison.later_pixels, comparison.later_mask)
    return DrawnFollowUp(
        comparison,
        _outlined(comparison.laid.pixels, comparison.laid.mask),
        _marked(later, comparison),
        tuple(DrawnCourse(line, _chart(line, comparison)) for line in course_lines(comparison.course)),
    )


def _outlined(pixels: RgbImage, mask: BoolMask | None) -> RgbImage:
    printed = drawable(pixels, _PRINTED_SIDE_PX)
    return with_boundary(printed, mask) if mask is not None and bool(mask.any()) else printed


def _marked(printed: RgbImage, comparison: VisitComparison) -> RgbImage:
    """The later image with an ellipse and a number for each mark; a point is a small ring."""
    drawn = printed.copy()
    scale = printed.shape[1] / comparison.later_pixels.shape[1]
    least, line = round(_LEAST_RING_SHARE * printed.shape[1]), max(1, round(printed.shape[1] / 500))
    for number, mark in enumerate(comparison.marks, start=1):
        centre = round(mark.x_px * scale), round(mark.y_px * scale)
        radii = tuple(max(round(radius * scale), least) for radius in (mark.radius_x_px, mark.radius_y_px))
        place = centre[0] + radii[0] + 2 * line, centre[1] - radii[1]
        for colour, width in (((0, 0, 0), line + 2), (_MARK_RGB, line)):
            cv2.ellipse(drawn, centre, radii, 0, 0, 360, colour, width, cv2.LINE_AA)
            font = cv2.FONT_HERSHEY_SIMPLEX
            cv2.putText(drawn, str(number), place, font, line / 2, colour, width, cv2.LINE_AA)
    return drawn


def _chart(line: CourseLine, comparison: VisitComparison) -> DrawnImage:
    """A line through the values by date, from nothing at the bottom; the words stand beside it."""
    first, last = comparison.course[0].visited_on, comparison.course[-1].visited_on
    chart = np.full((_CHART_HEIGHT_PX, _CHART_WIDTH_PX, 3), 255, np.uint8)
    foot = _CHART_HEIGHT_PX - _MARGIN_PX // 2
    cv2.line(chart, (0, foot), (_CHART_WIDTH_PX, foot), _RULE_RGB, 2, cv2.LINE_AA)
    largest = max(value for _day, value, _id in line.points) or 1.0
    height = _CHART_HEIGHT_PX - 2 * _MARGIN_PX
    places = [
        (_across(day, first, last), round(_CHART_HEIGHT_PX - _MARGIN_PX - height * value / largest))
        for day, value, _id in line.points
    ]
    cv2.polylines(chart, [np.array(places, np.int32)], isClosed=False, color=_LINE_RGB, thickness=4)
    for place in places:
        cv2.circle(chart, place, 8, _LINE_RGB, -1, cv2.LINE_AA)
    return DrawnImage(image_png(chart), _CHART_WIDTH_PX, _CHART_HEIGHT_PX, line.name)


def _across(day: date, first: date, last: date) -> int:
    days, width = (last - first).days, _CHART_WIDTH_PX - 2 * _MARGIN_PX
    return _MARGIN_PX + (round(width * (day - first).days / days) if days else width // 2)
