"""Synthetic skin pictures and a reader, shared by the imaging tests."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.imaging.read_image import ReadImage
from app.imaging.readers import ImageReader


def skin_picture(height_px: int = 96, width_px: int = 128) -> NDArray[np.uint8]:
    """Return smooth skin with a dark lesion off the centre, so that no orientation equals another."""
    rows, columns = np.mgrid[0:height_px, 0:width_px].astype(np.float32)
    skin = np.dstack([226 - columns / 8, 176 - rows / 6, 150 - (rows + columns) / 14])
    distance = np.hypot((rows - 0.35 * height_px) / 0.22, (columns - 0.3 * width_px) / 0.18) / height_px
    depth = cv2.GaussianBlur((distance < 1).astype(np.float32), (0, 0), 6)[..., None]
    lesion = np.array([92, 58, 46], np.float32)
    return np.rint(skin * (1 - depth) + lesion * depth).astype(np.uint8)


@pytest.fixture
def skin() -> NDArray[np.uint8]:
    return skin_picture()


@pytest.fixture
def reader() -> ImageReader:
    return ImageReader()


@pytest.fixture
def read_bytes(tmp_path: Path, reader: ImageReader) -> Callable[..., ReadImage]:
    def read(content: bytes, name: str = "image.bin") -> ReadImage:
        path = tmp_path / name
        path.write_bytes(content)
        return reader.read(path)

    return read
