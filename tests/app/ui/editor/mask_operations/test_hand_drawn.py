import numpy as np

from app.domain.mask import PixelBox, patch_between
from app.ui.editor.mask_operations.hand_drawn import hand_drawn
from app.ui.editor.mask_step import MaskStep
from app.ui.editor.step_label import StepLabel, StepOrigin
from models.contract.arrays import BoolMask

SHAPE = (20, 30)


def block(top: int, left: int, size: int) -> BoolMask:
    mask = np.zeros(SHAPE, dtype=np.bool_)
    mask[top : top + size, left : left + size] = True
    return mask


def step(before: BoolMask, after: BoolMask, origin: StepOrigin) -> MaskStep:
    patch = patch_between(before, after, PixelBox.whole(SHAPE))
    assert patch is not None
    return MaskStep(StepLabel("x", "x", origin=origin), patch)


def test_only_what_a_person_changed_last_counts_as_drawn_by_hand() -> None:
    predicted, brushed, redrawn = block(5, 5, 8), block(5, 5, 10), block(5, 5, 9)
    steps = [step(predicted, brushed, StepOrigin.HAND), step(brushed, redrawn, StepOrigin.MODEL)]
    by_hand = hand_drawn(redrawn, steps, predicted)
    assert np.array_equal(by_hand, (predicted ^ brushed) & ~(brushed ^ redrawn))
    assert not hand_drawn(brushed, steps[:1], brushed)[9, 9]


def test_an_earlier_correction_counts_until_the_mask_is_taken_anew() -> None:
    predicted, stored = block(5, 5, 8), block(2, 2, 8)
    assert np.array_equal(hand_drawn(stored, [], predicted), predicted ^ stored)
    reset = step(stored, predicted, StepOrigin.ANEW)
    assert not hand_drawn(predicted, [reset], predicted).any()


def test_without_a_prediction_everything_in_the_mask_was_drawn_by_hand() -> None:
    assert np.array_equal(hand_drawn(block(3, 3, 4), [], None), block(3, 3, 4))
