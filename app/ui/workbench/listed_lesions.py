"""The lesions of the open image as the list shows them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ListedLesion:
    """A lesion as the list shows it."""

    number: int
    name: str
    area_px: int
    line_rgb: tuple[int, int, int]
    is_in_hand: bool
    is_of_interest: bool


@dataclass(frozen=True, slots=True)
class ListedLesions:
    """All lesions of the open image, and its scale."""

    lesions: tuple[ListedLesion, ...]
    mm_per_px: float | None
    was_changed: bool = False
    """Whether there is a change that can be taken back."""

    @property
    def are_several(self) -> bool:
        """Say whether there is more than one."""
        return len(self.lesions) > 1

    @property
    def is_other_in_hand(self) -> bool:
        """Say whether the lesion in hand is not the one of interest."""
        return any(lesion.is_in_hand and not lesion.is_of_interest for lesion in self.lesions)
