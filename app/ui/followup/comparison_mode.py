"""How two images of a lesion are looked at."""

from enum import Enum

from app.translation import N_


class ComparisonMode(Enum):
    """One of the four ways, by its words; their order is that of the keys 1 to 4."""

    SIDE_BY_SIDE = N_("Side by side")
    SWIPE = N_("Swipe")
    BLINK = N_("Blink")
    DIFFERENCE = N_("Difference")

    @property
    def needs_registration(self) -> bool:
        """Say whether it makes sense only where the images lie on each other."""
        return self is not ComparisonMode.SIDE_BY_SIDE
