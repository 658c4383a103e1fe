"""How unlike a model's training images an image is, from a few numbers about colour, detail and framing.

The distance is Mahalanobis', as for unfamiliar inputs in Lee et al., NeurIPS 2018 (there of a network's
features; here of measurements with names, so that a card tells nothing about a single training image).
"""

from typing import Annotated, Final, Self

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, model_validator

from models.contract.arrays import BoolMask, RgbImage
from models.contract.imaging.preprocess import resized
from models.contract.lesion.colour import lab

DESCRIPTION: Final = "colour, detail and framing at 128 px, version 1"
"""Names the measurements below; statistics of others cannot be compared with them."""

LEAST_IMAGES: Final = 50
"""Fewer images than this describe nothing."""

_LONGER_SIDE_PX: Final = 128
_DARK_LEVEL: Final = 40
_SHRINKAGE: Final = 0.05
"""Share by which correlations are drawn towards none, so that the covariance can be inverted."""
_LEAST_VARIANCE: Final = 1e-6
_POINTS: Final = 101

_COUNT: Final = 16
"""Means and deviations of L*, a*, b* in the centre and the rim, and four about detail and framing."""

_Row = Annotated[tuple[FiniteFloat, ...], Field(min_length=_COUNT, max_length=_COUNT)]


class ReferenceStatistics(BaseModel):
    """What a model's training images are like, together."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    description: str
    images: int = Field(ge=LEAST_IMAGES)
    mean: _Row
    covariance: Annotated[tuple[_Row, ...], Field(min_length=_COUNT, max_length=_COUNT)]
    distance_quantiles: Annotated[tuple[FiniteFloat, ...], Field(min_length=_POINTS, max_length=_POINTS)]
    """Mahalanobis distances of the training images at 0, 1, ... 100 %."""

    @model_validator(mode="after")
    def _is_a_distribution(self) -> Self:
        covariance = np.asarray(self.covariance)
        if not np.allclose(covariance, covariance.T) or np.linalg.eigvalsh(covariance).min() <= 0:
            msg = "the covariance is not one"
            raise ValueError(msg)
        if np.diff(self.distance_quantiles).min() < 0:
            msg = "the quantiles fall"
            raise ValueError(msg)
        return self


def description_of(image: RgbImage, mask: BoolMask) -> NDArray[np.float64]:
    """The measurements (16,) of an image (H, W, 3) and its lesion (H, W) bool, which may be empty."""
    height, width = image.shape[:2]
    scale = min(1.0, _LONGER_SIDE_PX / max(height, width))
    size = {"height_px": max(1, round(height * scale)), "width_px": max(1, round(width * scale))}
    small = resized(image, **size).astype(np.uint8, copy=False)
    lesion = resized(mask.astype(np.float32), **size).astype(np.float32, copy=False)
    is_central = _central(small.shape)
    colour = lab(small)
    dark_share = float((small.max(axis=2) < _DARK_LEVEL).mean())
    grey = cv2.cvtColor(np.ascontiguousarray(small), cv2.COLOR_RGB2GRAY)
    sharpness = float(cv2.Laplacian(grey, cv2.CV_64F).var())
    framing = [np.sqrt(dark_share), np.log1p(sharpness), np.sqrt(lesion.mean()), _off_centre(lesion)]
    return np.array([*_colours(colour[is_central]), *_colours(colour[~is_central]), *framing], np.float64)


def statistics_of(descriptions: NDArray[np.float64]) -> ReferenceStatistics:
    """What training images with these descriptions (N, 16) are like; raises ValueError when N is small."""
    if len(descriptions) < LEAST_IMAGES:
        msg = f"{len(descriptions)} images are too few to describe what training images are like"
        raise ValueError(msg)
    mean = descriptions.mean(axis=0)
    covariance = np.cov(descriptions, rowvar=False)
    variances = np.diag(np.maximum(np.diag(covariance), _LEAST_VARIANCE))
    shrunk = (1.0 - _SHRINKAGE) * covariance + _SHRINKAGE * variances
    distances = [_distance(each, mean, shrunk) for each in descriptions]
    return ReferenceStatistics(
        description=DESCRIPTION,
        images=len(descriptions),
        mean=_row(mean),
        covariance=tuple(_row(row) for row in shrunk),
        distance_quantiles=_row(np.quantile(distances, np.linspace(0.0, 1.0, _POINTS))),
    )


def atypicality(image: RgbImage, mask: BoolMask, statistics: ReferenceStatistics) -> float | None:
    """The share of training images that are more typical, in [0, 1]; None for other measurements."""
    if statistics.description != DESCRIPTION:
        return None
    distance = _distance(
        description_of(image, mask), np.asarray(statistics.mean), np.asarray(statistics.covariance)
    )
    return float(np.interp(distance, statistics.distance_quantiles, np.linspace(0.0, 1.0, _POINTS)))


def _distance(
    description: NDArray[np.float64], mean: NDArray[np.float64], covariance: NDArray[np.float64]
) -> float:
    away = description - mean
    return float(np.sqrt(away @ np.linalg.solve(covariance, away)))


def _central(shape: tuple[int, ...]) -> BoolMask:
    """The ellipse that reaches half way to each side of the frame, which leaves dark corners out."""
    rows, columns = np.linspace(-1.0, 1.0, shape[0]), np.linspace(-1.0, 1.0, shape[1])
    return np.asarray(rows[:, None] ** 2 + columns[None, :] ** 2 <= 0.25, dtype=np.bool_)


def _colours(pixels: NDArray[np.float32]) -> tuple[float, ...]:
    """Means and standard deviations of L*, a*, b* of some pixels (N, 3); zero for none."""
    if not len(pixels):
        return (0.0,) * 6
    return (*pixels.mean(axis=0, dtype=np.float64), *pixels.std(axis=0, dtype=np.float64))


def _off_centre(lesion: NDArray[np.float32]) -> float:
    """Distance of the lesion's centroid from the middle of the frame, 1 = half its diagonal."""
    total = float(lesion.sum())
    if total == 0.0:
        return 0.0
    height, width = lesion.shape
    row = float(lesion.sum(axis=1) @ np.arange(height)) / total + 0.5 - height / 2
    column = float(lesion.sum(axis=0) @ np.arange(width)) / total + 0.5 - width / 2
    return float(np.hypot(row, column) / np.hypot(height / 2, width / 2))


def _row(values: NDArray[np.float64]) -> tuple[float, ...]:
    """Rounded to what a card needs."""
    return tuple(float(f"{value:.9g}") for value in values)
