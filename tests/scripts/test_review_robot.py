"""What the robot of the review measurement would do with a boundary, and what it counts."""

import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from models.contract.arrays import BoolMask
from models.contract.metrics import iou

sys.path.append(str(Path(__file__).resolve().parents[2] / "scripts"))

from review_robot import Review, corners_for, drawn_round, step_key


def disk(radius: float, x: float = 100.0) -> BoolMask:
    rows, columns = np.mgrid[:160, :200]
    return np.asarray(np.hypot(columns - x, rows - 80.0) <= radius)


@pytest.mark.parametrize(
    ("present", "key"),
    [
        (disk(40), Qt.Key.Key_Plus),
        (disk(60), Qt.Key.Key_Minus),
        (disk(50), None),
        (disk(50, x=120), None),
        (disk(0, x=900), None),
    ],
)
def test_a_boundary_is_grown_or_shrunk_where_it_lies_on_one_side(
    present: BoolMask, key: Qt.Key | None
) -> None:
    assert step_key(present, disk(50), step_px=3) == key


def test_a_hand_goes_round_a_region_without_being_exact() -> None:
    way = np.array(drawn_round(disk(50), 2.0, np.random.default_rng(1)))
    off = np.abs(np.hypot(way[:, 0] - 100.5, way[:, 1] - 80.5) - 50)
    assert 1.0 < off.mean() < 3.0
    assert len(way) > 40


def test_a_square_needs_four_corners_and_a_disk_a_few_more() -> None:
    square = np.zeros((160, 200), np.bool_)
    square[30:120, 40:150] = True
    assert corners_for(square) == 4
    assert 6 <= corners_for(disk(50)) <= 9
    assert iou(square, square) == 1.0


def test_two_visits_of_an_image_count_as_one() -> None:
    both = Review("a", 0.5, 0.8, keys=2, clicks=1, answer_s=1.0).followed_by(
        Review("a", 0.8, 0.9, keys=1, strokes=1, answer_s=0.5)
    )
    assert (both.first_iou, both.last_iou, both.gestures) == (0.5, 0.9, 5)
    assert both.seconds == pytest.approx(1.5 + 5 * 0.3)
