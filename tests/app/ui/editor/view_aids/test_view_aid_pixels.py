"""View aids as functions of arrays: each changes what it is meant to change, never what it is given."""

import cv2
import numpy as np
import pytest

from app.ui.editor.image_renderer import ImageRenderer
from app.ui.editor.sampling import ImagePyramid
from app.ui.editor.spaces import Placement
from app.ui.editor.view_aids.choice import Channel, ViewAids, with_next_channel
from app.ui.editor.view_aids.pixels import (
    aided,
    long_threads,
    single_channel,
    with_local_contrast,
    without_long_threads,
)
from models.contract.arrays import RgbImage
from models.contract.lesion.hair import hair_mask

SKIN = (214, 170, 150)
ALL = ViewAids(hair_reduced=True, colour_constant=True, local_contrast=True, channel=Channel.GREEN)


def skin(height: int = 200, width: int = 300) -> RgbImage:
    return np.full((height, width, 3), SKIN, dtype=np.uint8)


def hairy() -> RgbImage:
    image = skin()
    image[:, 120:123] = image[80:82] = (60, 45, 40)
    return image


def test_hair_is_painted_over_with_the_skin_beside_it() -> None:
    reduced = without_long_threads(hairy()).astype(int)
    assert np.abs(reduced - SKIN).max() <= 8


def test_dots_and_the_mesh_of_a_pigment_network_stay() -> None:
    dots, mesh = skin(), skin(400, 600)
    dots[90:94, 100:104] = dots[50:54, 180:186] = (60, 45, 40)
    angles = np.arange(6) * np.pi / 3 + np.pi / 6
    for row in range(12):
        for column in range(12):
            centre = np.array([150 + 17.3 * (column + row % 2 / 2), 100 + 15 * row])
            cell = centre + 10 * np.column_stack([np.cos(angles), np.sin(angles)])
            cv2.polylines(mesh, [np.rint(cell).astype(np.int32)], True, (120, 80, 60), 2)
    assert hair_mask(mesh).any()
    assert np.array_equal(without_long_threads(dots), dots)
    assert np.array_equal(without_long_threads(mesh), mesh)


def test_crossing_hair_is_found_however_dense_it_is() -> None:
    mask = np.zeros((200, 200), dtype=np.bool_)
    mask[::12] = mask[:, ::12] = True
    assert (long_threads(mask) & mask).sum() == mask.sum()


def test_colour_constancy_takes_the_tint_of_the_light_away_at_every_size() -> None:
    rng = np.random.default_rng(1)
    whole = (rng.integers(90, 120, (400, 600, 1)) * np.array([2.0, 1.6, 1.1])).astype(np.uint8)
    part = ImagePyramid(whole).copy_of_side(300)
    aids = ViewAids(colour_constant=True)
    means = aided(whole, aids, whole).mean(axis=(0, 1))
    assert np.ptp(means) < 3 < np.ptp(whole.mean(axis=(0, 1)))
    assert aided(part, aids, whole).mean(axis=(0, 1)) == pytest.approx(means, abs=1.0)


def test_local_contrast_spreads_lightness() -> None:
    rows, columns = np.indices((200, 300))
    faint = skin()
    faint[(rows // 8 + columns // 8) % 2 == 0] -= 6
    assert with_local_contrast(faint).std(axis=(0, 1)).mean() > 1.2 * faint.std(axis=(0, 1)).mean()


def test_a_single_channel_is_shown_in_grey() -> None:
    for channel, level in zip((Channel.RED, Channel.GREEN, Channel.BLUE), SKIN, strict=True):
        assert (single_channel(skin(), channel) == level).all()
    lightness = single_channel(skin(), Channel.LIGHTNESS)
    # L* of that sRGB colour is 73.4, of 100.
    assert lightness[0, 0].tolist() == [pytest.approx(73.4 * 2.55, abs=1.5)] * 3


def test_channels_follow_one_another_and_end_with_the_colour_image() -> None:
    seen, aids = [], ViewAids()
    for _turn in range(5):
        aids = with_next_channel(aids)
        seen.append(aids.channel)
    assert seen == [*Channel, None]


def test_the_image_that_is_given_stays_as_it_was() -> None:
    image = hairy()
    image.flags.writeable = False
    shown = aided(image, ALL, image)
    assert np.array_equal(image, hairy())
    assert shown.shape == image.shape
    assert not np.shares_memory(shown, image)


def test_work_stops_between_two_steps() -> None:
    def stop() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        aided(skin(), ALL, skin(), stop)


@pytest.mark.parametrize("side_px", [300, 75])
def test_aided_pixels_lie_exactly_over_the_image(side_px: int) -> None:
    image = skin()
    image[50:150, 100:200] = (90, 60, 50)
    renderer = ImageRenderer()
    renderer.show(image)
    pyramid = ImagePyramid(image, smallest_px=64)
    renderer.aided = ImagePyramid(255 - pyramid.copy_of_side(side_px))
    renderer.render(300, 200, Placement(1.0, 0, (0.0, 0.0)), 1.0)
    seen = renderer.pixels[..., 2::-1].astype(int)
    inside = np.zeros((200, 300), dtype=np.bool_)
    inside[56:144, 106:194] = True
    assert (seen[inside] == 255 - np.array((90, 60, 50))).all()
    assert (seen[:40] == 255 - np.array(SKIN)).all()
    assert renderer.image is not None
    assert np.array_equal(renderer.image.pixels, image)
    renderer.show(skin())
    assert renderer.aided is None
