"""Grey images of the experiments' sources, read as they are."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training.contract.data_set import DataSetError


def read_grey_image(file: Path) -> NDArray[np.uint8]:
    """The grey values of a file, (H, W) uint8.

    Raises:
        DataSetError: the file is missing or holds no image.
    """
    grey = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
    if grey is None:
        raise DataSetError(f"{file} is no image; get it again from its source.")
    return np.asarray(grey, dtype=np.uint8)
