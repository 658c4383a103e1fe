"""From an image to what a network expects: the one definition for training and application.

``postprocess`` undoes exactly the geometry described here.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import BoolMask, ModelImage, RgbImage
from models.contract.imaging.regions import extent_px, largest_component

IMAGENET_MEAN: Final = (0.485, 0.456, 0.406)
"""Per RGB channel, of values in [0, 1]."""

IMAGENET_STD: Final = (0.229, 0.224, 0.225)
"""Per RGB channel, of values in [0, 1]."""

NORMALISATION: Final = "imagenet"
"""The name of the above on a model card."""


@dataclass(frozen=True)
class SegmenterGeometry:
    """How a native image was laid onto a segmenter's input; enough to lay the answer back."""

    native_height_px: int
    native_width_px: int
    is_turned: bool


@dataclass(frozen=True)
class Box:
    """A rectangle of whole pixels in image space; it may reach beyond the image."""

    top: int
    left: int
    height: int
    width: int

    @property
    def bottom(self) -> int:
        """The first row below the box."""
        return self.top + self.height

    @property
    def right(self) -> int:
        """The first column right of the box."""
        return self.left + self.width


def normalised(rgb: RgbImage) -> ModelImage:
    """``rgb`` (h, w, 3) uint8 as (3, h, w) float32 with ImageNet's mean and deviation removed."""
    scale = np.array([1.0 / (255.0 * std) for std in IMAGENET_STD], dtype=np.float32)
    shift = np.array(
        [mean / std for mean, std in zip(IMAGENET_MEAN, IMAGENET_STD, strict=True)],
        dtype=np.float32,
    )
    values = rgb.astype(np.float32) * scale - shift
    return np.ascontiguousarray(values.transpose(2, 0, 1))


def resized(image: NDArray[np.generic], *, height_px: int, width_px: int) -> NDArray[np.generic]:
    """``image`` at another size: pixel areas are averaged when it shrinks, else bilinear.

    Averaging is not used to enlarge, because OpenCV's area rule then draws blocks.
    """
    native_height_px, native_width_px = image.shape[:2]
    if (native_height_px, native_width_px) == (height_px, width_px):
        return image
    shrinks = height_px <= native_height_px and width_px <= native_width_px
    return np.asarray(
        cv2.resize(
            np.ascontiguousarray(image),
            (width_px, height_px),
            interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR,
        )
    )


def mask_at_size(mask: BoolMask, *, height_px: int, width_px: int) -> BoolMask:
    """``mask`` (H, W) bool at another size: True from half a pixel on."""
    coverage = resized(mask.astype(np.float32), height_px=height_px, width_px=width_px)
    return np.asarray(coverage.astype(np.float32, copy=False) >= 0.5, dtype=np.bool_)


def segmenter_geometry(shape: tuple[int, ...], *, height_px: int, width_px: int) -> SegmenterGeometry:
    """How an image of ``shape`` lies on an input of this size: upright ones turn for a wide one."""
    native_height_px, native_width_px = shape[:2]
    is_turned = native_height_px > native_width_px and height_px < width_px
    return SegmenterGeometry(native_height_px, native_width_px, is_turned)


def for_segmenter(image: RgbImage, *, height_px: int, width_px: int) -> tuple[ModelImage, SegmenterGeometry]:
    """``image`` (H, W, 3) uint8 as a segmenter's input (3, height_px, width_px), and its geometry.

    Portrait images are turned by 90 degrees (counter-clockwise) when the input is wider than high;
    then the whole frame is stretched to the input's size, as the reference implementation does.
    """
    geometry = segmenter_geometry(image.shape, height_px=height_px, width_px=width_px)
    upright = np.rot90(image) if geometry.is_turned else image
    small = resized(upright, height_px=height_px, width_px=width_px)
    return normalised(small.astype(np.uint8, copy=False)), geometry


def mask_for_segmenter(mask: BoolMask, *, height_px: int, width_px: int) -> BoolMask:
    """``mask`` (H, W) bool in the geometry of ``for_segmenter``: True from half a pixel on."""
    geometry = segmenter_geometry(mask.shape, height_px=height_px, width_px=width_px)
    upright = np.rot90(mask) if geometry.is_turned else mask
    return mask_at_size(upright, height_px=height_px, width_px=width_px)


def lesion_crop_box(mask: BoolMask | None, shape: tuple[int, ...], *, margin: float = 0.25) -> Box:
    """The square which the classifier sees: the lesion's box, enlarged by ``margin`` per side.

    Without a mask, or with an empty one, it is the centred square which holds the whole frame.

    Args:
        mask: (H, W) bool or None; only its largest region counts.
        shape: of the image, (H, W, ...).
        margin: as a share of the longer side of the lesion's box.
    """
    height, width = shape[:2]
    extent = None if mask is None else extent_px(largest_component(mask))
    if extent is None:
        return _centred_square(height / 2, width / 2, max(height, width))
    top, left, bottom, right = extent
    longer = max(bottom - top, right - left)
    side = max(1, round(longer * (1.0 + 2.0 * margin)))
    return _centred_square((top + bottom) / 2, (left + right) / 2, side)


def _centred_square(row: float, column: float, side: int) -> Box:
    return Box(int(np.floor(row - side / 2)), int(np.floor(column - side / 2)), side, side)


def cropped(image: RgbImage, box: Box) -> RgbImage:
    """The pixels of ``box``, (box.height, box.width, 3) uint8, the frame's edge repeated outside.

    Raises:
        ValueError: the box does not touch the image.
    """
    height, width = image.shape[:2]
    top, bottom = max(box.top, 0), min(box.bottom, height)
    left, right = max(box.left, 0), min(box.right, width)
    if top >= bottom or left >= right:
        msg = f"box {box} lies outside an image of {height} x {width} px"
        raise ValueError(msg)
    inside = np.ascontiguousarray(image[top:bottom, left:right])
    return np.asarray(
        cv2.copyMakeBorder(
            inside,
            top - box.top,
            box.bottom - bottom,
            left - box.left,
            box.right - right,
            cv2.BORDER_REPLICATE,
        ),
        dtype=np.uint8,
    )


def for_classifier(
    image: RgbImage, mask: BoolMask | None, *, size_px: int, margin: float
) -> tuple[ModelImage, Box]:
    """The lesion's square crop as a classifier's input (3, size_px, size_px), and its box."""
    if mask is not None and mask.shape != image.shape[:2]:
        msg = f"image {image.shape} and mask {mask.shape} do not belong together"
        raise ValueError(msg)
    box = lesion_crop_box(mask, image.shape, margin=margin)
    small = resized(cropped(image, box), height_px=size_px, width_px=size_px)
    return normalised(small.astype(np.uint8, copy=False)), box
