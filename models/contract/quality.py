"""Is an image fit to be scored? Checks that come before a number is shown, each with a plain reason.

The limits are rules of thumb, not validated safety limits: each was set where about the most extreme
one to two per cent of 2,605 public dermoscopy images (ISIC 2017/2018 and UDA-1, longer side up to
512 px; lesions by their 2,501 expert masks) lie beyond it. They say "unlike most dermoscopy images",
not "wrong", and together they speak up for about 8 % of those images. Images are brought to 512 px
first, because sharpness depends on size. Few dark skin types were among the images measured.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import BoolMask, RgbImage
from models.contract.lesion_colour import lab
from models.contract.metrics.boundary import inner_boundary
from models.contract.preprocess import resized
from models.contract.regions import one_region

LEAST_SHARPNESS: Final = 5.5
"""Variance of the Laplacian of the grey levels at 512 px; 1.0 % of the images lie below."""

LEAST_LIGHTNESS: Final = 48.0
"""L* which the lightest quarter of the visible pixels reaches; 1.0 % lie below."""

MOST_GLARE_SHARE: Final = 0.02
"""Of the visible pixels; 1.0 % lie above."""

MOST_FRAME_SHARE: Final = 0.12
"""Of the whole image; 1.0 % lie above."""

MOST_OTHER_COLOUR_SHARE: Final = 0.30
"""Of the visible pixels; 1.1 % lie above."""

LEAST_LESION_SHARE: Final = 0.008
"""Of the whole image; 1.0 % lie below."""

MOST_LESION_SHARE: Final = 0.92
"""Of the whole image; 1.3 % lie above."""

MOST_CUT_SHARE: Final = 0.40
"""Of the lesion's outline; 1.8 % lie above."""

_LONGER_SIDE_PX: Final = 512

_FRAME_LEVEL: Final = 40
"""A pixel none of whose channels reaches this may belong to the dark frame of a dermatoscope."""

_FRAME_REACH_PX: Final = 8
"""Some images carry a thin bright line round their frame: it may start this far inside."""

_GLARE_LEVEL: Final = 250
_LEAST_CHROMA: Final = 12.0
_SKIN_HUES_DEG: Final = (-40.0, 100.0)
"""Skin and its lesions are red to yellow; blue and green are ink, cloth, stickers or a tint."""


@dataclass(frozen=True)
class ImageQuality:
    """What was measured on one image; shares in [0, 1], lesion values None without a mask.

    Visible pixels are those outside the dark frame.
    """

    sharpness: float
    lightness: float
    glare_share: float
    frame_share: float
    other_colour_share: float
    lesion_share: float | None
    cut_share: float | None


class ConcernKind(StrEnum):
    """What may be wrong with an image."""

    BLURRED = "blurred"
    DARK = "dark"
    GLARE = "glare"
    FRAME = "frame"
    OTHER_COLOUR = "other colour"
    LESION_SMALL = "lesion small"
    LESION_FILLS = "lesion fills"
    LESION_CUT = "lesion cut"


@dataclass(frozen=True)
class QualityConcern:
    """One reason to distrust a score: a sentence, and the value beyond its limit."""

    kind: ConcernKind
    sentence: str
    value: float
    limit: float


@dataclass(frozen=True)
class _Check:
    kind: ConcernKind
    value: Callable[[ImageQuality], float | None]
    limit: float
    is_upper: bool
    sentence: str


_CHECKS: Final = (
    _Check(
        ConcernKind.BLURRED,
        lambda quality: quality.sharpness,
        LEAST_SHARPNESS,
        is_upper=False,
        sentence="The image looks blurred or has almost no detail.",
    ),
    _Check(
        ConcernKind.DARK,
        lambda quality: quality.lightness,
        LEAST_LIGHTNESS,
        is_upper=False,
        sentence="The image is unusually dark.",
    ),
    _Check(
        ConcernKind.GLARE,
        lambda quality: quality.glare_share,
        MOST_GLARE_SHARE,
        is_upper=True,
        sentence="Glare or overexposure hides part of the image.",
    ),
    _Check(
        ConcernKind.FRAME,
        lambda quality: quality.frame_share,
        MOST_FRAME_SHARE,
        is_upper=True,
        sentence="A large part of the image is a dark frame.",
    ),
    _Check(
        ConcernKind.OTHER_COLOUR,
        lambda quality: quality.other_colour_share,
        MOST_OTHER_COLOUR_SHARE,
        is_upper=True,
        sentence="Much of the image has colours that skin does not have.",
    ),
    _Check(
        ConcernKind.LESION_SMALL,
        lambda quality: quality.lesion_share,
        LEAST_LESION_SHARE,
        is_upper=False,
        sentence="The lesion covers very little of the image.",
    ),
    _Check(
        ConcernKind.LESION_FILLS,
        lambda quality: quality.lesion_share,
        MOST_LESION_SHARE,
        is_upper=True,
        sentence="The lesion covers nearly the whole image, so the skin round it is not seen.",
    ),
    _Check(
        ConcernKind.LESION_CUT,
        lambda quality: quality.cut_share,
        MOST_CUT_SHARE,
        is_upper=True,
        sentence="The edge of the image cuts the lesion.",
    ),
)


def image_quality(image: RgbImage, mask: BoolMask | None = None) -> ImageQuality:
    """The quality of ``image`` (H, W, 3) uint8 and of the lesion's place in it.

    Args:
        image: upright sRGB.
        mask: (H, W) bool; an empty mask counts as none.
    """
    small = _at_common_size(image)
    frame = dark_frame(small)
    # An image that is black all over is all frame, and still has to be judged.
    visible = np.ones_like(frame) if frame.all() else ~frame
    colour = lab(small)
    lesion = None if mask is None or not mask.any() else one_region(mask)
    return ImageQuality(
        sharpness=_sharpness(small, visible),
        lightness=float(np.percentile(colour[..., 0][visible], 75)),
        glare_share=float((small.min(axis=2) >= _GLARE_LEVEL)[visible].mean()),
        frame_share=float(frame.mean()),
        other_colour_share=float(_has_other_colour(colour)[visible].mean()),
        lesion_share=None if lesion is None else float(lesion.mean()),
        cut_share=None if lesion is None else _cut_share(lesion),
    )


def concerns(quality: ImageQuality) -> tuple[QualityConcern, ...]:
    """Every reason to distrust a score on such an image; empty for an ordinary one."""
    found = []
    for check in _CHECKS:
        value = check.value(quality)
        if value is not None and (value > check.limit if check.is_upper else value < check.limit):
            found.append(QualityConcern(check.kind, check.sentence, value, check.limit))
    return tuple(found)


def dark_frame(image: RgbImage) -> BoolMask:
    """The near-black regions that reach the image's edge, (H, W) bool: vignette and side strips."""
    dark = (image.max(axis=2) < _FRAME_LEVEL).astype(np.uint8)
    _, labels = cv2.connectedComponents(dark, connectivity=4)
    reach = max(1, min(_FRAME_REACH_PX, min(dark.shape) // 4))
    edge = labels.copy()
    edge[reach:-reach, reach:-reach] = 0
    return np.asarray(np.isin(labels, np.setdiff1d(edge, 0)), dtype=np.bool_)


def _at_common_size(image: RgbImage) -> RgbImage:
    height, width = image.shape[:2]
    scale = _LONGER_SIDE_PX / max(height, width)
    size = {"height_px": max(1, round(height * scale)), "width_px": max(1, round(width * scale))}
    return resized(image, **size).astype(np.uint8, copy=False)


def _sharpness(image: RgbImage, visible: BoolMask) -> float:
    grey = cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY).astype(np.float32)
    edges = cv2.Laplacian(grey, cv2.CV_32F)
    # The rim of the frame is an edge of the instrument, not detail of the skin.
    away_from_frame = cv2.erode(visible.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    return float((edges[away_from_frame] if away_from_frame.any() else edges).var())


def _has_other_colour(colour: NDArray[np.float32]) -> BoolMask:
    a, b = colour[..., 1], colour[..., 2]
    hue_deg = np.degrees(np.arctan2(b, a))
    is_coloured = np.hypot(a, b) >= _LEAST_CHROMA
    reddest, yellowest = _SKIN_HUES_DEG
    return np.asarray(is_coloured & ((hue_deg < reddest) | (hue_deg > yellowest)), dtype=np.bool_)


def _cut_share(lesion: BoolMask) -> float:
    """The share of the lesion's outline that runs along the edge of the image."""
    outline = inner_boundary(lesion)
    along_edge = np.count_nonzero(outline) - np.count_nonzero(outline[1:-1, 1:-1])
    return float(along_edge / np.count_nonzero(outline))
