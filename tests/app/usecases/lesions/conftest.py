from pathlib import Path

import numpy as np
import pytest

from app.domain.case import Case
from app.domain.ids import ImageId
from app.usecases.corrections.correct_mask import correct_mask
from app.usecases.services import Services
from models.contract.arrays import BoolMask
from tests.builders import a_case, a_mask

LEFT, RIGHT = (30, 48), (96, 48)
"""Middles of two lesions, (x, y)."""


def disc(at_xy: tuple[int, int], radius_px: int = 12) -> BoolMask:
    return a_mask(radius_px=radius_px, at_xy=at_xy)


def case_of(services: Services, image_id: ImageId) -> Case:
    with services.store.reading() as work:
        return work.cases.case(image_id)


def valid_mask(services: Services, image_id: ImageId) -> BoolMask:
    mask = services.arrays.valid_mask(case_of(services, image_id))
    assert mask is not None
    return mask


def other_mask(services: Services, image_id: ImageId, number: int) -> BoolMask:
    lesion = case_of(services, image_id).lesions.other(number)
    assert lesion is not None
    return services.arrays.mask(lesion.mask)


@pytest.fixture
def image_id(services: Services, tmp_path: Path) -> ImageId:
    """An image whose corrected boundary has two regions, the left one larger."""
    found = a_case(services, tmp_path)
    correct_mask(services, found, np.asarray(disc(LEFT, 14) | disc(RIGHT)))
    return found
