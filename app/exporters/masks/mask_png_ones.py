"""The valid mask of each case as a PNG of zeros and ones, which training programs read as class numbers."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from app.exporters.file_per_case import write_masks
from app.exporters.image_rendering import grey_png
from app.translation import N_
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile, Writing
from models.contract.arrays import BoolMask


class MaskPngOnes:
    """Masks in a new folder; 1 is inside the lesion, which looks black in an image viewer."""

    name = "mask_png_ones"
    label = N_("Masks (PNG, 0 and 1)")
    suffix = ".png"
    keeps_what_was_stopped = True

    def write(self, cases: Iterable[CaseFile], folder: Path, manner: ExportManner) -> Writing:
        """Write ``naevus_masks_ones/<case>_segmentation.png``; raises ExportError."""
        return write_masks(
            cases, folder, manner, name="naevus_masks_ones", ending="_segmentation.png", encode=_content
        )


def _content(mask: BoolMask) -> bytes:
    return grey_png(mask.astype(np.uint8))
