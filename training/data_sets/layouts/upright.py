"""Picture files to upright sRGB pixels, and pixels to the files of a data folder."""

import cv2
import numpy as np

from models.contract.arrays import BoolMask, RgbImage
from models.contract.errors import NaevusError, UnreadablePhotographError
from models.contract.imaging.preprocess import resized
from models.contract.photographs.decoding import Photograph
from models.contract.photographs.reader import read_photograph

JPEG_QUALITY = 95


class UnreadableImageError(NaevusError):
    """A picture cannot be read; the message is the sentence to show."""


def photograph_of(content: bytes) -> Photograph:
    """The photograph in a file's bytes, with what was done to make it upright sRGB.

    Raises:
        UnreadableImageError: it is empty, damaged, too large or of a kind that cannot be read.
    """
    try:
        return read_photograph(content)
    except UnreadablePhotographError as error:
        raise UnreadableImageError(str(error)) from None


def upright_pixels(content: bytes) -> RgbImage:
    """The picture in a file's bytes, (H, W, 3) uint8 upright sRGB; raises UnreadableImageError."""
    return photograph_of(content).pixels


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


def png(pixels: RgbImage) -> bytes:
    """The bytes of a PNG file: exactly these pixels."""
    return cv2.imencode(".png", np.ascontiguousarray(pixels[:, :, ::-1]))[1].tobytes()


def mask_png(mask: BoolMask) -> bytes:
    """The bytes of a 1-bit PNG file, white = lesion."""
    white = mask.astype(np.uint8) * 255
    return cv2.imencode(".png", white, [cv2.IMWRITE_PNG_BILEVEL, 1])[1].tobytes()
