"""The forms that can be filled in, in the order in which they are offered."""

from typing import Final

from app.domain.readings.abcd_form import ABCD
from app.domain.readings.clinical_form import WEIGHTED_SEVEN_POINT
from app.domain.readings.dermoscopic_forms import (
    CASH,
    MENZIES,
    SEVEN_POINT_CLASSIC,
    SEVEN_POINT_REVISED,
    THREE_POINT,
)
from app.domain.readings.form import ReadingForm

FORMS: Final[tuple[ReadingForm, ...]] = (
    ABCD,
    SEVEN_POINT_CLASSIC,
    SEVEN_POINT_REVISED,
    MENZIES,
    CASH,
    THREE_POINT,
    WEIGHTED_SEVEN_POINT,
)


def form_named(name: str) -> ReadingForm | None:
    """Return a form by its name; None for one that another version of the program knows."""
    return next((form for form in FORMS if form.name == name), None)
