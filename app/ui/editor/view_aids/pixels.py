"""What the view aids do to pixels that are shown; the image they are given stays as it is.

What depends on the whole image (where hair lies, the tint of the light) is found on a copy of fixed size, so
that colours do not change when a person zooms, and a large image costs little more than a small one.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ui.editor.view_aids.choice import Channel, ViewAids
from models.contract.arrays import BoolMask, RgbImage
from models.contract.imaging.colour_constancy import light_gains
from models.contract.lesion.hair import hair_mask

_FOUND_AT_SIDE_PX = 1024
"""Longer side of the copy on which hair and light are looked for."""
_LONG_SHARE = 0.08
"""Of the longer side: a hair is at least so long, dots and short streaks of a lesion are not."""
_THIN_SHARE = 0.012
"""Of the longer side: a single thread is not wider on average."""
_SPARSE_SHARE = 0.15
"""Of its bounding box: what threads that cross cover at most; the mesh of a pigment network covers more."""
_STRAIGHT_SHARE, _DIRECTIONS = 0.05, 16
"""Of the longer side: so long a straight part is of a hair, too, in one of so many directions."""
_INPAINT_RADIUS_PX = 3
_CLIP_LIMIT = 2.0
_TILES = (8, 8)


@dataclass(frozen=True, slots=True)
class _HairFill:
    """Colours (h, w, 3) uint8 to paint hair over with, and how strongly (h, w) uint8, 255 on a hair."""

    colours: RgbImage
    strength: NDArray[np.uint8]


def aided(
    image: RgbImage, aids: ViewAids, whole: RgbImage, between: Callable[[], None] = lambda: None
) -> RgbImage:
    """Return an image (H, W, 3) uint8 as view aids show it.

    ``whole`` (h, w, 3) uint8 is the same image, at a size of at least 1024 px if it has as many; ``between``
    is called between the steps and may raise to stop.
    """
    found_on = _shrunk(whole) if aids.hair_reduced or aids.colour_constant else whole
    if aids.hair_reduced:
        image = _painted_over(image, _hair_fill(found_on))
        between()
    if aids.colour_constant:
        image = multiplied(image, light_gains(found_on))
        between()
    if aids.local_contrast:
        image = with_local_contrast(image)
        between()
    return image if aids.channel is None else single_channel(image, aids.channel)


def without_long_threads(image: RgbImage) -> RgbImage:
    """Return an image (H, W, 3) uint8 with hair painted over by the skin beside it (Telea 2004)."""
    return _painted_over(image, _hair_fill(_shrunk(image)))


def multiplied(image: RgbImage, gains: NDArray[np.float64]) -> RgbImage:
    """Return an image (H, W, 3) uint8 whose channels are multiplied by ``gains`` (3,), cut at 255."""
    table = np.clip(np.rint(np.arange(256)[:, None] * gains), 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(image, table[None]), dtype=np.uint8)


def with_local_contrast(image: RgbImage) -> RgbImage:
    """Return an image (H, W, 3) uint8 whose lightness is spread part by part (CLAHE); hue stays."""
    lightness, *colours = cv2.split(cv2.cvtColor(image, cv2.COLOR_RGB2LAB))
    spread = cv2.createCLAHE(_CLIP_LIMIT, _TILES).apply(lightness)
    return np.asarray(cv2.cvtColor(cv2.merge([spread, *colours]), cv2.COLOR_LAB2RGB), dtype=np.uint8)


def single_channel(image: RgbImage, channel: Channel) -> RgbImage:
    """Return one channel of an image (H, W, 3) uint8 as shades of grey, (H, W, 3) uint8."""
    if channel is Channel.LIGHTNESS:
        grey = cv2.extractChannel(cv2.cvtColor(image, cv2.COLOR_RGB2LAB), 0)
    else:
        grey = cv2.extractChannel(image, (Channel.RED, Channel.GREEN, Channel.BLUE).index(channel))
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), dtype=np.uint8)


def long_threads(mask: BoolMask) -> BoolMask:
    """Return of a mask (H, W) bool the long thin parts: hair, alone or crossing, and no pigment network."""
    side_px = max(mask.shape)
    _count, labels, stats, _centres = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=8)
    width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    area, length = stats[:, cv2.CC_STAT_AREA], np.hypot(width, height)
    is_thread = (area <= _THIN_SHARE * side_px * length) | (area <= _SPARSE_SHARE * width * height)
    kept = (length >= _LONG_SHARE * side_px) & is_thread
    kept[0] = False
    # Where much hair crosses, all of it is one dense component: its straight parts tell it from a network.
    return np.asarray(kept[labels], dtype=np.bool_) | _straight_parts(mask)


def _straight_parts(mask: BoolMask) -> BoolMask:
    """What of a mask (H, W) a straight line of some length fits into, whatever its direction."""
    reach_px = max(2, round(_STRAIGHT_SHARE * max(mask.shape) / 2))
    values = mask.view(np.uint8)
    found = np.zeros_like(values)
    for angle in np.arange(_DIRECTIONS) * np.pi / _DIRECTIONS:
        x, y = round(reach_px * np.cos(angle)), round(reach_px * np.sin(angle))
        line = np.zeros((2 * reach_px + 1, 2 * reach_px + 1), dtype=np.uint8)
        cv2.line(line, (reach_px - x, reach_px - y), (reach_px + x, reach_px + y), 1)
        found |= cv2.morphologyEx(values, cv2.MORPH_OPEN, line).astype(np.uint8, copy=False)
    return found.view(np.bool_)


def _hair_fill(image: RgbImage) -> _HairFill:
    # The rims of a thread are half as dark as it is.
    threads = cv2.dilate(
        long_threads(hair_mask(image)).view(np.uint8), np.ones((3, 3), np.uint8), iterations=2
    )
    colours = cv2.inpaint(image, threads, _INPAINT_RADIUS_PX, cv2.INPAINT_TELEA)
    strength = cv2.blur(threads * np.uint8(255), (3, 3))
    return _HairFill(np.asarray(colours, dtype=np.uint8), np.asarray(strength, dtype=np.uint8))


def _painted_over(image: RgbImage, fill: _HairFill) -> RgbImage:
    if not fill.strength.any():
        return image
    size = (image.shape[1], image.shape[0])
    colours = cv2.resize(fill.colours, size, interpolation=cv2.INTER_LINEAR)
    share = cv2.resize(fill.strength, size, interpolation=cv2.INTER_LINEAR).astype(np.float32) / 255
    return np.asarray(cv2.blendLinear(colours, image, share, 1 - share), dtype=np.uint8)


def _shrunk(image: RgbImage) -> RgbImage:
    height, width = image.shape[:2]
    share = _FOUND_AT_SIDE_PX / max(height, width)
    if share >= 1:
        return image
    size = (max(1, round(width * share)), max(1, round(height * share)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
