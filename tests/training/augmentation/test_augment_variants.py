"""Every further variation on a lesion of 5 px, which must neither vanish nor leave its mask."""

import numpy as np
import pytest

from models.contract.imaging.colour_constancy import shades_of_grey
from training.augmentation.augment import varied, varied_answer
from training.augmentation.distortion import bent, distortion
from training.augmentation.obstacles import with_hairs, with_rim
from training.contract.plan import NO_AUGMENTATION, Augmentation

HEIGHT, WIDTH, SIDE = 96, 128, 5
SKIN, LESION = (215, 175, 150), (80, 40, 30)
SHARES = (
    *("elastic_share", "grid_share", "hair_share", "vignette_share", "colour_constancy_share"),
    *("local_contrast_share", "downscale_share", "noise_share", "cutout_share"),
)
SEEDS = range(40)


def only(*shares: str) -> Augmentation:
    return NO_AUGMENTATION.model_copy(update=dict.fromkeys(shares, 1.0))


def tiny_lesion(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A dark square of 5 px on even skin, somewhere, in a corner for every fourth seed."""
    rng = np.random.default_rng((7, seed))
    row, column = rng.integers(0, HEIGHT - SIDE), rng.integers(0, WIDTH - SIDE)
    if seed % 4 == 0:
        row, column = 0, WIDTH - SIDE
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[row : row + SIDE, column : column + SIDE] = 1
    return np.where(mask[..., None] > 0, LESION, SKIN).astype(np.uint8), mask


@pytest.mark.parametrize("share", SHARES)
def test_a_lesion_of_five_pixels_stays_visible_where_its_mask_says(share: str) -> None:
    for seed in SEEDS:
        image, mask = varied(*tiny_lesion(seed), only(share), np.random.default_rng(seed))
        assert (image.shape, image.dtype, set(np.unique(mask))) == ((HEIGHT, WIDTH, 3), np.uint8, {0, 1})
        assert mask.sum() >= SIDE * SIDE / 2, seed
        lightness = image.astype(float).mean(axis=2)
        around = np.zeros_like(mask)
        rows, columns = np.nonzero(mask)
        around[max(0, rows.min() - 6) : rows.max() + 7, max(0, columns.min() - 6) : columns.max() + 7] = 1
        skin = np.median(lightness[(around > 0) & (mask == 0)])
        assert np.median(lightness[mask > 0]) < skin - 40, seed


@pytest.mark.parametrize("share", SHARES)
def test_every_variation_changes_the_image_and_only_if_it_is_switched_on(share: str) -> None:
    changed = 0
    for seed in SEEDS:
        image, mask = tiny_lesion(seed)
        image[: HEIGHT // 2] = image[: HEIGHT // 2] * 0.9
        after, _ = varied(image, mask, only(share), np.random.default_rng(seed))
        changed += not np.array_equal(after, image)
    # A rim that would hide the lesion in its corner is not seen.
    assert changed >= len(SEEDS) / 2


@pytest.mark.parametrize(
    ("seed", "next_draw"), [(0, 0.175655620603), (1, 0.453497889481), (2, 0.56226566278)]
)
def test_what_is_switched_off_draws_nothing(seed: int, next_draw: float) -> None:
    """Plans from before there was such a choice vary their images as they ever did."""
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[30:60, 40:90] = 1
    image = np.where(mask[..., None] > 0, LESION, SKIN).astype(np.uint8)
    rng = np.random.default_rng(seed)
    varied(image, mask, Augmentation(), rng)
    assert rng.random() == pytest.approx(next_draw, abs=1e-9)


@pytest.mark.parametrize("share", SHARES)
def test_the_same_seed_varies_alike(share: str) -> None:
    first, again = (varied(*tiny_lesion(3), only(share), np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])


@pytest.mark.parametrize("share", ["elastic_share", "grid_share"])
def test_mask_and_lesion_are_bent_alike(share: str) -> None:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[30:60, 40:90] = 1
    image = np.where(mask[..., None] > 0, LESION, SKIN).astype(np.uint8)
    moved = 0
    for seed in SEEDS:
        after, bent_mask = varied(image, mask, only(share), np.random.default_rng(seed))
        dark = after[..., 1] < 107
        assert (dark & (bent_mask > 0)).sum() / (dark | (bent_mask > 0)).sum() > 0.97
        moved += (bent_mask != mask).sum() > 20
    assert moved > len(SEEDS) / 2


def test_nothing_folds_over_when_an_image_is_bent() -> None:
    for seed in SEEDS:
        field = distortion(only("elastic_share", "grid_share"), np.random.default_rng(seed), HEIGHT, WIDTH)
        assert field is not None
        assert (np.diff(field[..., 0], axis=1) > 0).all()
        assert (np.diff(field[..., 1], axis=0) > 0).all()


def test_a_lesion_that_would_vanish_is_not_bent() -> None:
    image, mask = tiny_lesion(1)
    away = np.zeros((HEIGHT, WIDTH, 2), np.float32)
    same_image, same_mask = bent(image, mask, away)
    np.testing.assert_array_equal(same_image, image)
    np.testing.assert_array_equal(same_mask, mask)


def test_hairs_are_dark_thin_and_beside_a_small_lesion() -> None:
    for seed in SEEDS:
        image, mask = tiny_lesion(seed)
        after = with_hairs(image, mask, np.random.default_rng(seed))
        is_hair = (np.abs(after.astype(int) - image).sum(axis=2) > 60) & (mask == 0)
        assert 20 < is_hair.sum() < 0.25 * HEIGHT * WIDTH
        hidden = (after != image).any(axis=2)[mask > 0].mean()
        assert hidden <= 0.25


def test_the_rim_is_black_outside_and_leaves_the_lesion_alone() -> None:
    for seed in SEEDS:
        image, mask = tiny_lesion(seed)
        after = with_rim(image, mask, np.random.default_rng(seed))
        np.testing.assert_array_equal(after[mask > 0], image[mask > 0])
        np.testing.assert_array_equal(after[HEIGHT // 2, WIDTH // 2], image[HEIGHT // 2, WIDTH // 2])
        if seed % 4:
            assert after[0, 0].max() <= image[0, 0].max()
    centred = np.zeros((HEIGHT, WIDTH), np.uint8)
    centred[48, 64] = 1
    corner = [with_rim(image, centred, np.random.default_rng(seed))[0, 0].max() for seed in SEEDS]
    assert min(corner) == 0


def test_shades_of_grey_take_a_colour_cast_away() -> None:
    rng = np.random.default_rng(0)
    grey = np.repeat(rng.integers(40, 160, (32, 32, 1)), 3, axis=2)
    tinted = np.rint(grey * [1.3, 1.0, 0.7]).astype(np.uint8)
    balanced = shades_of_grey(tinted).astype(int)
    assert np.ptp(tinted.mean(axis=(0, 1))) > 40
    assert np.ptp(balanced.mean(axis=(0, 1))) < 1
    assert (shades_of_grey(np.zeros((4, 4, 3), np.uint8)) == 0).all()


def test_a_probability_map_is_bent_with_its_image() -> None:
    image, mask = tiny_lesion(2)
    answer = mask * np.uint8(200)
    for seed in range(10):
        after, moved = varied_answer(image, answer, only("elastic_share"), np.random.default_rng(seed))
        same, moved_mask = varied(image, mask, only("elastic_share"), np.random.default_rng(seed))
        np.testing.assert_array_equal(after, same)
        assert moved[moved_mask > 0].min() >= 90
        assert len(np.unique(moved)) > 2
