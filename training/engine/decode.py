"""Reading image and mask files of a data folder."""

import cv2
import numpy as np

from models.contract.arrays import BoolMask, RgbImage
from models.contract.regions import largest_component
from training.contract.data_set import DataSetError, Sample


def read_image(sample: Sample) -> RgbImage:
    """The image of a sample, (H, W, 3) uint8 RGB.

    Raises:
        DataSetError: the file is missing or cannot be decoded.
    """
    bgr = cv2.imdecode(_bytes_of(sample.image_file.as_posix()), cv2.IMREAD_COLOR)
    if bgr is None:
        raise DataSetError(f"The image file of {sample.image_id} cannot be read.")
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), dtype=np.uint8)


def read_mask(sample: Sample, shape: tuple[int, ...]) -> BoolMask | None:
    """The expert's mask, (H, W) bool, its largest region only; None if there is none.

    Raises:
        DataSetError: the file cannot be decoded or does not have the image's size.
    """
    if sample.mask_file is None:
        return None
    grey = cv2.imdecode(_bytes_of(sample.mask_file.as_posix()), cv2.IMREAD_GRAYSCALE)
    if grey is None:
        raise DataSetError(f"The mask file of {sample.image_id} cannot be read.")
    if grey.shape != shape[:2]:
        raise DataSetError(f"Mask and image of {sample.image_id} differ in size.")
    return largest_component(np.asarray(grey > 127, dtype=np.bool_))


def _bytes_of(file: str) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    # cv2.imread cannot open non-ASCII paths on Windows; numpy can.
    try:
        return np.fromfile(file, dtype=np.uint8)
    except OSError as error:
        raise DataSetError(f"{file} cannot be opened.") from error
