"""When a mask may not mean what it says: it marks nothing, nearly everything, or skin instead of the lesion.

Lesion and skin are told apart by the frame, because dermoscopy puts the lesion in the middle: none of the
2,501 expert masks of the ISIC challenges 2016 to 2018 that the shipped models were trained on fails the rule
of ``marks_the_frame``. Where a model has predicted the boundary, agreement with it decides.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from models.contract.arrays import BoolMask

LEAST_SHARE = 0.002
"""A smaller share of the image is no lesion that a boundary could be drawn around."""
LARGEST_SHARE = 0.95
"""A larger share can be right, and is more often a mistake."""

_MOST_OF_THE_BORDER = 0.5
_AGREES, _CONTRADICTS = 0.5, 0.2
"""Dice coefficients with a predicted boundary."""


class MaskIssueKind(StrEnum):
    """What is doubtful about a mask."""

    EMPTY = "empty"
    INVERTED = "inverted"
    NEARLY_FULL = "nearly full"


@dataclass(frozen=True, slots=True)
class MaskIssue:
    """A doubt about a mask and the reason for it, which completes 'The mask ...'."""

    kind: MaskIssueKind
    reason: str


def mask_issue(mask: BoolMask, prediction: BoolMask | None = None) -> MaskIssue | None:
    """What a person should look at before ``mask`` counts, None where nothing is doubtful.

    Args:
        mask: (H, W) bool.
        prediction: (H, W) bool, the boundary that a model has predicted on the same image.
    """
    share = float(mask.mean())
    if share == 0:
        return MaskIssue(MaskIssueKind.EMPTY, "marks nothing")
    if _is_for_the_opposite(mask, prediction):
        reason = "marks what the predicted boundary leaves out, so lesion and skin may be exchanged"
        return MaskIssue(MaskIssueKind.INVERTED, reason)
    if marks_the_frame(mask) and not _is_confirmed(mask, prediction):
        reason = "marks the corners or the frame and not the middle, so lesion and skin may be exchanged"
        return MaskIssue(MaskIssueKind.INVERTED, reason)
    if share > LARGEST_SHARE:
        return MaskIssue(MaskIssueKind.NEARLY_FULL, f"marks {_percent(share)} of the image")
    return None


def marks_the_frame(mask: BoolMask) -> bool:
    """Whether ``mask`` (H, W) bool marks the corners and not the middle, or the border more than the rest."""
    if float(mask.mean()) > 1 - LEAST_SHARE:
        # Specks left out of a full mask are no lesion.
        return False
    height, width = mask.shape
    middle = mask[2 * height // 5 : 3 * height // 5 + 1, 2 * width // 5 : 3 * width // 5 + 1]
    if mask[:: max(1, height - 1), :: max(1, width - 1)].all() and middle.mean() < 0.5:
        return True
    border = np.concatenate([mask[0], mask[-1], mask[1:-1, 0], mask[1:-1, -1]])
    inside = mask[1:-1, 1:-1]
    return bool(inside.size and border.mean() > max(_MOST_OF_THE_BORDER, float(inside.mean())))


def _is_confirmed(mask: BoolMask, prediction: BoolMask | None) -> bool:
    return prediction is not None and _dice(mask, prediction) >= _AGREES


def _is_for_the_opposite(mask: BoolMask, prediction: BoolMask | None) -> bool:
    if prediction is None or not prediction.any():
        return False
    return _dice(~mask, prediction) >= _AGREES and _dice(mask, prediction) <= _CONTRADICTS


def _dice(mask: BoolMask, other: BoolMask) -> float:
    marked = np.count_nonzero(mask) + np.count_nonzero(other)
    return 2 * np.count_nonzero(mask & other) / marked if marked else 1.0


def _percent(share: float) -> str:
    return "all" if share == 1 else f"{share:.1%}"
