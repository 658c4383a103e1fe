"""Reading image and mask files of a data folder."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import BoolMask, RgbImage
from models.contract.errors import NoMaskError, UnreadableMaskError, UnreadablePhotographError
from models.contract.imaging import mask_file
from models.contract.imaging.regions import largest_component
from models.contract.imaging.structures import STRUCTURES
from models.contract.photographs.reader import read_photograph
from training.contract.data_set import DataSetError, Sample


def read_image(sample: Sample) -> RgbImage:
    """The image of a sample, (H, W, 3) uint8 RGB.

    Raises:
        DataSetError: the file is missing, damaged or cannot be decoded.
    """
    try:
        return read_photograph(_content(sample.image_file).tobytes()).pixels
    except UnreadablePhotographError as error:
        raise DataSetError(f"The image file of {sample.image_id} cannot be read: {error}") from error


def read_mask(sample: Sample, shape: tuple[int, ...]) -> BoolMask | None:
    """The expert's mask, (H, W) bool, its largest region only; None if there is none.

    Raises:
        DataSetError: the file cannot be read or is no mask, does not have the image's size, or marks nothing.
    """
    if sample.mask_file is None:
        return None
    try:
        mask = mask_file.read_mask(_content(sample.mask_file).tobytes()).mask
    except UnreadableMaskError as error:
        raise DataSetError(f"The mask file of {sample.image_id} cannot be read.") from error
    except NoMaskError as error:
        raise DataSetError(f"The mask file of {sample.image_id} cannot be used: {error}") from error
    if mask.shape != shape[:2]:
        raise DataSetError(f"Mask and image of {sample.image_id} differ in size.")
    if not mask.any():
        raise DataSetError(f"The mask of {sample.image_id} is empty.")
    return largest_component(mask)


def read_structure_mask(sample: Sample, place: int) -> BoolMask:
    """Where experts marked the structure ``STRUCTURES[place]``, (H, W) bool.

    Raises:
        DataSetError: there is no such file, it cannot be read, or it is no mask.
    """
    file = sample.structure_files[place]
    what = f"The mask of {STRUCTURES[place]} of {sample.image_id}"
    if file is None:
        raise DataSetError(f"{what} is not named by the manifest.")
    try:
        return mask_file.read_mask(_content(file).tobytes()).mask
    except NoMaskError as error:
        raise DataSetError(f"{what} cannot be used: {error}") from error


def _content(file: Path) -> NDArray[np.uint8]:
    # cv2.imread cannot open non-ASCII paths on Windows; numpy can.
    try:
        return np.fromfile(file, dtype=np.uint8)
    except OSError as error:
        raise DataSetError(f"{file} cannot be opened.") from error
