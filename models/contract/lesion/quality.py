"""Is an image fit to be scored? Checks that come before a number is shown, each with a plain reason.

The limits are rules of thumb, not validated safety limits. Each was set where at most the most extreme
two per cent of 6,567 public dermoscopy images lie beyond it (ISIC 2017/2018 and UDA-1, HAM10000, MILK10k;
lesions by the experts' masks of 4,501), and where a person who looked at the images beyond it agreed with the
sentence more often than not: tests/golden/quality_warnings.csv says of which. They say "unlike most
dermoscopy images", not "wrong". Few dark skin types were among the images, and on dark skin an image may be
called dark without fault. Larger images are brought to 512 px first, because sharpness depends on size;
smaller ones are never enlarged, because that looks like blur.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import BoolMask, RgbImage
from models.contract.imaging.preprocess import resized
from models.contract.imaging.regions import one_region
from models.contract.lesion.colour import lab
from models.contract.metrics.boundary import inner_boundary

LEAST_SHARPNESS: Final = 5.5
"""Variance of the Laplacian of the grey levels at 512 px or less; 0.3 % of the images lie below."""

LEAST_LIGHTNESS: Final = 46.0
"""L* which the lightest tenth of the visible pixels reaches; 0.2 % lie below.

Of a larger part, a dark lesion that fills the image or hair would look like a dark image."""

MOST_GLARE_SHARE: Final = 0.02
"""Of the visible pixels; 0.4 % lie above."""

MOST_FRAME_SHARE: Final = 0.12
"""Of the whole image; 0.6 % lie above."""

MOST_OTHER_COLOUR_SHARE: Final = 0.20
"""Of the visible pixels; 0.5 % lie above."""

LEAST_LESION_SHARE: Final = 0.008
"""Of the whole image; 0.7 % lie below."""

MOST_LESION_SHARE: Final = 0.92
"""Of the whole image; 0.8 % lie above."""

MOST_CUT_SHARE: Final = 0.40
"""Of the lesion's outline; 1.7 % lie above."""

_LONGER_SIDE_PX: Final = 512

_FRAME_LEVEL: Final = 40
"""A pixel none of whose channels reaches this may belong to the dark frame of a dermatoscope."""

_FRAME_REACH_PX: Final = 8
"""Some images carry a thin bright line round their frame: it may start this far inside."""

_GLARE_LEVEL: Final = 250
_LEAST_CHROMA: Final = 12.0
_SKIN_HUES_DEG: Final = (-40.0, 100.0)
"""Skin and its lesions are red to yellow; blue and green are ink, cloth, stickers or the light itself."""

_LEAST_DIFFERENCE: Final = 25.0
"""In a* and b* from the median of the image, which bears the colour of the light as well: many ISIC images
were lit blue, and nothing is wrong with them."""

_MOST_CHROMA_OF_LIGHT: Final = 45.0
"""No image was lit in a stronger colour than 42: one that is bluer or greener on the whole shows no skin."""


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
        sentence="Ink, a sticker or something else that is not skin covers a large part of the image.",
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
        lightness=float(np.percentile(colour[..., 0][visible], 90)),
        glare_share=float((small.min(axis=2) >= _GLARE_LEVEL)[visible].mean()),
        frame_share=float(frame.mean()),
        other_colour_share=float(_has_other_colour(colour[visible]).mean()),
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
    scale = min(1.0, _LONGER_SIDE_PX / max(height, width))
    size = {"height_px": max(1, round(height * scale)), "width_px": max(1, round(width * scale))}
    return resized(image, **size).astype(np.uint8, copy=False)


def _sharpness(image: RgbImage, visible: BoolMask) -> float:
    grey = cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY).astype(np.float32)
    edges = cv2.Laplacian(grey, cv2.CV_32F)
    # The rim of the frame is an edge of the instrument, not detail of the skin.
    away_from_frame = cv2.erode(visible.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    return float((edges[away_from_frame] if away_from_frame.any() else edges).var())


def _has_other_colour(colour: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which of the colours (N, 3) L*a*b* neither skin nor the light on it has, (N,)."""
    a, b = colour[:, 1], colour[:, 2]
    is_other = _is_no_skin_hue(a, b)
    light = np.median(colour[:, 1:], axis=0, keepdims=True)
    if np.hypot(*light[0]) >= _MOST_CHROMA_OF_LIGHT and _is_no_skin_hue(light[:, 0], light[:, 1]).all():
        return is_other
    difference = np.hypot(a - light[0, 0], b - light[0, 1])
    return np.asarray(is_other & (difference >= _LEAST_DIFFERENCE), dtype=np.bool_)


def _is_no_skin_hue(a: NDArray[np.floating], b: NDArray[np.floating]) -> NDArray[np.bool_]:
    hue_deg = np.degrees(np.arctan2(b, a))
    reddest, yellowest = _SKIN_HUES_DEG
    is_coloured = np.hypot(a, b) >= _LEAST_CHROMA
    return np.asarray(is_coloured & ((hue_deg < reddest) | (hue_deg > yellowest)), dtype=np.bool_)


def _cut_share(lesion: BoolMask) -> float:
    """The share of the lesion's outline that runs along the edge of the image."""
    outline = inner_boundary(lesion)
    along_edge = np.count_nonzero(outline) - np.count_nonzero(outline[1:-1, 1:-1])
    return float(along_edge / np.count_nonzero(outline))
