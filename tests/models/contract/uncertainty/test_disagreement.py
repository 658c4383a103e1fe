import numpy as np
import pytest

from models.contract.uncertainty.disagreement import (
    border_uncertainty,
    disagreement_map,
    flipped_back,
    flipped_passes,
    from_levels,
    levels_of,
)


def _maps(*values: float) -> np.ndarray:
    """One map of one row per pass."""
    return np.array(values, np.float32).reshape(len(values), 1, -1)


def test_the_passes_are_the_image_its_two_mirror_images_and_half_a_turn() -> None:
    image = np.arange(6, dtype=np.float32).reshape(1, 2, 3)
    passes = flipped_passes(image)[:, 0]
    np.testing.assert_array_equal(passes[0], [[0, 1, 2], [3, 4, 5]])
    np.testing.assert_array_equal(passes[1], [[2, 1, 0], [5, 4, 3]])
    np.testing.assert_array_equal(passes[2], [[3, 4, 5], [0, 1, 2]])
    np.testing.assert_array_equal(passes[3], np.rot90(passes[0], 2))


def test_undone_passes_all_lie_as_the_image_does() -> None:
    image = np.random.default_rng(1).random((1, 5, 7), dtype=np.float32)
    for back in flipped_back(flipped_passes(image)[:, 0]):
        np.testing.assert_array_equal(back, image[0])


def test_the_disagreement_is_the_standard_deviation_at_each_pixel() -> None:
    # Mean 0.5, squares of the distances 0.25, 0.09, 0.09, 0.25: variance 0.17.
    assert disagreement_map(_maps(0.0, 0.2, 0.8, 1.0))[0, 0] == pytest.approx(0.17**0.5)
    assert disagreement_map(_maps(0.3, 0.3, 0.3, 0.3))[0, 0] == pytest.approx(0.0, abs=1e-7)
    assert disagreement_map(_maps(0.0, 1.0, 0.0, 1.0))[0, 0] == 0.5


def test_the_border_uncertainty_is_the_doubtful_area_beside_the_lesion() -> None:
    # Two pixels: sure of the first, divided about the second. D = 0.5, A = 1 + 0.5.
    passes = np.array([[[1, 1]], [[1, 0]], [[1, 1]], [[1, 0]]], np.float32)
    assert border_uncertainty(passes) == pytest.approx(0.5 / (0.5 + 1.5))


def test_passes_that_agree_leave_no_uncertainty_with_or_without_a_lesion() -> None:
    lesion = np.zeros((4, 6, 6), np.float32)
    assert border_uncertainty(lesion) == 0.0
    lesion[:, 2:4, 2:4] = 1.0
    assert border_uncertainty(lesion) == 0.0


def test_a_faint_haze_over_the_skin_is_no_uncertainty_of_the_border() -> None:
    passes = np.zeros((4, 40, 40), np.float32)
    passes[:, 18:22, 18:22] = 1.0
    passes[::2] += np.where(passes[::2] == 0, np.float32(0.03), np.float32(0.0))
    # 0 and 0.03 in turn: a standard deviation of 0.015 on 1,584 pixels beside a lesion of 16.
    assert border_uncertainty(passes) == 0.0


def test_the_border_uncertainty_does_not_depend_on_the_scale_of_the_image() -> None:
    passes = np.random.default_rng(2).random((4, 6, 8), dtype=np.float32)
    larger = passes.repeat(3, axis=1).repeat(3, axis=2)
    assert border_uncertainty(larger) == pytest.approx(border_uncertainty(passes), rel=1e-5)


def test_a_stored_map_keeps_its_values_to_one_level() -> None:
    disagreement = np.linspace(0.0, 0.5, 100, dtype=np.float32)[None]
    stored = np.rint(levels_of(disagreement) * 255).astype(np.uint8)
    np.testing.assert_allclose(from_levels(stored.astype(np.float32) / 255), disagreement, atol=0.5 / 255)
