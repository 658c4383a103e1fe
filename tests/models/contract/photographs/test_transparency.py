from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from models.contract.photographs.reader import read_photograph

Pixels = NDArray[np.uint8]
Encode = Callable[..., bytes]
FORMATS = {"PNG": {}, "TIFF": {}, "WEBP": {"lossless": True, "exact": True}}


@pytest.mark.parametrize("decoder", FORMATS)
@pytest.mark.parametrize("value", [0, 1, 128, 255])
def test_an_alpha_of_one_value_everywhere_hides_nothing(
    skin: Pixels, encoded: Encode, decoder: str, value: int
) -> None:
    alpha = np.full(skin.shape[:2], value, np.uint8)
    content = encoded(np.dstack([skin, alpha]), decoder, **FORMATS[decoder])
    assert np.array_equal(read_photograph(content).pixels, skin)


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_where_the_colour_stands_that_a_png_declares_transparent_it_is_white(
    skin: Pixels, encoded: Encode, mode: str
) -> None:
    stored = skin if mode == "RGB" else skin[..., 0].copy()
    stored[:25, :25] = 0
    key = (0, 0, 0) if mode == "RGB" else 0
    pixels = read_photograph(encoded(stored, "PNG", transparency=key)).pixels
    assert (pixels[:25, :25] == 255).all()
    expected = stored if mode == "RGB" else np.dstack([stored] * 3)
    assert np.array_equal(pixels[25:], expected[25:])


@pytest.mark.parametrize("decoder", FORMATS)
def test_a_selection_over_a_whole_picture_whitens_nothing(
    skin: Pixels, encoded: Encode, decoder: str
) -> None:
    alpha = np.zeros(skin.shape[:2], np.uint8)
    alpha[20:60, 20:70] = 255
    photograph = read_photograph(encoded(np.dstack([skin, alpha]), decoder, **FORMATS[decoder]))
    assert np.array_equal(photograph.pixels, skin)
    assert "selection" in dict(photograph.provenance)["transparency"]


@pytest.mark.parametrize("decoder", FORMATS)
@pytest.mark.parametrize("hidden", [0, 90, 255])
def test_corners_without_a_picture_become_white(
    skin: Pixels, encoded: Encode, decoder: str, hidden: int
) -> None:
    alpha = np.full(skin.shape[:2], 255, np.uint8)
    alpha[:25, :25] = 0
    colours = np.where(alpha[..., None] > 0, skin, np.uint8(hidden))
    pixels = read_photograph(encoded(np.dstack([colours, alpha]), decoder, **FORMATS[decoder])).pixels
    assert (pixels[:25, :25] == 255).all()
    assert np.array_equal(pixels[25:], skin[25:])
