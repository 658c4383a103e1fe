"""What people read about a lesion's follow-up: growth with its error, and how the images were laid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.figures import unbroken
from app.domain.followup.course import CoursePoint
from app.domain.followup.growth import Change, Growth, GrowthUnit
from app.domain.followup.marked_structure import MarkedStructure
from app.domain.followup.registration import Registration
from app.domain.ids import ImageId
from app.translation import N_, _

WITHIN_ERROR = N_("within the error")
ERROR_ASSUMPTIONS = N_(
    "± is no confidence interval: it adds, as independent, an assumed error of the scale (2 % from DICOM, "
    "3 % from a ruler, 5 % otherwise; without scales, how far apart the common points are left) and of both "
    "boundaries (a drawn one 1 px, a predicted one its band of uncertainty)."
)
NO_GROWTH = N_(
    "Growth is not known: both images need a boundary, and either a scale in mm or to be laid on each other."
)
IN_PERCENT = N_("In percent of the earlier visit, because not both images have a scale in mm.")
ON_LESION = N_(
    "Common points lie on the lesion itself, so that its growth may be underestimated: set the scale of both "
    "images."
)
_BY_SKIN = N_(
    "Laid on each other by {count} common points of the skin beside the lesion, which lie {residual:.1f} px "
    "apart in the mean."
)
_BY_POINTS = N_("Laid on each other by {count} common points, which lie {residual:.1f} px apart in the mean.")
SCALES_DISAGREE = N_(
    "The scales of the two images do not fit to how these lie on each other; check the scales."
)
LOWER_BOUND = N_("The frame cuts the lesion in one image, so that its size there is a lower bound.")


@dataclass(frozen=True, slots=True)
class GrowthLine:
    """How one quantity has changed, in words."""

    name: str
    words: str
    sizes: str
    """The size before and after; "" where only their ratio is known."""


def growth_lines(growth: Growth) -> tuple[GrowthLine, ...]:
    """Return what has grown and by how much."""
    squared, plain = ("mm²", "mm") if growth.unit is GrowthUnit.MM else ("%", "%")
    changes = ((_("Area"), growth.area, squared), (_("Longest diameter"), growth.long_diameter, plain))
    return tuple(
        GrowthLine(name, change_words(change, unit), _sizes_words(change, unit))
        for name, change, unit in changes
    )


def change_words(change: Change, unit: str) -> str:
    """Return a change with its error, and where it lies within it: “+0.8 mm² (±0.5), within the error”."""
    digits = 0 if unit == "%" else 1
    text = f"{_signed(change.difference, digits)} {unit} (±{_rounded_up(change.error, digits)})"
    return unbroken(f"{text}, {_(WITHIN_ERROR)}" if change.is_within_error else text)


def _sizes_words(change: Change, unit: str) -> str:
    if unit == "%":
        return ""
    return unbroken(
        _("from {before:.1f} to {after:.1f} {unit}").format(
            before=change.before, after=change.after, unit=unit
        )
    )


def growth_notes(growth: Growth | None, registration: Registration | None) -> tuple[str, ...]:
    """Return what is to be known beside a growth, in sentences."""
    if growth is None:
        return (_(NO_GROWTH),)
    notes = []
    if growth.unit is GrowthUnit.PERCENT:
        notes.append(_(IN_PERCENT))
        if registration is not None and not registration.is_from_skin:
            notes.append(_(ON_LESION))
    if growth.is_lower_bound:
        notes.append(_(LOWER_BOUND))
    if growth.scales_disagree:
        notes.append(_(SCALES_DISAGREE))
    return tuple(notes)


def registration_words(registration: Registration) -> str:
    """Return how the images were laid on each other."""
    words = _(_BY_SKIN) if registration.is_from_skin else _(_BY_POINTS)
    return unbroken(words.format(count=registration.inlier_count, residual=registration.residual_px))


def visit_words(visited_on: date, file_name: str) -> str:
    """Return which image of a lesion is meant."""
    return _("{day}, {file_name}").format(day=day_words(visited_on), file_name=file_name)


def day_words(day: date) -> str:
    """Return a day as the other screens write it."""
    return day.strftime("%d %b %Y")


@dataclass(frozen=True, slots=True)
class CourseLine:
    """One quantity over the dates of the visits."""

    name: str
    unit: str
    digits: int
    points: tuple[tuple[date, float, ImageId], ...]

    def words(self, value: float) -> str:
        """Return a value with its unit."""
        return unbroken(f"{value:.{self.digits}f} {self.unit}")


def course_lines(course: Sequence[CoursePoint]) -> tuple[CourseLine, ...]:
    """Return the quantities that are known at one visit at least."""
    lines = (
        CourseLine(_("Area"), "mm²", 1, _known(course, [point.area_mm2 for point in course])),
        CourseLine(_("Longest diameter"), "mm", 1, _known(course, [one.long_diameter_mm for one in course])),
        CourseLine(
            _("Score"),
            "%",
            0,
            _known(course, [None if one.probability is None else 100 * one.probability for one in course]),
        ),
    )
    return tuple(line for line in lines if line.points)


def _known(
    course: Sequence[CoursePoint], values: Sequence[float | None]
) -> tuple[tuple[date, float, ImageId], ...]:
    pairs = zip(course, values, strict=True)
    return tuple((point.visited_on, value, point.image_id) for point, value in pairs if value is not None)


def mark_words(mark: MarkedStructure, number: int) -> str:
    """Return a mark in a line: its number and note."""
    return f"{number}  {mark.note}" if mark.note else _("{number}  (no note)").format(number=number)


def _signed(value: float, digits: int) -> str:
    rounded = round(value, digits) + 0.0
    sign = "+" if rounded > 0 else "\N{MINUS SIGN}" if rounded < 0 else "±"
    return f"{sign}{abs(rounded):.{digits}f}"


def _rounded_up(value: float, digits: int) -> str:
    """An error is never told smaller than it is by its last figure."""
    return f"{max(value, 10.0**-digits if value > 0 else 0.0):.{digits}f}"
