"""The valid mask of each case as a black and white PNG of the image's size."""

from collections.abc import Iterable
from pathlib import Path

from app.exporters.file_per_case import write_masks
from app.exporters.image_rendering import mask_png
from app.translation import N_
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile, Writing


class MaskPng:
    """Masks in a new folder; 255 is inside the lesion, and cases without a mask are left out."""

    name = "mask_png"
    label = N_("Masks (PNG, 0 and 255)")
    suffix = ".png"
    keeps_what_was_stopped = True

    def write(self, cases: Iterable[CaseFile], folder: Path, manner: ExportManner) -> Writing:
        """Write ``naevus_masks/<case>_segmentation.png``; raises ExportError."""
        return write_masks(
            cases, folder, manner, name="naevus_masks", ending="_segmentation.png", encode=mask_png
        )
