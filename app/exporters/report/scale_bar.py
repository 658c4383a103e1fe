"""A bar of a round length in millimetres, drawn into the corner of a picture."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

import resources
from app.domain.figures import unbroken
from app.translation import _
from models.contract.arrays import RgbImage

_LENGTHS_MM = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
_MOST_SHARE = 1 / 3
"""Of the picture's width."""
_LIGHT, _DARK = (255, 255, 255), (16, 18, 24)


def bar_length_mm(width_px: float, mm_per_px: float) -> float:
    """Return the longest round length that takes at most a third of a width."""
    most_mm = width_px * mm_per_px * _MOST_SHARE
    return max((length for length in _LENGTHS_MM if length <= most_mm), default=_LENGTHS_MM[0])


def with_scale_bar(pixels: RgbImage, mm_per_px: float) -> RgbImage:
    """Return a copy of an image (H, W, 3) uint8 with a bar and its length at the bottom left."""
    height_px, width_px = pixels.shape[:2]
    length_mm = bar_length_mm(width_px, mm_per_px)
    length_px = round(length_mm / mm_per_px)
    thick_px = max(3, round(width_px / 90))
    left_px, bottom_px = round(width_px * 0.04), height_px - round(height_px * 0.05)
    drawn = Image.fromarray(pixels)
    pen = ImageDraw.Draw(drawn)
    pen.rectangle((left_px, bottom_px - thick_px, left_px + length_px, bottom_px), fill=_LIGHT, outline=_DARK)
    pen.text(
        (left_px, bottom_px - round(2.4 * thick_px)),
        unbroken(_("{length_mm:g} mm").format(length_mm=length_mm)),
        fill=_LIGHT,
        stroke_fill=_DARK,
        stroke_width=max(1, thick_px // 3),
        anchor="ls",
        font=ImageFont.truetype(resources.path("fonts", "DejaVuSans-Bold.ttf"), max(12, width_px // 20)),
    )
    return np.asarray(drawn)
