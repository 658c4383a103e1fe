"""Which pixels of a mask a person has drawn or erased by hand, told from its history."""

from collections.abc import Sequence

import numpy as np

from app.ui.editor.mask_step import MaskStep
from app.ui.editor.step_label import StepOrigin
from models.contract.arrays import BoolMask


def hand_drawn(mask: BoolMask, steps: Sequence[MaskStep], predicted: BoolMask | None) -> BoolMask:
    """Return the pixels (H, W) bool whose last change was a person's.

    ``steps`` led to ``mask`` (H, W), the oldest first. Where the mask before them differs from the predicted
    one, an earlier correction counts as drawn by hand; without a prediction everything in it does.
    """
    replayed = mask.copy()
    for step in reversed(steps):
        step.patch.revert(replayed)
    by_hand = replayed.copy() if predicted is None else np.logical_xor(replayed, predicted)
    for step in steps:
        window = step.patch.box.window
        before = replayed[window].copy()
        step.patch.apply(replayed)
        if step.label.origin is StepOrigin.ANEW:
            by_hand[:] = False
        else:
            by_hand[window][before != replayed[window]] = step.label.origin is StepOrigin.HAND
    return np.asarray(by_hand, dtype=np.bool_)
