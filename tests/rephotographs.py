"""A real lesion photographed again: a bundled sample under a known transform, in other light."""

from pathlib import Path

import cv2
import numpy as np

import resources
from app.domain.followup.image_transform import ImageTransform
from models.contract.arrays import RgbImage


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
