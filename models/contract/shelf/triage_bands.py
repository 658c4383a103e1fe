"""The triage bands and the one rule that gives them, for the application and for what is measured of it."""

from typing import Final, Literal

BandName = Literal["urgent", "soon", "routine"]
BANDS: Final[tuple[BandName, ...]] = ("urgent", "soon", "routine")


def band_of(probability: float, highest_of_views: float, *, urgent: float, soon: float) -> BandName:
    """The band of a calibrated probability and the highest one among the views of the same image.

    Routine needs both: a score below ``soon``, and no single view that would be urgent by itself.
    """
    if probability >= urgent:
        return "urgent"
    return "soon" if probability >= soon or highest_of_views >= urgent else "routine"
