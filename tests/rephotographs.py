"""A real lesion photographed again: a bundled sample under a known transform, in other light."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import cv2
import numpy as np

import resources
from app.domain.case import Case
from app.domain.followup.image_transform import ImageTransform
from app.domain.ids import ImageId, LesionId
from app.domain.image import Calibration
from app.usecases.cases.import_images import import_images
from app.usecases.cases.set_calibration import set_calibration
from app.usecases.corrections.correct_mask import correct_mask
from app.usecases.patients.edit_visit import edit_visit
from app.usecases.services import Services
from models.contract.arrays import RgbImage
from tests.builders import a_mask, result_of
from tests.fakes import FakeToken

SCALE = 1.1
"""How many px of the second visit's image one px of the first one's is."""


def sample(name: str = "ISIC_0014302") -> RgbImage:
    """Return a bundled sample."""
    read = cv2.imread(str(resources.path("samples", f"{name}.jpg")), cv2.IMREAD_COLOR)
    assert read is not None
    return cv2.cvtColor(read, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)


def turned(
    shape: tuple[int, ...], *, degrees: float, scale: float, shift_xy: tuple[float, float]
) -> ImageTransform:
    """Return a turn and enlargement about the middle of an image, and a shift."""
    middle = np.array([shape[1] / 2, shape[0] / 2])
    cosine, sine = scale * np.cos(np.deg2rad(degrees)), scale * np.sin(np.deg2rad(degrees))
    matrix = np.array([[cosine, -sine], [sine, cosine]])
    return ImageTransform.from_matrix(np.column_stack([matrix, middle + shift_xy - matrix @ middle]))


def rephotographed(
    pixels: RgbImage, transform: ImageTransform, *, light: tuple[float, float, float] = (1.1, 1.0, 0.9)
) -> RgbImage:
    """Return an image under a transform, in a frame of its own size, in other light and colours."""
    size = pixels.shape[1], pixels.shape[0]
    moved = cv2.warpAffine(pixels, transform.index_matrix, size, flags=cv2.INTER_CUBIC)
    return np.clip(moved * np.array(light), 0, 255).astype(np.uint8)


def write_image(path: Path, pixels: RgbImage) -> Path:
    """Write an image file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    return path


def two_visits(
    services: Services, folder: Path, *, mm_per_px: float | None = 0.02, radii_px: tuple[int, int] = (60, 80)
) -> tuple[ImageId, ImageId]:
    """Store a sample and, a year later, its re-photograph; the masks are discs of these radii."""
    pixels = sample()
    moved = turned(pixels.shape, degrees=12, scale=SCALE, shift_xy=(6, -4))
    first = stored_at_visit(services, write_image(folder / "first.png", pixels), None, date(2024, 5, 1))
    later = write_image(folder / "second.png", rephotographed(pixels, moved))
    second = stored_at_visit(services, later, first.lesion.id, date(2025, 5, 1))
    height, width = pixels.shape[:2]
    middle = np.array([[width / 2, height / 2]])
    for case, radius_px, at in ((first, radii_px[0], middle), (second, radii_px[1], moved.of_points(middle))):
        x, y = (round(float(value)) for value in at[0])
        correct_mask(services, case.image.id, a_mask(height, width, radius_px=radius_px, at_xy=(x, y)))
    if mm_per_px is not None:
        for case, scale in ((first, mm_per_px), (second, mm_per_px / SCALE)):
            set_calibration(services, case.image.id, Calibration(scale, "measured on a ruler"))
    return first.image.id, second.image.id


def stored_at_visit(services: Services, path: Path, lesion_id: LesionId | None, day: date) -> Case:
    """Import an image into a lesion, or into one of its own, with the date of its visit."""
    importing = import_images(services, [path], token=FakeToken(), lesion_id=lesion_id)
    (image_id,) = result_of(importing).imported
    with services.store.reading() as work:
        case = work.cases.case(image_id)
    edit_visit(services, case.visit, replace(case.visit, visited_on=day))
    return case
