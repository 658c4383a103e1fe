"""What people read about a lesion's follow-up: growth with its error, and how the images were laid."""

from datetime import date

from app.domain.figures import unbroken
from app.domain.followup.growth import Change, Growth, GrowthUnit
from app.domain.followup.marked_structure import MarkedStructure
from app.domain.followup.registration import Registration
from app.translation import N_, _

WITHIN_ERROR = N_("within the error")
ERROR_ASSUMPTIONS = N_(
    "± is no confidence interval: it adds, as independent, an assumed error of the scale (2 % from DICOM, 3 % "
    "from a ruler, 5 % entered by hand; without a scale, what the two images leave apart when laid on each other) and "
    "of both boundaries (a drawn one 1 px, a predicted one its band of uncertainty)."
)
NO_GROWTH = N_(
    "Growth is not known: both images need a boundary, and either a scale in mm or to be laid on each other."
)
SCALES_DISAGREE = N_(
    "The scales of the two images do not fit to how these lie on each other; check the scales."
)
LOWER_BOUND = N_("The frame cuts the lesion in one image, so that its size there is a lower bound.")


def growth_lines(growth: Growth) -> tuple[tuple[str, str], ...]:
    """Return what has grown and by how much, as pairs of a name and words."""
    squared = "mm²" if growth.unit is GrowthUnit.MM else "%"
    plain = "mm" if growth.unit is GrowthUnit.MM else "%"
    return (
        (_("Area"), change_words(growth.area, squared)),
        (_("Longest diameter"), change_words(growth.long_diameter, plain)),
    )


def change_words(change: Change, unit: str) -> str:
    """Return a change with its error, and where it lies within it: “+0.8 mm² (±0.5), within the error”."""
    digits = 0 if unit == "%" else 1
    text = f"{_signed(change.difference, digits)} {unit} (±{_rounded_up(change.error, digits)})"
    return unbroken(f"{text}, {_(WITHIN_ERROR)}" if change.is_within_error else text)


def sizes_words(change: Change, unit: str) -> str:
    """Return the size before and after in mm or mm²; "" in percent, where sizes are not known."""
    if unit == "%":
        return ""
    return unbroken(
        _("from {before:.1f} to {after:.1f} {unit}").format(
            before=change.before, after=change.after, unit=unit
        )
    )


def growth_notes(growth: Growth | None) -> tuple[str, ...]:
    """Return what is to be known beside a growth, in sentences."""
    if growth is None:
        return (_(NO_GROWTH),)
    notes = []
    if growth.unit is GrowthUnit.PERCENT:
        notes.append(_("In percent of the earlier visit, because not both images have a scale in mm."))
    if growth.is_lower_bound:
        notes.append(_(LOWER_BOUND))
    if growth.scales_disagree:
        notes.append(_(SCALES_DISAGREE))
    return tuple(notes)


def registration_words(registration: Registration | None, refusal: str) -> str:
    """Return how the images were laid on each other, or why they were not."""
    if registration is None:
        return refusal
    return unbroken(
        _(
            "Laid on each other by {count} common points, which lie {residual:.1f} px apart in the mean."
        ).format(count=registration.inlier_count, residual=registration.residual_px)
    )


def visit_words(visited_on: date, file_name: str) -> str:
    """Return which image of a lesion is meant."""
    return _("{day}, {file_name}").format(day=day_words(visited_on), file_name=file_name)


def day_words(day: date) -> str:
    """Return a day as the other screens write it."""
    return day.strftime("%d %b %Y")


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
