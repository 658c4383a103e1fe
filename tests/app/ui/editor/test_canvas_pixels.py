"""The canvas looks as it did when its pictures were last looked at."""

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from models.contract.arrays import RgbImage
from tests.app.ui.editor.canvas_pictures import PICTURES, new_canvas, picture_of, stored_picture

MOST_LEVELS = 12
"""By which a channel may differ: another processor rounds the smoothing of lines otherwise."""
MOST_OTHER_SHARE = 0.002
"""Of pixels that may differ by more, 86 of them: half of what one pixel's move of the mask changes."""

pytestmark = pytest.mark.pixels


def other_share(found: RgbImage, expected: RgbImage) -> float:
    """Return the share of pixels that differ, in [0, 1]."""
    assert found.shape == expected.shape
    difference = np.abs(found.astype(np.int16) - expected).max(axis=2)
    return float((difference > MOST_LEVELS).mean())


@pytest.mark.parametrize("name", PICTURES)
def test_the_canvas_is_drawn_as_in_the_stored_picture(qtbot: QtBot, name: str) -> None:
    canvas = new_canvas()
    qtbot.addWidget(canvas.view)
    PICTURES[name](canvas)
    assert other_share(picture_of(canvas), stored_picture(name)) <= MOST_OTHER_SHARE


def test_a_mask_that_lies_one_pixel_aside_is_seen(qtbot: QtBot) -> None:
    canvas = new_canvas()
    qtbot.addWidget(canvas.view)
    mask = canvas.editor.current_mask()
    assert mask is not None
    canvas.editor.set_mask(np.roll(mask, 1, axis=1))
    assert other_share(picture_of(canvas), stored_picture("fitted")) > MOST_OTHER_SHARE


def test_no_two_pictures_are_alike() -> None:
    pictures = [stored_picture(name) for name in PICTURES]
    for place, one in enumerate(pictures):
        assert all(other_share(one, other) > MOST_OTHER_SHARE for other in pictures[:place])
