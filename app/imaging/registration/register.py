"""Two photographs of one lesion brought into one frame: common points, then brightness, then judged."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.domain.followup.image_transform import ImageTransform
from app.domain.followup.registration import RefusalReason, Registration, RegistrationRefusedError
from app.imaging.registration.brightness_fit import correlation, evened, fitted_to_brightness
from app.imaging.registration.common_points import CommonPoints, common_points, features_of
from app.imaging.registration.usable_skin import usable_skin
from models.contract.arrays import BoolMask, RgbImage

WORKING_SIDE_PX: Final = 640
"""Every photograph is compared at this longer side, smaller ones enlarged."""
FEWEST_POINTS: Final = 10
"""Common points below which a transform may be chance: 5 to 7 agree between different lesions."""
FEWEST_WITHOUT_FIT: Final = 30
"""Common points that count for themselves where the brightness leads nowhere."""
FEWEST_ON_SKIN: Final = 30
"""Common points beside the lesion from which these alone are taken: the skin does not grow, a lesion may."""
LEAST_SPREAD_ON_SKIN: Final = 0.1
"""Share of the later image that the hull of such points covers at least."""
LEAST_SPREAD: Final = 0.01
"""Share of the later image that the hull of the common points covers at least."""
LARGEST_SCALE: Final = 3.0
"""Of the skin in view: dermatoscopes differ in their field, but not more."""
LARGEST_STRETCH: Final = 1.2
"""Skin gives way under the glass, and some archives have squeezed their images."""
LEAST_OVERLAP: Final = 0.3
LEAST_CORRELATION: Final = 0.3
"""Different lesions reach 0.13 where points agree by chance."""
_WORSE_AT_MOST: Final = 1.5
"""How much farther apart the brightness may leave the common points, as a factor..."""
_WORSE_AT_LEAST_PX: Final = 0.5
"""... and what it may in any case, in px of the working size."""


@dataclass(frozen=True, slots=True)
class _Photograph:
    """A photograph at its working size."""

    grey: NDArray[np.uint8]
    usable: BoolMask
    skin: BoolMask | None
    """What is usable beside the lesion; None where nobody says which pixels are the lesion's."""
    native_px_xy: tuple[float, float]
    """Native px of one working px along x and y."""

    @property
    def shape(self) -> tuple[int, int]:
        """Return height and width, working px."""
        return self.usable.shape[0], self.usable.shape[1]


def _unasked() -> None:
    """Nobody wants to stop."""


def register(
    earlier: RgbImage,
    later: RgbImage,
    *,
    lesions: tuple[BoolMask | None, BoolMask | None] = (None, None),
    stop_if_unwanted: Callable[[], None] = _unasked,
) -> Registration:
    """Return where the points of an earlier photograph lie in a later one.

    Args:
        earlier: (h, w, 3) uint8, sRGB.
        later: (H, W, 3) uint8, sRGB.
        lesions: (h, w) and (H, W) masks; with both, the skin beside them is preferred: it does not grow.
        stop_if_unwanted: called between the steps; raises to stop.

    Raises:
        RegistrationRefusedError: the two do not show the same skin well enough; the sentence says why.
    """
    first, second = _photograph(earlier, lesions[0]), _photograph(later, lesions[1])
    stop_if_unwanted()
    on_skin = _points_on_skin(first, second)
    stop_if_unwanted()
    points = on_skin or _points_anywhere(first, second)
    _check_plausible(points.transform)
    if _overlap(points.transform, first, second) < LEAST_OVERLAP:
        raise RegistrationRefusedError(RefusalReason.OVERLAP)
    stop_if_unwanted()
    patterns = evened(first.grey), evened(second.grey)
    compared = first.usable if on_skin is None or first.skin is None else first.skin
    transform = _made_exact(points, patterns, compared)
    alike = correlation(*patterns, (first.usable, second.usable), transform)
    if alike < LEAST_CORRELATION:
        raise RegistrationRefusedError(RefusalReason.CORRELATION)
    return Registration(
        transform=transform.between_sizes(first.native_px_xy, second.native_px_xy),
        residual_px=_native_residual_px(points, transform, second),
        inlier_count=points.count,
        correlation=alike,
        overlap=_overlap(transform, first, second),
        is_from_skin=on_skin is not None,
    )


def _native_residual_px(points: CommonPoints, transform: ImageTransform, later: _Photograph) -> float:
    apart = (transform.of_points(points.earlier_xy) - points.later_xy) * np.asarray(later.native_px_xy)
    return float(np.sqrt((apart**2).sum(axis=1).mean()))


def _points_on_skin(first: _Photograph, second: _Photograph) -> CommonPoints | None:
    """The common points beside both lesions, where they are many and lie far apart; else None."""
    if first.skin is None or second.skin is None:
        return None
    points = common_points(features_of(first.grey, first.skin), features_of(second.grey, second.skin))
    if points is None or points.count < FEWEST_ON_SKIN or not is_plausible(points.transform):
        return None
    return points if _spread(points, second) >= LEAST_SPREAD_ON_SKIN else None


def _points_anywhere(first: _Photograph, second: _Photograph) -> CommonPoints:
    points = common_points(features_of(first.grey, first.usable), features_of(second.grey, second.usable))
    if points is None or points.count < FEWEST_POINTS or _spread(points, second) < LEAST_SPREAD:
        raise RegistrationRefusedError(RefusalReason.TOO_FEW_POINTS)
    return points


def _made_exact(
    points: CommonPoints, patterns: tuple[NDArray[np.float32], NDArray[np.float32]], usable: BoolMask
) -> ImageTransform:
    """The transform of the points refined by the brightness, which may not contradict them."""
    fitted = fitted_to_brightness(*patterns, usable, points.transform)
    before_px = points.residual_px(points.transform)
    allowed_px = max(_WORSE_AT_MOST * before_px, before_px + _WORSE_AT_LEAST_PX)
    if fitted is not None and points.residual_px(fitted) <= allowed_px and is_plausible(fitted):
        return fitted
    if points.count < FEWEST_WITHOUT_FIT:
        raise RegistrationRefusedError(RefusalReason.NOT_CONVERGED)
    return points.transform


def _photograph(pixels: RgbImage, lesion: BoolMask | None) -> _Photograph:
    height, width = pixels.shape[:2]
    factor = WORKING_SIDE_PX / max(height, width)
    size = max(round(width * factor), 1), max(round(height * factor), 1)
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    small = cv2.resize(pixels, size, interpolation=how).astype(np.uint8, copy=False)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False)
    usable, skin = usable_skin(small), None
    if lesion is not None:
        reduced = cv2.resize(lesion.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
        skin = np.asarray(usable & (reduced == 0), dtype=np.bool_)
    return _Photograph(grey, usable, skin, (width / size[0], height / size[1]))


def is_plausible(transform: ImageTransform) -> bool:
    """Say whether two photographs of one lesion can differ by such a transform, sizes made equal."""
    is_scale = 1 / LARGEST_SCALE <= transform.scale <= LARGEST_SCALE
    return is_scale and transform.area_ratio > 0 and transform.stretch <= LARGEST_STRETCH


def _check_plausible(transform: ImageTransform) -> None:
    if not 1 / LARGEST_SCALE <= transform.scale <= LARGEST_SCALE:
        raise RegistrationRefusedError(RefusalReason.SCALE)
    if not is_plausible(transform):
        raise RegistrationRefusedError(RefusalReason.DISTORTION)


def _spread(points: CommonPoints, photograph: _Photograph) -> float:
    """How much of an image the points reach over: a hair, a letter or a mark of the lens also has many."""
    hull = cv2.convexHull(points.later_xy.astype(np.float32))
    return float(cv2.contourArea(hull) / photograph.usable.size)


def _overlap(transform: ImageTransform, first: _Photograph, second: _Photograph) -> float:
    """Share of the smaller field that both photographs show."""
    shown = cv2.warpAffine(
        np.full(first.shape, 255, np.uint8),
        transform.index_matrix,
        second.shape[::-1],
        flags=cv2.INTER_NEAREST,
    )
    smaller = min(first.usable.size * abs(transform.area_ratio), second.usable.size)
    return min(float(np.count_nonzero(shown) / smaller), 1.0)
