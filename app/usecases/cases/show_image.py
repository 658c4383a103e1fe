"""The image of a case with its boundary, as soon as it can be shown; ``open_case`` brings the rest."""

from dataclasses import dataclass

from app.domain.case import Case
from app.domain.ids import ImageId
from app.usecases.services import Services
from models.contract.arrays import BoolMask, RgbImage


@dataclass(frozen=True, slots=True)
class ShownImage:
    """What a person looks at first."""

    case: Case
    pixels: RgbImage
    mask: BoolMask | None
    """The valid mask: the newest revision's, else the predicted one."""


def show_image(services: Services, image_id: ImageId) -> ShownImage:
    """Return a case with its pixels and valid mask, without measuring anything."""
    with services.store.reading() as work:
        case = work.cases.case(image_id)
    return ShownImage(case, services.arrays.pixels(case.image), services.arrays.valid_mask(case))
