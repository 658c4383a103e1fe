"""A lesion with a hole and a second part, which every format must keep, and what is left of it in a file."""

from pathlib import Path

import numpy as np

from app.usecases.exports.exporter import CaseFile, Exporter
from models.contract.arrays import BoolMask
from tests.builders import exported

SIZE = (300, 400)
"""(height, width) in pixels of the image."""


def a_holed_lesion() -> BoolMask:
    """Return a disc with a hole, and a second part without one."""
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    mask = ((y - 130) ** 2 + (x - 170) ** 2 < 100**2) & ((y - 120) ** 2 + (x - 150) ** 2 > 22**2)
    mask[250:290, 300:380] = True
    return mask


def iou(one: BoolMask, other: BoolMask) -> float:
    """Return the intersection over the union of two masks."""
    return float((one & other).sum() / (one | other).sum())


def written_by(exporter: Exporter, case: CaseFile, folder: Path, suffix: str) -> Path:
    """Return the one file of an ending that an export with identity has."""
    files = exported(exporter, [case], folder, deidentified=False)
    (found,) = (file for file in files if file.suffix == suffix)
    return found
