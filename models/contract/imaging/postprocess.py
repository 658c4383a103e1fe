"""From a network's numbers back to the native image: the inverse of ``preprocess``."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import AttentionMap, BoolMask, ProbabilityMap
from models.contract.errors import UnusableOutputError
from models.contract.imaging.preprocess import Box, SegmenterGeometry
from models.contract.imaging.regions import one_region

_SATURATION = 80.0
"""Logits beyond this are exactly 0 or 1 in float32; clipping keeps exp() from overflowing."""

_LEAST_CONTRAST = 1e-6
"""Of a map's largest value: below it, what differs is rounding."""


def probability_map(
    logits: NDArray[np.floating], geometry: SegmenterGeometry, *, temperature: float = 1.0
) -> ProbabilityMap:
    """A segmenter's ``logits`` (h, w) as probabilities at the native size of the image.

    The logits are interpolated (bilinear), turned back and only then passed through the sigmoid,
    so that the boundary runs where the interpolated logit is zero.

    Raises:
        UnusableOutputError: a logit is not a finite number.
    """
    if not np.isfinite(logits).all():
        raise UnusableOutputError(
            "The model returned values that are not numbers for this image, so no boundary can be shown."
        )
    height, width = geometry.native_height_px, geometry.native_width_px
    upright = (width, height) if geometry.is_turned else (height, width)
    native = cv2.resize(
        np.ascontiguousarray(logits, dtype=np.float32),
        (upright[1], upright[0]),
        interpolation=cv2.INTER_LINEAR,
    )
    turned_back = np.rot90(native, k=-1) if geometry.is_turned else native
    return _sigmoid(turned_back.astype(np.float32), _checked(temperature))


def lesion_mask(probability: ProbabilityMap, threshold: float) -> BoolMask:
    """The lesion at ``threshold``: the largest region without holes, (H, W) bool, maybe empty."""
    return one_region(np.asarray(probability >= threshold, dtype=np.bool_))


def calibrated_probability(logit: float, temperature: float) -> float:
    """The probability that a classifier's ``logit`` stands for after temperature scaling.

    Raises:
        UnusableOutputError: the logit is not a finite number.
    """
    if not math.isfinite(logit):
        raise UnusableOutputError(
            "The model returned a value that is not a number for this image, so no score can be shown."
        )
    scaled = logit / _checked(temperature)
    if scaled >= 0:
        return 1.0 / (1.0 + math.exp(-scaled))
    return math.exp(scaled) / (1.0 + math.exp(scaled))


def for_display(relevance: NDArray[np.floating], *, is_signed: bool) -> NDArray[np.float32]:
    """A token map of any magnitude on the scale of its colours: [0, 1], or [-1, 1] around an unmoved zero.

    Networks give relevance in their own units (often hundredths of a logit). Values beyond the 1st and
    99th percentile are clipped, so that one outlier does not dim the rest; a constant map becomes zero.
    """
    low, high = np.percentile(relevance, [1.0, 99.0])
    clipped = np.clip(relevance, low, high).astype(np.float32)
    offset, span = (0.0, max(abs(low), abs(high))) if is_signed else (low, high - low)
    if not span > _LEAST_CONTRAST * max(abs(low), abs(high)):
        return np.zeros_like(clipped)
    return np.asarray((clipped - np.float32(offset)) / np.float32(span), dtype=np.float32)


def place_on_image(relevance: NDArray[np.floating], box: Box, shape: tuple[int, ...]) -> AttentionMap:
    """A classifier's token map (s, s) laid back on its crop, (H, W) float32, zero elsewhere."""
    height, width = shape[:2]
    placed = np.zeros((height, width), dtype=np.float32)
    top, bottom = max(box.top, 0), min(box.bottom, height)
    left, right = max(box.left, 0), min(box.right, width)
    if top >= bottom or left >= right:
        return placed
    enlarged = cv2.resize(
        np.ascontiguousarray(relevance, dtype=np.float32),
        (box.width, box.height),
        interpolation=cv2.INTER_LINEAR,
    )
    placed[top:bottom, left:right] = enlarged[
        top - box.top : bottom - box.top, left - box.left : right - box.left
    ]
    return placed


def _sigmoid(logits: NDArray[np.float32], temperature: float) -> ProbabilityMap:
    exponent = np.clip(logits, -_SATURATION * temperature, _SATURATION * temperature)
    exponent /= np.float32(-temperature)
    np.exp(exponent, out=exponent)
    exponent += np.float32(1.0)
    return np.reciprocal(exponent, out=exponent)


def _checked(temperature: float) -> float:
    if not (math.isfinite(temperature) and temperature > 0):
        msg = f"a temperature is a positive number, not {temperature}"
        raise ValueError(msg)
    return temperature
