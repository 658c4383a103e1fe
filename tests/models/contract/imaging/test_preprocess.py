"""The geometry of the networks' inputs, and its inverse."""

import cv2
import numpy as np
import pytest

from models.contract.imaging.postprocess import probability_map
from models.contract.imaging.preprocess import (
    Box,
    cropped,
    for_classifier,
    for_segmenter,
    lesion_crop_box,
    mask_at_size,
    mask_for_segmenter,
    normalised,
)


def disc(height: int, width: int, row: float, column: float, radius: float) -> np.ndarray:
    rows, columns = np.mgrid[:height, :width]
    return (rows - row) ** 2 + (columns - column) ** 2 <= radius**2


def test_normalised_values_have_the_mean_and_deviation_of_imagenet_removed() -> None:
    image = np.full((2, 3, 3), (255, 0, 128), dtype=np.uint8)
    values = normalised(image)
    assert values.shape == (3, 2, 3)
    assert values.dtype == np.float32
    expected = [(1 - 0.485) / 0.229, (0 - 0.456) / 0.224, (128 / 255 - 0.406) / 0.225]
    np.testing.assert_allclose(values[:, 0, 0], expected, rtol=1e-5)


@pytest.mark.parametrize("shape", [(384, 512), (512, 384), (767, 1022), (1023, 767), (37, 53)])
def test_a_mask_survives_the_way_to_the_segmenter_and_back(shape: tuple[int, int]) -> None:
    height, width = shape
    mask = disc(height, width, 0.4 * height, 0.6 * width, 0.25 * min(shape))
    image = np.where(mask[..., None], 40, 200).astype(np.uint8).repeat(3, axis=2)
    pixels, geometry = for_segmenter(image, height_px=192, width_px=256)
    assert pixels.shape == (3, 192, 256)
    # The darkness of the model's own image serves as logits: dark is lesion.
    middle = (normalised(np.full((1, 1, 3), 120, np.uint8)))[0, 0, 0]
    probability = probability_map(10.0 * (middle - pixels[0]), geometry)
    assert probability.shape == shape
    assert probability.dtype == np.float32
    found = probability >= 0.5
    overlap = np.count_nonzero(found & mask) / np.count_nonzero(found | mask)
    assert overlap > 0.93


@pytest.mark.parametrize("shape", [(384, 512), (513, 384)])
def test_mask_and_image_take_the_same_way(shape: tuple[int, int]) -> None:
    mask = disc(*shape, 0.3 * shape[0], 0.7 * shape[1], 60)
    image = np.where(mask[..., None], 255, 0).astype(np.uint8).repeat(3, axis=2)
    pixels, _ = for_segmenter(image, height_px=96, width_px=128)
    small = mask_for_segmenter(mask, height_px=96, width_px=128)
    half = normalised(np.full((1, 1, 3), 127, np.uint8))[0, 0, 0]
    disagreement = np.count_nonzero((pixels[0] > half) != small)
    assert disagreement <= 2


def test_a_mask_at_another_size_covers_the_same_share() -> None:
    mask = np.zeros((80, 100), bool)
    mask[20:60, 20:70] = True
    small = mask_at_size(mask, height_px=40, width_px=50)
    assert small.mean() == pytest.approx(mask.mean(), abs=0.01)


def test_portrait_images_are_turned_only_for_a_wide_input() -> None:
    portrait = np.zeros((40, 20, 3), dtype=np.uint8)
    assert for_segmenter(portrait, height_px=24, width_px=32)[1].is_turned
    assert not for_segmenter(portrait, height_px=32, width_px=32)[1].is_turned
    assert not for_segmenter(portrait.transpose(1, 0, 2), height_px=24, width_px=32)[1].is_turned


def test_the_crop_is_the_largest_regions_box_with_its_margin() -> None:
    mask = np.zeros((100, 200), dtype=bool)
    mask[40:60, 80:120] = True
    mask[5:8, 5:8] = True
    assert lesion_crop_box(mask, mask.shape, margin=0.25) == Box(20, 70, 60, 60)


def test_without_a_lesion_the_crop_holds_the_whole_frame() -> None:
    whole = Box(-50, 0, 200, 200)
    assert lesion_crop_box(None, (100, 200, 3)) == whole
    assert lesion_crop_box(np.zeros((100, 200), bool), (100, 200)) == whole


def test_a_crop_beyond_the_image_repeats_the_frames_edge() -> None:
    image = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)
    crop = cropped(image, Box(-2, 3, 4, 4))
    np.testing.assert_array_equal(crop[:3, 0], image[[0, 0, 0], 3])
    np.testing.assert_array_equal(crop[3], image[1, [3, 4, 4, 4]])


def test_a_crop_outside_the_image_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="outside"):
        cropped(np.zeros((4, 5, 3), np.uint8), Box(10, 0, 3, 3))


def test_a_corrected_mask_changes_what_the_classifier_sees() -> None:
    rng = np.random.default_rng(0)
    image = cv2.blur(rng.integers(0, 256, (120, 160, 3), dtype=np.uint8), (5, 5))
    left = disc(120, 160, 60, 40, 20)
    right = disc(120, 160, 60, 120, 20)
    first, first_box = for_classifier(image, left, size_px=64, margin=0.25)
    second, second_box = for_classifier(image, right, size_px=64, margin=0.25)
    assert first.shape == second.shape == (3, 64, 64)
    assert first_box != second_box
    assert np.abs(first - second).max() > 0.1


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1), (3, 2)])
def test_the_smallest_images_pass(shape: tuple[int, int]) -> None:
    image = np.full((*shape, 3), 90, np.uint8)
    assert for_segmenter(image, height_px=32, width_px=64)[0].shape == (3, 32, 64)
    assert for_classifier(image, None, size_px=32, margin=0.2)[0].shape == (3, 32, 32)


def test_a_mask_of_another_image_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="do not belong together"):
        for_classifier(np.zeros((4, 5, 3), np.uint8), np.ones((5, 4), bool), size_px=8, margin=0.2)
