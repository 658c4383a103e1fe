from dataclasses import replace
from datetime import date

import pytest

from app.domain.followup.course import CoursePoint
from app.domain.followup.growth import Change, Growth, GrowthUnit
from app.domain.followup.image_transform import ImageTransform
from app.domain.followup.registration import Registration
from app.domain.ids import ImageId
from app.text.followup import (
    IN_PERCENT,
    LOWER_BOUND,
    NO_GROWTH,
    ON_LESION,
    SCALES_DISAGREE,
    change_words,
    course_lines,
    growth_lines,
    growth_notes,
    registration_words,
)


@pytest.mark.parametrize(
    ("change", "unit", "words"),
    [
        (Change(4.0, 4.8, 0.5), "mm²", "+0.8 mm² (±0.5)"),
        (Change(4.8, 4.0, 0.9), "mm²", "\N{MINUS SIGN}0.8 mm² (±0.9), within the error"),
        (Change(4.0, 4.0, 0.3), "mm", "±0.0 mm (±0.3), within the error"),
        (Change(100.0, 106.4, 4.2), "%", "+6 % (±4)"),
        (Change(4.0, 4.5, 0.01), "mm", "+0.5 mm (±0.1)"),
        (Change(4.0, 4.0, 0.0), "mm", "±0.0 mm (±0.0), within the error"),
    ],
)
def test_a_change_is_told_with_its_error(change: Change, unit: str, words: str) -> None:
    assert change_words(change, unit).replace("\N{NO-BREAK SPACE}", " ") == words


def test_sizes_are_told_where_they_are_known() -> None:
    change = Change(4.0, 4.8, 0.5)
    area, diameter = growth_lines(Growth(GrowthUnit.MM, change, change, is_lower_bound=False))
    assert (area.sizes.replace("\N{NO-BREAK SPACE}", " "), diameter.name) == (
        "from 4.0 to 4.8 mm²",
        "Longest diameter",
    )
    assert growth_lines(Growth(GrowthUnit.PERCENT, change, change, is_lower_bound=False))[0].sizes == ""


def test_what_limits_a_growth_is_told_beside_it() -> None:
    change = Change(4.0, 4.8, 0.5)
    in_mm = Growth(GrowthUnit.MM, change, change, is_lower_bound=False)
    in_percent = Growth(GrowthUnit.PERCENT, change, change, is_lower_bound=True)
    on_lesion = Registration(ImageTransform(), 1.0, 20, 0.9, 1.0)
    assert growth_notes(None, None) == (NO_GROWTH,)
    assert growth_notes(in_mm, on_lesion) == ()
    assert growth_notes(in_percent, on_lesion) == (IN_PERCENT, ON_LESION, LOWER_BOUND)
    assert growth_notes(in_percent, replace(on_lesion, is_from_skin=True)) == (IN_PERCENT, LOWER_BOUND)
    assert growth_notes(replace(in_mm, scales_disagree=True), None) == (SCALES_DISAGREE,)


def test_how_two_images_were_laid_on_each_other_is_told() -> None:
    found = Registration(ImageTransform(), 1.25, 20, 0.9, 1.0)
    assert "20 common points, which" in registration_words(found)
    assert "20 common points of the skin beside the lesion" in registration_words(
        replace(found, is_from_skin=True)
    )


def test_the_course_has_a_line_for_what_is_known() -> None:
    course = (
        CoursePoint(ImageId("a"), date(2024, 1, 1), "a.jpg", 4.0, 2.4, None),
        CoursePoint(ImageId("b"), date(2025, 1, 1), "b.jpg", None, None, 0.125),
    )
    area, diameter, score = course_lines(course)
    assert [value for _day, value, _id in area.points] == [4.0]
    assert (diameter.unit, score.points) == ("mm", ((date(2025, 1, 1), 12.5, ImageId("b")),))
    assert course_lines(()) == ()
