"""Small pictures of an image with the outline of each of its masks, for the history."""

from collections.abc import Sequence

import cv2
import numpy as np

from app.domain.errors import StorageError, UnreadableFileError
from app.domain.ids import BlobName
from app.domain.image import DermoscopicImage
from app.usecases.analysis.colour_scales import CASING_RGB, LINE_RGB
from app.usecases.services import Services
from models.contract.arrays import BoolMask, RgbImage

SIDE_PX = 144
"""Of the longer side: twice what is shown, for fine screens."""


def outline_thumbnails(
    services: Services, image: DermoscopicImage, masks: Sequence[BlobName]
) -> dict[BlobName, RgbImage]:
    """Return for each mask the image, reduced, (h, w, 3) uint8, with its outline; lost masks are left out."""
    small = _reduced(services.arrays.pixels(image))
    found: dict[BlobName, RgbImage] = {}
    for name in dict.fromkeys(masks):
        try:
            found[name] = _outlined(small, services.arrays.mask(name))
        except (StorageError, UnreadableFileError):
            continue
    return found


def _reduced(pixels: RgbImage) -> RgbImage:
    height_px, width_px = pixels.shape[:2]
    scale = SIDE_PX / max(height_px, width_px)
    size = (max(1, round(width_px * scale)), max(1, round(height_px * scale)))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _outlined(small: RgbImage, mask: BoolMask) -> RgbImage:
    height_px, width_px = small.shape[:2]
    share = cv2.resize(mask.astype(np.float32), (width_px, height_px), interpolation=cv2.INTER_AREA)
    outlines, _ = cv2.findContours((share >= 0.5).astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    drawn = small.copy()
    cv2.drawContours(drawn, outlines, -1, CASING_RGB, 3, cv2.LINE_AA)
    cv2.drawContours(drawn, outlines, -1, LINE_RGB, 1, cv2.LINE_AA)
    return drawn
