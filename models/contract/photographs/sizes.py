"""Sizes that are checked on a file's own declaration, before anything is decoded."""

from typing import Final

from models.contract.errors import UnreadablePhotographError

MAX_PIXELS: Final = 200_000_000
"""200 megapixels: 0.6 GB decoded; the largest dermoscopy cameras stay below 50."""


def check_size(width_px: int, height_px: int, least_side_px: int = 1, most_pixels: int = MAX_PIXELS) -> None:
    """Raise UnreadablePhotographError if a declared size has no pixels, too many, or too short a side."""
    size = f"{width_px:,} x {height_px:,} pixels"
    if width_px < 1 or height_px < 1:
        raise UnreadablePhotographError("The file declares a picture without any pixels.")
    if width_px * height_px > most_pixels:
        limit = most_pixels // 1_000_000
        raise UnreadablePhotographError(
            f"The picture is too large ({size}); the limit is {limit} megapixels."
        )
    if min(width_px, height_px) < least_side_px:
        raise UnreadablePhotographError(
            f"The picture is too small for dermoscopy ({size}); each side needs {least_side_px} or more."
        )
