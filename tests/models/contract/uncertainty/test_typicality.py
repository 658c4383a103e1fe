import cv2
import numpy as np
import pytest
from pydantic import ValidationError

from models.contract.arrays import BoolMask, RgbImage
from models.contract.uncertainty.typicality import (
    LEAST_IMAGES,
    ReferenceStatistics,
    atypicality,
    description_of,
    statistics_of,
)


def _photograph(seed: int, *, blue: bool = False) -> tuple[RgbImage, BoolMask]:
    """Skin with a darker disc; every seed another tone, place and size."""
    random = np.random.default_rng(seed)
    image = np.full((96, 128, 3), (205, 165, 145), np.int64) + random.integers(-12, 13, 3)
    mask = np.zeros((96, 128), np.uint8)
    cv2.circle(
        mask, tuple(int(v) for v in random.integers((50, 38), (78, 58))), int(random.integers(14, 26)), 1, -1
    )
    image[mask > 0] = np.array((110, 75, 60)) + random.integers(-12, 13, 3)
    image = np.clip(image + random.integers(-9, 10, (96, 128, 1)), 0, 255).astype(np.uint8)
    return (image[:, :, ::-1].copy() if blue else image), mask.astype(bool)


@pytest.fixture(scope="module")
def statistics() -> ReferenceStatistics:
    return statistics_of(np.stack([description_of(*_photograph(seed)) for seed in range(120)]))


def test_new_images_of_the_same_kind_are_spread_over_the_whole_range(statistics: ReferenceStatistics) -> None:
    found = np.array([atypicality(*_photograph(1000 + seed), statistics) for seed in range(60)])
    assert found.min() < 0.25
    assert 0.3 < np.median(found) < 0.85


def test_an_image_in_other_colours_is_less_typical_than_all_training_images(
    statistics: ReferenceStatistics,
) -> None:
    assert atypicality(*_photograph(3, blue=True), statistics) == 1.0


def test_the_share_is_that_of_the_training_images_with_a_smaller_distance() -> None:
    descriptions = np.random.default_rng(5).normal(size=(2000, 16))
    found = statistics_of(descriptions)
    distances = np.sqrt(
        [(d - found.mean) @ np.linalg.inv(found.covariance) @ (d - found.mean) for d in descriptions]
    )
    assert found.distance_quantiles[50] == pytest.approx(np.median(distances), rel=1e-6)
    assert found.distance_quantiles[90] == pytest.approx(np.quantile(distances, 0.9), rel=1e-6)


def test_a_larger_copy_of_an_image_is_as_typical(statistics: ReferenceStatistics) -> None:
    image, mask = _photograph(7)
    small = description_of(image, mask)
    large = description_of(np.repeat(np.repeat(image, 4, 0), 4, 1), np.repeat(np.repeat(mask, 4, 0), 4, 1))
    np.testing.assert_allclose(large, small, rtol=1e-5, atol=1e-5)
    assert atypicality(image, mask, statistics) is not None


def test_an_empty_mask_can_be_described() -> None:
    image, mask = _photograph(8)
    assert np.isfinite(description_of(image, np.zeros_like(mask))).all()


def test_too_few_images_describe_nothing() -> None:
    with pytest.raises(ValueError, match="too few"):
        statistics_of(np.zeros((LEAST_IMAGES - 1, 16)))


def test_images_that_are_all_alike_still_give_a_distance() -> None:
    image, mask = _photograph(9)
    found = statistics_of(np.repeat(description_of(image, mask)[None], LEAST_IMAGES, axis=0))
    assert atypicality(*_photograph(10), found) == 1.0


def test_statistics_of_other_measurements_are_not_compared(statistics: ReferenceStatistics) -> None:
    other = statistics.model_copy(update={"description": "something else"})
    assert atypicality(*_photograph(1), other) is None


def test_a_card_with_a_matrix_that_is_no_covariance_is_refused(statistics: ReferenceStatistics) -> None:
    told = statistics.model_dump()
    told["covariance"] = [[0.0] * 16 for _ in range(16)]
    with pytest.raises(ValidationError, match="not one"):
        ReferenceStatistics.model_validate(told)
