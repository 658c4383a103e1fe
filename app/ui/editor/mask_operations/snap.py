"""A drawn boundary drawn softly to the predicted one where both are close and the prediction is uncertain.

There a hand's wobble and a model's uncertainty are of one size, and half way between them is nearer to an
expert's line than either (on 35 validation images with rough outlines: Dice 0.931 to 0.933, at worst 0.007
less). Snapping to the image itself was tried, too: its strongest edges made outlines worse, because experts
draw outside of them, and a watershed made them neither better nor worse.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.domain.mask import PixelBox
from app.ui.editor.mask_operations.growth import box_round
from models.contract.arrays import BoolMask

_REACH_SHARE: Final = 0.03
"""How far the boundary may be from where it goes, of the diameter of a circle with the mask's area."""
_WITHIN_BAND: Final = 0.1


def snapped(mask: BoolMask, predicted: BoolMask, band: NDArray[np.float32]) -> BoolMask:
    """Return ``mask`` (H, W) half way to ``predicted`` (H, W) where its boundary lies in the band.

    ``band`` (h, w) in [0, 1] says where the predicted boundary is uncertain, stretched over the image.
    """
    result = mask.astype(np.bool_, copy=True)
    reach_px = _REACH_SHARE * 2 * float(np.sqrt(np.count_nonzero(mask) / np.pi))
    box = box_round(mask, reach_px)
    if box.is_empty or not predicted.any():
        return result
    drawn_px, predicted_px = _signed_px(mask[box.window]), _signed_px(predicted[box.window])
    moves = (np.abs(drawn_px) <= reach_px) & _stretched(band > _WITHIN_BAND, box, mask.shape)
    result[box.window][moves] = (drawn_px + predicted_px)[moves] > 0
    return result


def _signed_px(inside: BoolMask) -> NDArray[np.float32]:
    """Distance from the boundary, positive inside; where there is no boundary, beyond any reach."""
    levels = np.ascontiguousarray(inside).view(np.uint8)
    far = np.float32(sum(inside.shape))
    if inside.all() or not inside.any():
        return np.full(inside.shape, far if inside.all() else -far, dtype=np.float32)
    within = cv2.distanceTransform(levels, cv2.DIST_L2, cv2.DIST_MASK_5)
    beyond = cv2.distanceTransform(1 - levels, cv2.DIST_L2, cv2.DIST_MASK_5)
    return np.asarray(within, dtype=np.float32) - np.asarray(beyond, dtype=np.float32)


def _stretched(band: NDArray[np.bool_], box: PixelBox, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """What a smaller map (h, w) over an image says of the pixels of a box."""
    rows = (np.arange(box.top, box.bottom) * band.shape[0]) // shape[0]
    columns = (np.arange(box.left, box.right) * band.shape[1]) // shape[1]
    return np.asarray(band[rows[:, None], columns[None, :]], dtype=np.bool_)
