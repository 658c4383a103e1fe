"""A folder in the manner of the ISIC challenges: images, ``*_segmentation.png`` and ``metadata.csv``.

Images are PNG, not JPEG, so that they are the very pixels the masks were drawn on.
"""

from collections.abc import Sequence
from pathlib import Path

from app.exporters.atomic_output import new_folder
from app.exporters.case_row import case_row, columns, with_acquisition_days
from app.exporters.csv_cells import table_bytes
from app.exporters.deidentification import file_stem
from app.exporters.image_rendering import image_png, mask_png
from app.usecases.exports.exporter import CaseFile

_FILE_COLUMNS = ("image_file", "mask_file")


class IsicFolder:
    """Upright images, masks and a metadata table whose rows name them."""

    name = "isic_folder"
    label = "Images, masks and metadata (ISIC folder)"
    suffix = ""

    def write(self, cases: Sequence[CaseFile], folder: Path, *, deidentified: bool) -> list[Path]:
        """Write ``naevus_isic/``; raises ExportError."""
        rows, days = [], []
        with new_folder(folder, "naevus_isic") as delivery:
            for file in cases:
                stem = file_stem(file.case, deidentified=deidentified)
                row = case_row(file, deidentified=deidentified)
                row["image_file"] = f"images/{stem}.png"
                delivery.add(f"images/{stem}.png", image_png(file.pixels))
                if file.mask is not None:
                    row["mask_file"] = f"masks/{stem}_segmentation.png"
                    delivery.add(f"masks/{stem}_segmentation.png", mask_png(file.mask))
                rows.append(row)
                days.append(file.case.visit.visited_on.toordinal())
            table = with_acquisition_days(rows, days)
            all_columns = (*columns(deidentified=deidentified), *_FILE_COLUMNS)
            delivery.add("metadata.csv", table_bytes(all_columns, table))
        return delivery.files
