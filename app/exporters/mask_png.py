"""The valid mask of each case as a black and white PNG of the image's size."""

from collections.abc import Sequence
from pathlib import Path

from app.domain.errors import ExportError
from app.exporters.atomic_output import new_folder
from app.exporters.deidentification import file_stem
from app.exporters.image_rendering import mask_png
from app.translation import _
from app.usecases.exports.exporter import CaseFile


class MaskPng:
    """Masks in a new folder; 255 is inside the lesion, and cases without a mask are left out."""

    name = "mask_png"
    label = "Masks (PNG)"
    suffix = ".png"

    def write(self, cases: Sequence[CaseFile], folder: Path, *, deidentified: bool) -> list[Path]:
        """Write ``naevus_masks/<case>_segmentation.png``; raises ExportError."""
        with new_folder(folder, "naevus_masks") as delivery:
            is_empty = True
            for file in cases:
                if file.mask is not None:
                    stem = file_stem(file.case, deidentified=deidentified)
                    delivery.add(f"{stem}_segmentation.png", mask_png(file.mask))
                    is_empty = False
            if is_empty:
                raise ExportError(_("None of the chosen cases has a mask yet; nothing was written."))
        return delivery.files
