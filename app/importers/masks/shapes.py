"""Shapes that other programs draw, as masks: polygons, ellipses, run lengths and pasted patches."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import InvalidFieldError
from app.importers.masks.run_lengths import checked_counts, mask_of_runs, uncompressed
from app.translation import _
from models.contract.arrays import BoolMask
from models.contract.imaging.mask_file import MOST_PIXELS, scaled_mask

_MOST_POINTS = 1_000_000
_BEYOND_PX, _BEYOND_SHARE = 2.0, 0.005
"""How far a hand may slip over the edge of the image; more was drawn on another image."""

_ELLIPSE_POINTS = 256


class Shape(Protocol):
    """Something drawn on an image."""

    def drawn(self, drawn_px: tuple[int, int], size_px: tuple[int, int]) -> BoolMask:
        """Return the shape as a mask.

        Args:
            drawn_px: (height, width) of the image on which it was drawn.
            size_px: (height, width) of the mask.

        Raises:
            InvalidFieldError: the shape does not fit its image.
        """
        ...


@dataclass(frozen=True, eq=False)
class Polygon:
    """A closed outline."""

    image_xy: NDArray[np.float64]
    """(N, 2) in pixels, or in shares of width and height; the corner of the first pixel is (0, 0)."""
    is_relative: bool = False

    def drawn(self, drawn_px: tuple[int, int], size_px: tuple[int, int]) -> BoolMask:
        """Return the inside as COCO's own tools draw it."""
        # Only files of outlines need it.
        from pycocotools import mask as coco

        height, width = drawn_px
        xy = self.image_xy * (width, height) if self.is_relative else self.image_xy
        _check_inside(xy, drawn_px)
        xy = np.clip(xy, 0, (width, height)) * (size_px[1] / width, size_px[0] / height)
        outline = [xy.ravel().tolist()]
        runs = coco.frPyObjects(outline, *size_px)  # type: ignore[arg-type]  # the stub knows no fractions
        letters = coco.merge(runs)["counts"]
        text = letters if isinstance(letters, str) else letters.decode()
        return mask_of_runs(uncompressed(text)).reshape(size_px[::-1]).T


@dataclass(frozen=True, eq=False)
class RunLengths:
    """A mask of the whole image as run lengths down its columns, beginning with zeros."""

    counts: tuple[int, ...]
    size_px: tuple[int, int]

    def drawn(self, drawn_px: tuple[int, int], size_px: tuple[int, int]) -> BoolMask:
        """Return the mask."""
        if self.size_px != drawn_px:
            raise InvalidFieldError(
                "mask",
                _("The run lengths are of {words}, not of the image.").format(words=_words(self.size_px)),
            )
        height, width = self.size_px
        return scaled_mask(mask_of_runs(self.counts).reshape(width, height).T, size_px)


@dataclass(frozen=True, eq=False)
class Patch:
    """A small mask at its place on the image."""

    mask: BoolMask
    left_px: int
    top_px: int

    def drawn(self, drawn_px: tuple[int, int], size_px: tuple[int, int]) -> BoolMask:
        """Return the mask of the whole image."""
        height, width = self.mask.shape
        bottom, right = self.top_px + height, self.left_px + width
        beyond = max(bottom - drawn_px[0], right - drawn_px[1], -self.top_px, -self.left_px)
        if beyond > 0:
            raise InvalidFieldError(
                "mask", _("The mask reaches {beyond} px beyond the image.").format(beyond=beyond)
            )
        whole = np.zeros(drawn_px, dtype=np.bool_)
        whole[self.top_px : bottom, self.left_px : right] = self.mask
        return scaled_mask(whole, size_px)


def polygon(points: Sequence[Sequence[object]], *, is_relative: bool = False) -> Polygon:
    """Return an outline through points; raises InvalidFieldError for what is none."""
    if len(points) < 3:
        raise InvalidFieldError(
            "mask", _("An outline of {count} points encloses nothing.").format(count=len(points))
        )
    if len(points) > _MOST_POINTS:
        raise InvalidFieldError("mask", _("An outline has more than a million points."))
    try:
        xy = np.array([[float(cast("float", x)), float(cast("float", y))] for x, y in points])
    except (TypeError, ValueError, OverflowError):
        raise InvalidFieldError("mask", _("A point of an outline is no pair of numbers.")) from None
    if not np.isfinite(xy).all():
        raise InvalidFieldError("mask", _("A point of an outline is no number (NaN or infinity)."))
    return Polygon(xy, is_relative)


def ellipse(x: float, y: float, radius_x: float, radius_y: float) -> Polygon:
    """Return an ellipse around a centre, in pixels."""
    if not all(map(math.isfinite, (x, y, radius_x, radius_y))) or radius_x <= 0 or radius_y <= 0:
        raise InvalidFieldError("mask", _("An ellipse has no extent."))
    turn = np.linspace(0, 2 * np.pi, _ELLIPSE_POINTS, endpoint=False)
    return polygon(np.column_stack([x + radius_x * np.cos(turn), y + radius_y * np.sin(turn)]).tolist())


def run_lengths(counts: Sequence[object], size_px: tuple[int, int]) -> RunLengths:
    """Return checked run lengths; raises InvalidFieldError when they are not those of the size."""
    height, width = checked_size(size_px)
    return RunLengths(checked_counts(counts, height * width), size_px)


def patch_of_runs(counts: Sequence[object], left_px: int, top_px: int, size_px: tuple[int, int]) -> Patch:
    """Return a patch from run lengths along its rows, beginning with zeros; raises InvalidFieldError."""
    height, width = checked_size(size_px)
    runs = checked_counts(counts, height * width)
    return Patch(mask_of_runs(runs).reshape(height, width), left_px, top_px)


def checked_size(size_px: tuple[int, int]) -> tuple[int, int]:
    """Return (height, width) in pixels; raises InvalidFieldError where no image is so large or so small."""
    height, width = size_px
    if height < 1 or width < 1 or height * width > MOST_PIXELS:
        # Never the numbers: they may have thousands of digits.
        raise InvalidFieldError("mask", _("The file names a size in pixels that no image has."))
    return size_px


def _check_inside(xy: NDArray[np.float64], drawn_px: tuple[int, int]) -> None:
    height, width = drawn_px
    beyond = float(max((-xy).max(), (xy - (width, height)).max()))
    if beyond > max(_BEYOND_PX, _BEYOND_SHARE * max(drawn_px)):
        raise InvalidFieldError(
            "mask", _("The outline reaches {beyond:.0f} px beyond the image.").format(beyond=beyond)
        )


def _words(size_px: tuple[int, int]) -> str:
    return _("{value} x {value_2} px").format(value=size_px[1], value_2=size_px[0])
