"""Picture files to upright sRGB pixels, and pixels to the files of a data folder.

Like the application's import in orientation and colour profile, but for photographs only: training may not
look back at ``app.imaging``.
"""

from io import BytesIO
from typing import cast

import cv2
import numpy as np
from PIL import Image, ImageCms, ImageOps

from models.contract.arrays import BoolMask, RgbImage
from models.contract.preprocess import resized
from training.data_sets.pictures import PILLOW_FAILURES

JPEG_QUALITY = 95
_MOST_PIXELS = 200_000_000
_DEEP_MODES = ("I", "F", "I;16", "I;16B", "I;16L")


class UnreadablePictureError(Exception):
    """A picture cannot be read; the message is the sentence to show."""


def upright_pixels(content: bytes) -> RgbImage:
    """The picture in a file's bytes, (H, W, 3) uint8 upright sRGB.

    Raises:
        UnreadablePictureError: it is empty, damaged, too large or deeper than eight bits.
    """
    if not content:
        raise UnreadablePictureError("The file is empty.")
    try:
        with Image.open(BytesIO(content)) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise UnreadablePictureError("The picture has more than 200 megapixels.")
            if picture.mode in _DEEP_MODES:
                raise UnreadablePictureError("The picture has more than eight bits per colour.")
            profile = picture.info.get("icc_profile")
            return np.array(_in_srgb(ImageOps.exif_transpose(picture), profile), dtype=np.uint8)
    except PILLOW_FAILURES:
        raise UnreadablePictureError("The file is damaged, incomplete or no picture.") from None


def is_srgb(profile: bytes | None) -> bool:
    """Whether colours can be kept as they are: no profile, or one that calls itself sRGB."""
    return not profile or b"sRGB" in profile or "sRGB".encode("utf-16-be") in profile


def shrunk(image: RgbImage, longer_side_px: int) -> RgbImage:
    """``image`` with its longer side at most ``longer_side_px``; smaller ones stay as they are."""
    return np.asarray(resized(image, **shrunk_size(image.shape, longer_side_px)), dtype=np.uint8)


def shrunk_mask(mask: BoolMask, longer_side_px: int) -> BoolMask:
    """``mask`` shrunk like its image; a lesion of a few pixels does not vanish."""
    small = resized(mask.astype(np.float32), **shrunk_size(mask.shape, longer_side_px))
    coverage = np.asarray(small, dtype=np.float32)
    covered = coverage >= 0.5 if (coverage >= 0.5).any() else coverage > 0
    return np.asarray(covered, dtype=np.bool_)


def shrunk_size(shape: tuple[int, ...], longer_side_px: int) -> dict[str, int]:
    """Height and width after shrinking, px."""
    scale = min(1.0, longer_side_px / max(shape[:2]))
    return {"height_px": max(1, round(shape[0] * scale)), "width_px": max(1, round(shape[1] * scale))}


def jpeg(pixels: RgbImage) -> bytes:
    """The bytes of a JPEG file."""
    bgr = np.ascontiguousarray(pixels[:, :, ::-1])
    return cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes()


def mask_png(mask: BoolMask) -> bytes:
    """The bytes of a 1-bit PNG file, white = lesion."""
    white = mask.astype(np.uint8) * 255
    return cv2.imencode(".png", white, [cv2.IMWRITE_PNG_BILEVEL, 1])[1].tobytes()


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    if is_srgb(profile) or picture.mode not in ("RGB", "L", "CMYK"):
        return picture.convert("RGB")
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile or b""))
        converted = ImageCms.profileToProfile(
            picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        # A profile that does not fit its picture says nothing about colours.
        return picture.convert("RGB")
    return cast("Image.Image", converted)
