"""Pictures for reports and exports: boundary and heat drawn on images, and files without metadata."""

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from app.usecases.analysis.colour_scales import CASING_RGB, LINE_RGB, ColourScale, lesion_rgb
from app.usecases.exports.exporter import CaseFile
from models.contract.arrays import AttentionMap, BoolMask, RgbImage

_HEAT_OPACITY = 0.62
_JPEG_QUALITY = 92
_PNG = [cv2.IMWRITE_PNG_COMPRESSION, 2]
_BILEVEL_PNG = [cv2.IMWRITE_PNG_COMPRESSION, 4, cv2.IMWRITE_PNG_BILEVEL, 1]


def colour_bar(scale: ColourScale, width_px: int, height_px: int) -> RgbImage:
    """Return the bar of a scale, lowest value at the left, over white."""
    levels = np.linspace(0, 255, width_px).round().astype(np.uint8)
    row = _laid_over(scale, levels, np.full((width_px, 3), 255, np.uint8))
    return np.tile(row[None], (height_px, 1, 1))


def reduced(pixels: RgbImage, side_px: int) -> RgbImage:
    """Return the image with its longer side at most ``side_px``."""
    return pixels if max(pixels.shape[:2]) <= side_px else drawable(pixels, side_px)


def drawable(pixels: RgbImage, side_px: int) -> RgbImage:
    """Return the image with its longer side ``side_px``, enlarged if need be so that lines on it are fine."""
    height_px, width_px = pixels.shape[:2]
    scale = side_px / max(height_px, width_px)
    size = (max(1, round(width_px * scale)), max(1, round(height_px * scale)))
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cast("RgbImage", cv2.resize(pixels, size, interpolation=interpolation))


def with_boundaries(pixels: RgbImage, file: CaseFile) -> RgbImage:
    """Return a copy of an image of any size with the outlines of its lesions, each in its colour.

    Where there are several, the lines of those beside the one of interest are half as wide, and each has its
    number above it.
    """
    drawn = pixels.copy()
    for shown in reversed(file.lesions):
        if shown.mask.any():
            colour = lesion_rgb(shown.number)
            drawn = with_boundary(drawn, shown.mask, colour, width=1.0 if shown.is_of_interest else 0.5)
            if file.has_other_lesions:
                _write_number(drawn, shown.number, shown.mask, colour)
    return drawn


def _write_number(drawn: RgbImage, number: int, mask: BoolMask, colour: tuple[int, int, int]) -> None:
    """Write a number above the highest place of a mask of any size, in the image."""
    height_px, width_px = drawn.shape[:2]
    row = int(np.flatnonzero(mask.any(axis=1))[0])
    x = float(np.flatnonzero(mask[row]).mean()) * width_px / mask.shape[1]
    size = max(height_px, width_px) / 1000
    (wide, high), _ = cv2.getTextSize(str(number), cv2.FONT_HERSHEY_SIMPLEX, size, 1)
    left = min(max(round(x - wide / 2), 0), max(width_px - wide, 0))
    bottom = max(round(row * height_px / mask.shape[0]) - high // 2, high + 1)
    for ink, line_px in ((CASING_RGB, 3), (colour, 1)):
        thick = max(1, round(line_px * 2 * size))
        cv2.putText(
            drawn, str(number), (left, bottom), cv2.FONT_HERSHEY_SIMPLEX, size, ink, thick, cv2.LINE_AA
        )


def with_boundary(
    pixels: RgbImage, mask: BoolMask, line_rgb: tuple[int, int, int] = LINE_RGB, *, width: float = 1.0
) -> RgbImage:
    """Return a copy of an image with the outline of a mask of any size, holes included."""
    height_px, width_px = pixels.shape[:2]
    shrinks = mask.size > height_px * width_px
    interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    share = cv2.resize(mask.astype(np.float32), (width_px, height_px), interpolation=interpolation)
    inside = (share >= 0.5).astype(np.uint8)
    outlines, _ = cv2.findContours(inside, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    line_px = max(1, round(width * max(height_px, width_px) / 400))
    drawn = pixels.copy()
    cv2.drawContours(drawn, outlines, -1, CASING_RGB, line_px + 2, cv2.LINE_AA)
    cv2.drawContours(drawn, outlines, -1, line_rgb, line_px, cv2.LINE_AA)
    return drawn


def with_heat(pixels: RgbImage, attention: AttentionMap, scale: ColourScale) -> RgbImage:
    """Return an image with an attention map of any size laid over it."""
    height_px, width_px = pixels.shape[:2]
    fitted = cv2.resize(attention, (width_px, height_px), interpolation=cv2.INTER_LINEAR)
    return _laid_over(scale, scale.levels(np.nan_to_num(fitted)), pixels)


def _laid_over(scale: ColourScale, levels: NDArray[np.uint8], ground: NDArray[np.uint8]) -> RgbImage:
    opacity = (scale.strength * np.float32(_HEAT_OPACITY))[levels][..., None]
    laid: RgbImage = np.rint(scale.bgr[levels][..., ::-1] * opacity + ground * (1 - opacity)).astype(np.uint8)
    return laid


def jpeg(pixels: RgbImage) -> bytes:
    """Return a JPEG without metadata."""
    bgr = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    return cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])[1].tobytes()


def image_png(pixels: RgbImage) -> bytes:
    """Return a lossless PNG without metadata."""
    return cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), _PNG)[1].tobytes()


def mask_png(mask: BoolMask) -> bytes:
    """Return a 1-bit PNG; white is inside."""
    return cv2.imencode(".png", mask.astype(np.uint8) * np.uint8(255), _BILEVEL_PNG)[1].tobytes()


def grey_png(levels: NDArray[np.uint8] | NDArray[np.uint16]) -> bytes:
    """Return an (H, W) uint8 or uint16 array as a greyscale PNG of 8 or 16 bits without metadata."""
    return cv2.imencode(".png", levels, _PNG)[1].tobytes()
