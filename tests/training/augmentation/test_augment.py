import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.augmentation.augment import (
    flipped,
    random_affine,
    random_colour_matrix,
    recoloured,
    varied,
    warped,
)
from training.contract.plan import NO_AUGMENTATION, Augmentation

STRONG = Augmentation(
    affine_share=1,
    rotation_deg=180,
    scale_share=0.5,
    shift_share=0.3,
    shear_share=0.3,
    blur_share=1,
)


def tiny_lesion(height: int = 48, width: int = 64, side: int = 1) -> tuple[np.ndarray, np.ndarray]:
    image = np.full((height, width, 3), 220, np.uint8)
    mask = np.zeros((height, width), np.uint8)
    mask[20 : 20 + side, 30 : 30 + side] = 1
    image[mask > 0] = (80, 40, 30)
    return image, mask


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 4))
def test_a_tiny_lesion_is_never_lost(seed: int, side: int) -> None:
    image, mask = varied(*tiny_lesion(side=side), STRONG, np.random.default_rng(seed))
    assert mask.any()
    assert set(np.unique(mask)) <= {0, 1}
    assert (image.shape, image.dtype, mask.shape) == ((48, 64, 3), np.uint8, (48, 64))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_the_mask_moves_with_the_lesion(seed: int) -> None:
    image, mask = tiny_lesion(side=14)
    geometry = STRONG.model_copy(update={"shift_share": 0.1, "blur_share": 0})
    rng = np.random.default_rng(seed)
    moved_image, moved_mask = warped(image, mask, random_affine(geometry, rng, 48, 64), 48, 64)
    dark = moved_image[..., 1] < 130
    overlap = (dark & (moved_mask > 0)).sum() / max(1, (dark | (moved_mask > 0)).sum())
    assert overlap > 0.85


def test_flips_turn_image_and_mask_alike() -> None:
    rng = np.random.default_rng(3)
    image = rng.integers(0, 255, (8, 8, 3), dtype=np.uint8)
    for seed in range(16):
        turned, mask = flipped(image, image[..., 0], Augmentation(), np.random.default_rng(seed))
        np.testing.assert_array_equal(turned[..., 0], mask)
        assert sorted(turned.ravel()) == sorted(image.ravel())


def test_eight_orientations_come_up() -> None:
    image = np.arange(27, dtype=np.uint8).reshape(3, 3, 3)
    seen = {
        flipped(image, image[..., 0], Augmentation(), np.random.default_rng(seed))[0].tobytes()
        for seed in range(200)
    }
    assert len(seen) == 8


def test_without_augmentation_nothing_changes() -> None:
    image, mask = tiny_lesion()
    same_image, same_mask = varied(image, mask, NO_AUGMENTATION, np.random.default_rng(0))
    np.testing.assert_array_equal(same_image, image)
    np.testing.assert_array_equal(same_mask, mask)


def test_the_identity_warp_changes_nothing() -> None:
    image, mask = tiny_lesion(side=5)
    same_image, same_mask = warped(image, mask, np.eye(3), 48, 64)
    np.testing.assert_array_equal(same_image, image)
    np.testing.assert_array_equal(same_mask, mask)


def test_a_lesion_shifted_out_of_the_frame_is_put_back() -> None:
    image, mask = tiny_lesion()
    away = np.array([[1.0, 0.0, 500.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    same_image, same_mask = warped(image, mask, away, 48, 64)
    np.testing.assert_array_equal(same_mask, mask)
    np.testing.assert_array_equal(same_image, image)


def test_a_tiny_lesion_survives_a_smaller_canvas() -> None:
    image, mask = tiny_lesion()
    shrink = np.diag([0.25, 0.25, 1.0])
    _, small = warped(image, mask, shrink, 12, 16)
    assert small.sum() == 1
    assert small[5, 7] == 1


def test_grey_stays_grey_when_only_saturation_varies() -> None:
    only = NO_AUGMENTATION.model_copy(update={"saturation_share": 0.9})
    image = np.full((4, 4, 3), 90, np.uint8)
    for seed in range(8):
        np.testing.assert_allclose(recoloured(image, only, np.random.default_rng(seed)), 90, atol=1)


def test_the_colour_matrix_of_no_strength_is_the_identity() -> None:
    matrix = random_colour_matrix(NO_AUGMENTATION, np.random.default_rng(0))
    np.testing.assert_allclose(matrix, np.eye(3, 4), atol=1e-12)


@pytest.mark.parametrize("level", [0, 255])
def test_colours_stay_within_a_byte(level: int) -> None:
    image = np.full((4, 4, 3), level, np.uint8)
    for seed in range(8):
        changed = recoloured(image, STRONG, np.random.default_rng(seed))
        assert changed.dtype == np.uint8
        assert abs(int(changed.mean()) - level) < 130


def test_the_same_seed_varies_alike() -> None:
    first, second = (varied(*tiny_lesion(side=6), STRONG, np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(first[0], second[0])
    np.testing.assert_array_equal(first[1], second[1])
