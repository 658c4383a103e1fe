"""The image of a case with its boundary, as soon as it can be shown; ``open_case`` brings the rest."""

from dataclasses import dataclass

from app.domain.case import Case
from app.domain.ids import ImageId
from app.usecases.corrections.unfinished_work import unfinished_lesions
from app.usecases.services import Services
from models.contract.arrays import BoolMask, RgbImage


@dataclass(frozen=True, slots=True)
class ShownImage:
    """What a person looks at first."""

    case: Case
    pixels: RgbImage
    mask: BoolMask | None
    """The valid mask: the newest revision's, else the predicted one."""
    other_masks: tuple[BoolMask, ...] = ()
    """Of the lesions beside the one of interest, in their order."""
    unfinished_lesions: tuple[int, ...] = ()
    """Numbers of the lesions of which drawings wait in the journal."""


def show_image(services: Services, image_id: ImageId) -> ShownImage:
    """Return a case with its pixels and valid mask, without measuring anything."""
    with services.store.reading() as work:
        case = work.cases.case(image_id)
    arrays = services.arrays
    return ShownImage(
        case,
        arrays.pixels(case.image),
        arrays.valid_mask(case),
        arrays.other_masks(case),
        unfinished_lesions(services, image_id),
    )
