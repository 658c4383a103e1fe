import numpy as np
import pytest

from app.domain.followup.image_transform import ImageTransform

TURNED = ImageTransform(0.0, -2.0, 100.0, 2.0, 0.0, 10.0)
"""A quarter turn clockwise, twice as large, moved."""


def test_points_are_taken_to_the_later_image_and_back() -> None:
    points = np.array([[3.0, 4.0], [0.0, 0.0], [-5.0, 2.5]])

    assert TURNED.of_points(points[:1]).tolist() == [[92.0, 16.0]]
    assert TURNED.inverted().of_points(TURNED.of_points(points)) == pytest.approx(points)


def test_scale_turn_and_stretch_are_read_off() -> None:
    assert (TURNED.scale, TURNED.turn_deg, TURNED.stretch) == pytest.approx((2.0, 90.0, 1.0))
    assert ImageTransform(xx=1.2, yy=0.8).stretch == pytest.approx(1.5)
    assert ImageTransform(xx=-1.0).area_ratio == -1.0
    assert ImageTransform(xx=0.0, yy=0.0).stretch == np.inf


def test_the_middle_of_the_first_pixel_has_the_index_zero() -> None:
    doubled = ImageTransform(xx=2.0, yy=2.0)

    # The middle (0.5, 0.5) of the first pixel is taken to (1, 1), which is the index (0.5, 0.5).
    assert doubled.index_matrix[:, 2].tolist() == [0.5, 0.5]
    assert ImageTransform.from_index_matrix(doubled.index_matrix) == doubled


def test_a_transform_follows_its_images_to_other_sizes() -> None:
    halves = TURNED.between_sizes((0.5, 0.5), (0.25, 0.25))
    points = np.array([[8.0, 6.0]])

    assert halves.of_points(points * 0.5) == pytest.approx(TURNED.of_points(points) * 0.25)
