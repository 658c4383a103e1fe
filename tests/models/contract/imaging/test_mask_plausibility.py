"""Masks that a person should look at before they count: empty, nearly full, skin instead of lesion."""

import numpy as np
import pytest
from numpy.typing import NDArray

from models.contract.imaging.mask_plausibility import MaskIssueKind, marks_the_frame, mask_issue

ROWS, COLUMNS = np.mgrid[:96, :128]


def disc(row: int, column: int, radius: int) -> NDArray[np.bool_]:
    return np.asarray((ROWS - row) ** 2 + (COLUMNS - column) ** 2 < radius**2)


LESIONS = {
    "in the middle": disc(48, 64, 20),
    "in a corner": disc(5, 5, 30),
    "at a side": disc(48, 0, 45),
    "nearly as large as the frame": disc(48, 64, 70),
    "in one half": COLUMNS < 64,
    "in most of the picture": COLUMNS < 90,
    "all but one corner": ~disc(0, 0, 40),
}


@pytest.mark.parametrize("name", LESIONS)
def test_lesions_are_not_taken_for_skin(name: str) -> None:
    assert not marks_the_frame(LESIONS[name])


@pytest.mark.parametrize("name", ["in the middle", "at a side", "nearly as large as the frame"])
def test_skin_is_recognised_wherever_the_lesion_lies(name: str) -> None:
    issue = mask_issue(~LESIONS[name])
    assert issue is not None
    assert issue.kind is MaskIssueKind.INVERTED


def test_specks_in_a_full_mask_are_no_lesion() -> None:
    mask = np.ones((96, 128), bool)
    mask[50, 60:63] = False
    issue = mask_issue(mask)
    assert issue is not None
    assert issue.kind is MaskIssueKind.NEARLY_FULL


def test_a_prediction_confirms_what_looks_inverted() -> None:
    ring = ~disc(48, 64, 25)
    assert mask_issue(ring, ring) is None
    assert mask_issue(ring, disc(48, 64, 25)) is not None


def test_a_prediction_of_the_opposite_is_told() -> None:
    lesion = disc(48, 64, 35)
    rest = ~lesion & (ROWS > 0) & (ROWS < 95) & (COLUMNS > 0) & (COLUMNS < 127)
    assert mask_issue(rest) is None
    issue = mask_issue(rest, disc(48, 64, 37))
    assert issue is not None
    assert "predicted boundary" in issue.reason


def test_a_lesion_far_from_the_prediction_is_a_correction_and_no_doubt() -> None:
    assert mask_issue(disc(30, 30, 12), disc(70, 100, 20)) is None
