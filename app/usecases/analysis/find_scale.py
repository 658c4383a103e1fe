"""Looks for a printed ruler in a stored image; what it finds is stored only once a person agrees."""

from app.domain.ids import ImageId
from app.usecases.services import Services
from models.contract.imaging.printed_scale import PrintedScale, find_printed_scale


def find_scale(services: Services, image_id: ImageId) -> PrintedScale | None:
    """Return the printed ruler in the upright pixels of an image, None when there is no clear one."""
    with services.store.reading() as work:
        image = work.cases.case(image_id).image
    return find_printed_scale(services.arrays.pixels(image))
