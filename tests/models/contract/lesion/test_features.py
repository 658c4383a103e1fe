"""Measurements of drawn lesions with known size and colour."""

import time

import cv2
import numpy as np
import pytest
from skimage.color import rgb2lab

import resources
from models.contract.errors import NoLesionError
from models.contract.lesion.colour import (
    RegionColour,
    colour_of,
    colour_spread,
    contrast_lb,
    lab,
    radial_colour_spread,
    surrounding_skin,
)
from models.contract.lesion.features import measure_lesion

SKIN, PIGMENT = (220, 180, 160), (110, 70, 55)


def drawn(height: int, width: int, radius: int) -> tuple[np.ndarray, np.ndarray]:
    image = np.full((height, width, 3), SKIN, np.uint8)
    canvas = np.zeros((height, width), np.uint8)
    cv2.circle(canvas, (width // 2, height // 2), radius, 1, -1)
    image[canvas > 0] = PIGMENT
    return image, canvas > 0


def lab_of(rgb: tuple[int, int, int]) -> np.ndarray:
    return rgb2lab(np.array(rgb, np.uint8)[None, None])[0, 0]


def test_lab_agrees_with_scikit_image() -> None:
    image = np.random.default_rng(0).integers(0, 256, (80, 90, 3), dtype=np.uint8)
    np.testing.assert_allclose(lab(image), rgb2lab(image), atol=0.05)


def test_colour_inside_and_outside_are_those_that_were_drawn() -> None:
    image, mask = drawn(200, 260, 50)
    colour = measure_lesion(image, mask).colour
    inside, outside = lab_of(PIGMENT), lab_of(SKIN)
    assert colour.lesion.mean_l == pytest.approx(inside[0], abs=0.05)
    assert colour.lesion.mean_a == pytest.approx(inside[1], abs=0.05)
    assert colour.skin is not None
    assert colour.skin.mean_b == pytest.approx(outside[2], abs=0.05)
    assert colour.delta_l == pytest.approx(inside[0] - outside[0], abs=0.1)
    assert colour.delta_a == pytest.approx(inside[1] - outside[1], abs=0.1)
    assert colour.delta_b == pytest.approx(inside[2] - outside[2], abs=0.1)
    expected_lb = np.hypot(inside[0] - outside[0], inside[2] - outside[2])
    assert colour.delta_lb == pytest.approx(expected_lb, abs=0.1)
    assert colour.std_mean == pytest.approx(0.0, abs=1e-3)


def test_chroma_and_hue_follow_from_a_and_b() -> None:
    colour = RegionColour(mean_l=50, mean_a=3.0, mean_b=4.0, std_l=0)
    assert colour.chroma == pytest.approx(5.0)
    assert colour.hue_deg == pytest.approx(np.degrees(np.arctan2(4, 3)))


def test_spreads_of_known_pixels() -> None:
    pixels = np.zeros((40, 3), np.float32)
    pixels[:20] = (10, 0, 0)
    assert colour_of(pixels).std_l == pytest.approx(5.0)
    assert colour_spread(pixels) == pytest.approx(5.0 / 3.0)
    assert colour_spread(pixels[:5]) == 0.0
    skin = RegionColour(mean_l=3.0, mean_a=0, mean_b=4.0, std_l=0)
    assert contrast_lb(np.zeros((2, 3), np.float32), skin) == pytest.approx(5.0)


def test_concentric_colour_has_no_radial_spread_but_a_half_has() -> None:
    rows, columns = np.mgrid[-60:61, -60:61]
    radius = np.hypot(rows, columns)
    mask = radius <= 55
    rings = np.zeros((121, 121, 3), np.float32)
    rings[..., 0] = np.floor(radius / radius[mask].max() * 8) * 5
    halves = np.zeros((121, 121, 3), np.float32)
    halves[..., 0] = np.where(columns > 0, 30.0, 0.0)
    assert radial_colour_spread(rings, mask) < 0.5
    assert radial_colour_spread(halves, mask) == pytest.approx(5.0, abs=0.1)


def test_the_skin_ring_has_its_width_and_leaves_out_glare_frame_and_hair() -> None:
    image, mask = drawn(300, 300, 60)
    ring = surrounding_skin(image, mask)
    assert ring is not None
    rows, columns = np.nonzero(ring)
    distance = np.hypot(rows - 150, columns - 150)
    assert distance.min() > 60
    assert distance.max() == pytest.approx(60 * 1.3, abs=1.5)
    image[70:80, 140:160] = 255
    image[220:226, 140:160] = 0
    image[150, 212:228] = (60, 40, 30)
    cleaned = surrounding_skin(image, mask)
    assert cleaned is not None
    assert (image[cleaned] == SKIN).all()


def test_a_lesion_that_fills_the_image_has_no_skin() -> None:
    image = np.full((50, 60, 3), PIGMENT, np.uint8)
    features = measure_lesion(image, np.ones((50, 60), bool))
    assert features.touches_border
    assert features.colour.skin is None
    assert features.colour.delta_l is None
    assert features.colour.delta_lb is None
    assert features.area_px == 3000


def test_millimetres_are_given_only_when_calibrated() -> None:
    image, mask = drawn(200, 260, 50)
    plain = measure_lesion(image, mask)
    assert plain.area_mm2 is plain.perimeter_mm is None
    assert plain.long_diameter_mm is plain.short_diameter_mm is None
    scaled = measure_lesion(image, mask, mm_per_px=0.1)
    assert scaled.area_mm2 == pytest.approx(0.01 * plain.area_px)
    assert scaled.perimeter_mm == pytest.approx(0.1 * plain.perimeter_px)
    assert scaled.long_diameter_mm == pytest.approx(10.1, abs=0.15)
    assert scaled.short_diameter_mm == pytest.approx(10.1, abs=0.15)


def test_composed_numbers_follow_their_formulas() -> None:
    path = resources.path("samples", "ISIC_0014302.jpg")
    image = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
    grey = cv2.GaussianBlur(image[..., 2], (0, 0), 3)
    features = measure_lesion(image, grey < 80)
    shape, colour = features.shape, features.colour
    assert shape.area_perimeter_ratio == pytest.approx(features.perimeter_px**2 / features.area_px)
    border = 0.176 * (shape.area_perimeter_ratio - 4 * np.pi) + 7.52 * shape.symmetry_2axis
    assert shape.norm_border == pytest.approx(np.clip(border, 0, 10))
    variation = 1.4693 * colour.std_mean + 1.5281 * colour.radial_std_max
    assert colour.norm_colour == pytest.approx(np.clip(variation, 0, 10))
    assert colour.std_mean > 1
    assert shape.symmetry_2axis_angle_deg % 5 == 0


def test_holes_and_specks_do_not_count() -> None:
    image, mask = drawn(200, 260, 50)
    spoilt = mask.copy()
    spoilt[95:105, 125:135] = False
    spoilt[2:5, 2:5] = True
    assert measure_lesion(image, spoilt) == measure_lesion(image, mask)


def test_touching_the_frame_is_reported_on_every_side() -> None:
    image = np.full((60, 80, 3), SKIN, np.uint8)
    for part in (np.s_[:20, 30:50], np.s_[40:, 30:50], np.s_[20:40, :20], np.s_[20:40, 60:]):
        mask = np.zeros((60, 80), bool)
        mask[part] = True
        assert measure_lesion(image, mask).touches_border
    mask = np.zeros((60, 80), bool)
    mask[1:-1, 1:-1] = True
    assert not measure_lesion(image, mask).touches_border


def test_large_images_give_the_lengths_of_small_ones() -> None:
    image, mask = drawn(400, 500, 150)
    large_image = cv2.resize(image, (3000, 2400), interpolation=cv2.INTER_NEAREST)
    large_mask = cv2.resize(mask.astype(np.uint8), (3000, 2400)) > 0
    small, large = measure_lesion(image, mask), measure_lesion(large_image, large_mask)
    assert large.area_px == pytest.approx(36 * small.area_px, rel=0.02)
    assert large.perimeter_px == pytest.approx(6 * small.perimeter_px, rel=0.02)
    assert large.long_diameter_px == pytest.approx(6 * small.long_diameter_px, rel=0.02)
    assert large.colour.lesion.mean_l == pytest.approx(small.colour.lesion.mean_l, abs=0.5)


def test_a_thread_on_a_large_image_does_not_vanish() -> None:
    image = np.full((2000, 3000, 3), SKIN, np.uint8)
    mask = np.zeros((2000, 3000), bool)
    mask[1000, 100:2900] = True
    features = measure_lesion(image, mask)
    assert features.area_px == 2800
    assert features.long_diameter_px == pytest.approx(2800, rel=0.01)


@pytest.mark.parametrize("area_px", [1, 2, 5])
def test_lesions_of_a_few_pixels_are_measured(area_px: int) -> None:
    image, _ = drawn(60, 80, 10)
    mask = np.zeros((60, 80), bool)
    mask[30, 40 : 40 + area_px] = True
    features = measure_lesion(image, mask)
    assert features.area_px == area_px
    assert features.long_diameter_px == pytest.approx(area_px, abs=0.01)
    assert features.colour.std_mean == 0.0


def test_an_empty_mask_is_told_in_a_sentence() -> None:
    with pytest.raises(NoLesionError, match="no lesion to measure"):
        measure_lesion(np.zeros((5, 5, 3), np.uint8), np.zeros((5, 5), bool))


def test_what_does_not_belong_together_is_a_programming_error() -> None:
    image, mask = drawn(60, 80, 10)
    with pytest.raises(ValueError, match="do not belong together"):
        measure_lesion(image, mask[:50])
    with pytest.raises(ValueError, match="spacing"):
        measure_lesion(image, mask, mm_per_px=0.0)


def test_measuring_a_512_px_image_takes_less_than_60_ms_of_a_processor() -> None:
    image, mask = drawn(384, 512, 120)
    measure_lesion(image, mask)
    times_s = []
    for _ in range(8):
        start = time.process_time()
        measure_lesion(image, mask)
        times_s.append(time.process_time() - start)
    assert min(times_s) < 0.060
