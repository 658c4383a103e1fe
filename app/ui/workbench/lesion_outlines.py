"""The stored outlines of the lesions of an open image, as the canvas takes them."""

from dataclasses import dataclass

from app.domain.case import Case
from app.domain.mask import area_px
from app.usecases.cases.show_image import ShownImage
from models.contract.arrays import BoolMask


@dataclass(frozen=True, eq=False)
class LesionOutline:
    """A lesion with the outline that is stored of it."""

    number: int
    name: str
    mask: BoolMask | None
    """(H, W) bool; None for a lesion of interest without a boundary."""
    area_px: int
    """Of that mask."""
    source: str
    """What tells this outline from an earlier one of the lesion."""
    is_of_interest: bool


def outlines_of(
    case: Case, mask: BoolMask | None, other_masks: tuple[BoolMask, ...]
) -> dict[int, LesionOutline]:
    """Return the lesions of an image by their numbers, in order."""
    lesions = case.lesions
    found = [
        LesionOutline(
            lesions.of_interest,
            lesions.name_of_interest,
            mask,
            0 if mask is None else area_px(mask),
            str(case.mask_source or ""),
            is_of_interest=True,
        )
    ]
    found += [
        LesionOutline(
            lesion.number, lesion.name, outline, lesion.area_px, str(lesion.mask), is_of_interest=False
        )
        for lesion, outline in zip(lesions.others, other_masks, strict=True)
    ]
    return {outline.number: outline for outline in sorted(found, key=lambda one: one.number)}


def lesion_to_show(shown: ShownImage) -> int:
    """Return which lesion of a newly opened image is taken in hand: the one of interest.

    Another one only where its drawing waits in the journal, and that of the lesion of interest does not.
    """
    lesions, waiting = shown.case.lesions, shown.unfinished_lesions
    if lesions.of_interest in waiting:
        return lesions.of_interest
    return next((number for number in waiting if number in lesions.numbers), lesions.of_interest)
