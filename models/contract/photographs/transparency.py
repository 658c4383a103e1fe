"""What becomes of transparent parts: white where nothing lies under them, the picture where it goes on.

A round cut-out is transparent where it has no picture. An alpha channel may as well be left over from a
selection, or hold nothing but zeros, because the program that wrote it never used it; then the picture goes
on beneath it and belongs to what the clinician saw.
"""

import numpy as np
from numpy.typing import NDArray

from models.contract.photographs.stored_picture import Note

_ABOUT = "transparency"
_EVEN_LEVELS = 3.0
"""Standard deviation up to which hidden colours count as filling; no skin is that even."""

_LEAST_HIDDEN_PX = 16


def without_alpha(
    colours: NDArray[np.uint8], alpha: NDArray[np.uint8], *, is_premultiplied: bool = False
) -> tuple[NDArray[np.uint8], tuple[Note, ...]]:
    """Return colours without their alpha channel, and what was decided.

    Args:
        colours: (H, W, C) uint8.
        alpha: (H, W) uint8, 255 is opaque.
        is_premultiplied: whether the colours are said to be multiplied by alpha already.
    """
    lowest, highest = int(alpha.min()), int(alpha.max())
    if lowest == 255:
        return np.ascontiguousarray(colours), ()
    if lowest == highest:
        return np.ascontiguousarray(colours), (
            (_ABOUT, "an alpha channel of one value everywhere was not applied"),
        )
    if _goes_on_beneath(colours, alpha):
        return np.ascontiguousarray(colours), (
            (_ABOUT, "the alpha channel is a selection over a whole picture and was not applied"),
        )
    shares = alpha[..., None].astype(np.uint16)
    # Colours above their alpha cannot have been multiplied by it, whatever the file says.
    is_multiplied = is_premultiplied and bool((colours <= alpha[..., None]).all())
    over = colours.astype(np.uint16) * (255 if is_multiplied else shares) + 255 * (255 - shares)
    return ((over + 127) // 255).astype(np.uint8), ((_ABOUT, "transparent parts laid on white"),)


def _goes_on_beneath(colours: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> bool:
    hidden = colours[alpha == 0]
    return len(hidden) >= _LEAST_HIDDEN_PX and float(hidden.std(axis=0).max()) > _EVEN_LEVELS
