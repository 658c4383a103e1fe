"""A printed ruler is found at any angle, size and contrast, and nothing else is taken for one."""

import math

import cv2
import numpy as np
import pytest

import resources
from models.contract.arrays import RgbImage
from models.contract.imaging.printed_scale import find_printed_scale


def _skin(height_px: int = 340, width_px: int = 512) -> RgbImage:
    rng = np.random.default_rng(7)
    grain = cv2.GaussianBlur(rng.normal(0, 60, (height_px, width_px, 3)), (0, 0), 3)
    skin = np.array([205.0, 165.0, 145.0]) + grain + rng.normal(0, 2, (height_px, width_px, 3))
    skin = skin.clip(0, 255).astype(np.uint8)
    cv2.circle(skin, (width_px // 2, height_px // 3), height_px // 6, (120, 80, 60), -1, cv2.LINE_AA)
    return skin


def _with_ruler(
    skin: RgbImage,
    *,
    distance_px: float,
    angle_deg: float = 0.0,
    ticks: int = 11,
    ink: tuple[int, int, int] = (60, 45, 45),
    half_ticks: bool = False,
) -> RgbImage:
    """Draw a ruler with its middle a little below that of the image, four times as fine and shrunk."""
    fineness = 4 if skin.shape[1] < 1000 else 1
    width_px = 1.3 * max(1.0, skin.shape[1] / 512)
    canvas = np.zeros(tuple(fineness * side for side in skin.shape[:2]), np.uint8)
    along = np.array([math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))])
    across = np.array([along[1], -along[0]])
    middle = np.array([skin.shape[1] / 2, skin.shape[0] * 0.62])
    first = middle - along * distance_px * (ticks - 1) / 2

    def stroke(start: np.ndarray, end: np.ndarray) -> None:
        ends = (tuple(np.rint(fineness * 16 * point).astype(int).tolist()) for point in (start, end))
        cv2.line(canvas, *ends, 255, round(fineness * width_px), cv2.LINE_AA, 4)

    stroke(first, first + along * distance_px * (ticks - 1))
    for number in range(2 * ticks - 1):
        foot = first + along * distance_px * number / 2
        if number % 2 == 0:
            stroke(foot, foot + across * 0.5 * distance_px)
        elif half_ticks:
            stroke(foot, foot + across * 0.25 * distance_px)
    drawn = cv2.resize(canvas, skin.shape[1::-1], interpolation=cv2.INTER_AREA)[..., None] / 255
    return np.rint(skin * (1 - drawn) + np.array(ink) * drawn).astype(np.uint8)


@pytest.mark.parametrize("angle_deg", [0, 7, 31, 45, 77, 90, 124, 163, -12])
def test_a_ruler_is_found_at_any_angle(angle_deg: float) -> None:
    scale = find_printed_scale(_with_ruler(_skin(), distance_px=17.3, angle_deg=angle_deg))
    assert scale is not None
    assert scale.distance_px == pytest.approx(17.3, abs=0.1)
    assert scale.mm_per_px(0.5) == pytest.approx(0.5 / 17.3, rel=0.006)


@pytest.mark.parametrize(("distance_px", "width_px"), [(8.6, 512), (13.0, 512), (24.2, 512), (75.3, 1600)])
def test_ticks_are_placed_to_a_fraction_of_a_pixel(distance_px: float, width_px: int) -> None:
    skin = _skin(width_px * 3 // 4, width_px)
    scale = find_printed_scale(_with_ruler(skin, distance_px=distance_px, angle_deg=9))
    assert scale is not None
    assert scale.distance_px == pytest.approx(distance_px, rel=0.008)
    assert len(scale.ticks_xy) >= 9
    step_x = distance_px * math.cos(math.radians(9))
    numbers = [(x - width_px / 2) / step_x for x, _y in scale.ticks_xy]
    assert max(abs(number - round(number)) * step_x for number in numbers) < 1 + width_px / 1280


@pytest.mark.parametrize("ink", [(150, 120, 110), (10, 10, 10), (250, 250, 250)])
def test_faint_dark_and_bright_rulers_are_found(ink: tuple[int, int, int]) -> None:
    scale = find_printed_scale(_with_ruler(_skin(), distance_px=20, angle_deg=-20, ink=ink))
    assert scale is not None
    assert scale.distance_px == pytest.approx(20, abs=0.1)


def test_of_long_and_short_ticks_the_long_ones_count() -> None:
    scale = find_printed_scale(_with_ruler(_skin(), distance_px=21.4, angle_deg=14, half_ticks=True))
    assert scale is not None
    assert scale.distance_px == pytest.approx(21.4, abs=0.1)


def test_hair_and_a_bubble_hide_a_tick_and_the_spacing_stays() -> None:
    image = _with_ruler(_skin(), distance_px=21.4, angle_deg=5)
    cv2.line(image, (200, 330), (290, 120), (50, 35, 30), 2, cv2.LINE_AA)
    cv2.circle(image, (300, 212), 7, (230, 215, 205), -1, cv2.LINE_AA)
    scale = find_printed_scale(image)
    assert scale is not None
    assert scale.distance_px == pytest.approx(21.4, abs=0.15)


def _hairs(skin: RgbImage) -> RgbImage:
    rng = np.random.default_rng(3)
    for _each in range(30):
        ends = rng.integers(0, (skin.shape[1], skin.shape[0]), (2, 2)).tolist()
        cv2.line(skin, *ends, (60, 40, 35), int(rng.integers(1, 3)), cv2.LINE_AA)
    return skin


def test_skin_hair_a_bare_line_and_too_few_ticks_are_refused() -> None:
    line = _skin()
    cv2.line(line, (100, 220), (400, 240), (40, 30, 30), 2, cv2.LINE_AA)
    few = _with_ruler(_skin(), distance_px=30, ticks=4)
    for image in (_skin(), _hairs(_skin()), line, few, np.zeros((20, 20, 3), np.uint8)):
        assert find_printed_scale(image) is None


@pytest.mark.parametrize(
    ("name", "distance_px"),
    [("0013232", 21.9), ("0014302", 21.4), ("0012684", 22.3), ("0013104", 22.3), ("0014382", 21.7)],
)
def test_the_rulers_of_the_samples_are_found(name: str, distance_px: float) -> None:
    scale = find_printed_scale(_sample(name))
    assert scale is not None
    assert scale.distance_px == pytest.approx(distance_px, abs=0.15)


@pytest.mark.parametrize("name", ["0000043", "0000262", "0000276"])
def test_samples_without_a_ruler_are_refused(name: str) -> None:
    assert find_printed_scale(_sample(name)) is None


def _sample(name: str) -> RgbImage:
    encoded = np.fromfile(resources.path("samples", f"ISIC_{name}.jpg"), np.uint8)
    bgr = cv2.imdecode(encoded, cv2.IMREAD_COLOR)
    assert bgr is not None
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), dtype=np.uint8)
