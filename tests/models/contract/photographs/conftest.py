"""Synthetic skin pictures and encoders, shared by the tests of the reader of photographs."""

from collections.abc import Callable
from io import BytesIO

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image


@pytest.fixture
def skin() -> NDArray[np.uint8]:
    """Smooth skin with a dark lesion off the centre, (96, 128, 3)."""
    rows, columns = np.mgrid[0:96, 0:128].astype(np.float32)
    plain = np.dstack([226 - columns / 8, 176 - rows / 6, 150 - (rows + columns) / 14])
    distance = np.hypot((rows - 34) / 21, (columns - 38) / 23)
    depth = cv2.GaussianBlur((distance < 1).astype(np.float32), (0, 0), 6)[..., None]
    return np.rint(plain * (1 - depth) + np.array([92, 58, 46], np.float32) * depth).astype(np.uint8)


@pytest.fixture
def encoded() -> Callable[..., bytes]:
    def encode(picture: Image.Image | NDArray[np.uint8], decoder: str, **options: object) -> bytes:
        buffer = BytesIO()
        image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
        image.save(buffer, decoder, **options)
        return buffer.getvalue()

    return encode
