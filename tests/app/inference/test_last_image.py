import gc

import numpy as np

from app.inference.last_image import OfLastImage
from models.contract.arrays import RgbImage


def _image(*, is_writeable: bool = False) -> RgbImage:
    image = np.zeros((4, 5, 3), np.uint8)
    image.flags.writeable = is_writeable
    return image


def test_what_was_made_of_the_same_image_is_held() -> None:
    last, image = OfLastImage[str](), _image()
    last.hold(image, "input", "made")
    assert last.held(image, "input") == "made"
    assert last.held(image, "another input") is None
    assert last.held(_image(), "input") is None


def test_an_image_that_can_be_written_to_is_never_the_same() -> None:
    last, image = OfLastImage[str](), _image(is_writeable=True)
    last.hold(image, "input", "made")
    assert last.held(image, "input") is None


def test_the_image_itself_is_not_held() -> None:
    last = OfLastImage[str]()
    last.hold(_image(), "input", "made")
    gc.collect()
    assert last.held(_image(), "input") is None
