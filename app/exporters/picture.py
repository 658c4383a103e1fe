"""Pictures for reports and exports: boundary and heat drawn on images, and files without metadata."""

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import AttentionMap, BoolMask, RgbImage

_LINE_RGB = (255, 225, 70)
_CASING_RGB = (16, 18, 24)
_HEAT_OPACITY = 0.62
_JPEG_QUALITY = 92
_PNG = [cv2.IMWRITE_PNG_COMPRESSION, 2]
_BILEVEL_PNG = [cv2.IMWRITE_PNG_COMPRESSION, 4, cv2.IMWRITE_PNG_BILEVEL, 1]


@dataclass(frozen=True, slots=True)
class HeatScale:
    """The colours of an attention map; the same as on the screen."""

    rgb: NDArray[np.uint8]
    """(256, 3) uint8, from the lowest to the highest value."""
    opacity: NDArray[np.float32]
    """(256,) float32 in [0, 1]."""
    lowest: float
    highest: float

    def bar(self, width_px: int, height_px: int) -> RgbImage:
        """Return the colour bar, lowest value at the left, over white."""
        levels = np.linspace(0, 255, width_px).round().astype(np.uint8)
        opacity = self.opacity[levels][:, None]
        row = self.rgb[levels] * opacity + 255 * (1 - opacity)
        return np.tile(row.round().astype(np.uint8)[None], (height_px, 1, 1))


def heat_scale(*, is_signed: bool) -> HeatScale:
    """Return inferno for unsigned maps, and blue (against) to orange (in favour) for signed ones."""
    ramp = np.linspace(-1 if is_signed else 0, 1, 256, dtype=np.float32)
    if not is_signed:
        bgr = cv2.applyColorMap(np.arange(256, dtype=np.uint8)[:, None], cv2.COLORMAP_INFERNO)[:, 0]
        opacity = np.clip((ramp - 0.04) * 2, 0, 1) * _HEAT_OPACITY
        return HeatScale(bgr[:, ::-1].astype(np.uint8), opacity.astype(np.float32), 0.0, 1.0)
    pole = np.where(ramp[:, None] < 0, (10, 90, 190), (230, 100, 10))
    rgb = 240 + (pole - 240) * np.abs(ramp[:, None])
    opacity = np.clip(np.abs(ramp) * 1.6, 0, 1) * _HEAT_OPACITY
    return HeatScale(rgb.round().astype(np.uint8), opacity.astype(np.float32), -1.0, 1.0)


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


def with_boundary(pixels: RgbImage, mask: BoolMask) -> RgbImage:
    """Return a copy of an image with the outline of a mask of any size, holes included."""
    height_px, width_px = pixels.shape[:2]
    shrinks = mask.size > height_px * width_px
    interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    share = cv2.resize(mask.astype(np.float32), (width_px, height_px), interpolation=interpolation)
    inside = (share >= 0.5).astype(np.uint8)
    outlines, _ = cv2.findContours(inside, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    line_px = max(1, round(max(height_px, width_px) / 400))
    drawn = pixels.copy()
    cv2.drawContours(drawn, outlines, -1, _CASING_RGB, line_px + 2, cv2.LINE_AA)
    cv2.drawContours(drawn, outlines, -1, _LINE_RGB, line_px, cv2.LINE_AA)
    return drawn


def with_heat(pixels: RgbImage, attention: AttentionMap, scale: HeatScale) -> RgbImage:
    """Return an image with an attention map of any size laid over it."""
    height_px, width_px = pixels.shape[:2]
    fitted = cv2.resize(attention, (width_px, height_px), interpolation=cv2.INTER_LINEAR)
    share = (np.clip(fitted, scale.lowest, scale.highest) - scale.lowest) / (scale.highest - scale.lowest)
    levels = np.rint(np.nan_to_num(share) * 255).astype(np.uint8)
    opacity = scale.opacity[levels][..., None]
    heated: RgbImage = np.rint(scale.rgb[levels] * opacity + pixels * (1 - opacity)).astype(np.uint8)
    return heated


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
