"""On bundled photographs, because what is to be found is skin."""

import cv2
import numpy as np
import pytest

from app.domain.errors import CancelledError
from app.domain.followup.registration import RefusalReason, RegistrationRefusedError
from app.imaging.registration import register as judging
from app.imaging.registration.register import register
from app.imaging.registration.usable_skin import usable_skin
from app.imaging.registration.warped import shown_area, warped_image, warped_mask
from models.contract.arrays import RgbImage
from tests.rephotographs import rephotographed, sample, turned


def lesion_border_xy(pixels: RgbImage) -> np.ndarray:
    angle = np.linspace(0, 2 * np.pi, 90)
    radius = 0.2 * min(pixels.shape[:2])
    return (
        np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]) + np.array(pixels.shape[1::-1]) / 2
    )


@pytest.mark.parametrize(
    ("degrees", "scale", "shift_xy"),
    [(0.0, 1.0, (0.0, 0.0)), (15.0, 1.25, (20.0, -12.0)), (-120.0, 0.8, (-15.0, 8.0))],
)
def test_a_known_transform_is_found_to_a_pixel_at_the_lesion(
    degrees: float, scale: float, shift_xy: tuple[float, float]
) -> None:
    pixels = sample()
    true = turned(pixels.shape, degrees=degrees, scale=scale, shift_xy=shift_xy)
    found = register(pixels, rephotographed(pixels, true))

    border = lesion_border_xy(pixels)
    apart = found.transform.of_points(border) - true.of_points(border)
    assert np.hypot(*apart.T).max() < 1.0
    assert found.residual_px < 3
    assert found.inlier_count >= judging.FEWEST_POINTS
    assert found.correlation > 0.6


def test_images_of_other_sizes_are_registered_in_their_own_pixels() -> None:
    pixels = sample()
    half = cv2.resize(pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA).astype(np.uint8)
    found = register(pixels, half)

    border = lesion_border_xy(pixels)
    ratio = np.array(half.shape[1::-1]) / np.array(pixels.shape[1::-1])
    assert np.hypot(*(found.transform.of_points(border) - border * ratio).T).max() < 0.5


def test_a_lesion_that_has_grown_leaves_the_scale_to_the_skin() -> None:
    pixels = sample()
    height, width = pixels.shape[:2]
    reach = 0.28 * height
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    right, down = columns - width / 2, rows - height / 2
    swelling = 1 + 0.22 * np.exp(-(right**2 + down**2) / reach**2)
    across, along = width / 2 + right / swelling, height / 2 + down / swelling
    grown = cv2.remap(pixels, across.astype(np.float32), along.astype(np.float32), cv2.INTER_CUBIC)
    near = np.hypot(right, down) < 1.6 * reach
    found = register(pixels, grown.astype(np.uint8), lesions=(near, near))

    assert found.is_from_skin
    assert found.transform.scale == pytest.approx(1.0, abs=0.02)


def test_different_lesions_are_refused() -> None:
    with pytest.raises(RegistrationRefusedError, match="side by side"):
        register(sample("ISIC_0000043"), sample("ISIC_0013104"))


def test_skin_without_a_pattern_has_too_few_points() -> None:
    with pytest.raises(RegistrationRefusedError) as refused:
        register(np.full((120, 160, 3), 180, np.uint8), sample())
    assert refused.value.reason is RefusalReason.TOO_FEW_POINTS


def test_a_mirrored_image_is_refused() -> None:
    with pytest.raises(RegistrationRefusedError):
        register(sample(), sample()[:, ::-1].copy())


@pytest.mark.parametrize(
    ("limit", "value", "reason"),
    [
        ("LARGEST_SCALE", 1.1, RefusalReason.SCALE),
        ("LARGEST_STRETCH", 0.9, RefusalReason.DISTORTION),
        ("LEAST_OVERLAP", 1.1, RefusalReason.OVERLAP),
        ("LEAST_CORRELATION", 1.1, RefusalReason.CORRELATION),
        ("LEAST_SPREAD", 1.1, RefusalReason.TOO_FEW_POINTS),
    ],
)
def test_what_lies_beyond_a_limit_is_refused_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, limit: str, value: float, reason: RefusalReason
) -> None:
    monkeypatch.setattr(judging, limit, value)
    pixels = sample()
    true = turned(pixels.shape, degrees=10, scale=1.3, shift_xy=(0, 0))
    with pytest.raises(RegistrationRefusedError) as refused:
        register(pixels, rephotographed(pixels, true))
    assert refused.value.reason is reason


def test_a_registration_can_be_stopped() -> None:
    def stop() -> None:
        raise CancelledError

    with pytest.raises(CancelledError):
        register(sample(), sample(), stop_if_unwanted=stop)


def test_hair_and_the_dark_frame_are_left_out_and_a_dark_lesion_is_not() -> None:
    pixels = np.full((200, 300, 3), 190, np.uint8)
    cv2.line(pixels, (40, 60), (260, 100), (60, 50, 40), 2)
    pixels[:40, :60] = 5
    cv2.circle(pixels, (150, 150), 30, (40, 30, 25), -1)
    usable = usable_skin(pixels)

    assert not usable[10, 10]
    assert not usable[80, 150]
    assert usable[150, 150]
    assert usable[180, 250]


def test_an_earlier_image_and_its_mask_are_laid_where_the_transform_says() -> None:
    pixels = np.full((40, 60, 3), 200, np.uint8)
    pixels[10:20, 10:30] = 20
    mask = pixels[..., 0] < 100
    shifted = turned(pixels.shape, degrees=0, scale=1, shift_xy=(5, 3))

    assert (warped_mask(mask, shifted, (40, 60))[13:23, 15:35]).all()
    assert np.count_nonzero(warped_mask(mask, shifted, (40, 60))) == 200
    laid = warped_image(pixels, shifted, (40, 60))
    assert laid[15, 20].tolist() == [20, 20, 20]
    assert laid[0, 0].tolist() == [128, 128, 128]
    shown = shown_area((40, 60), shifted, (40, 60))
    assert (bool(shown[0, 0]), bool(shown[30, 30])) == (False, True)
