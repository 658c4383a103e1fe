"""A folder in the manner of the ISIC challenges: images, ``*_segmentation.png`` and ``metadata.csv``.

Images are PNG, not JPEG, so that they are the very pixels the masks were drawn on.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from app.exporters.begun_folder import BegunFolder, begun_folder
from app.exporters.csv_cells import CsvFile
from app.exporters.image_rendering import mask_png
from app.exporters.tables.case_row import case_rows, columns
from app.translation import N_
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile, Writing

_FILE_COLUMNS = ("image_file", "mask_file", "other_mask_files")
_JOINT = " | "


class IsicFolder:
    """Upright images, masks and a metadata table whose rows name them."""

    name = "isic_folder"
    label = N_("ISIC folder with metadata")
    suffix = ""
    keeps_what_was_stopped = True

    def write(self, cases: Iterable[CaseFile], folder: Path, manner: ExportManner) -> Writing:
        """Write ``naevus_isic/``; raises ExportError."""
        hides = manner.deidentified
        with begun_folder(folder, "naevus_isic", manner) as begun:
            table = CsvFile(begun.stream("metadata.csv"), (*columns(deidentified=hides), *_FILE_COLUMNS))
            for done, (file, row) in enumerate(case_rows(cases, deidentified=hides), start=1):
                stem = begun.stems.next_stem(file.case)
                row["image_file"] = begun.put_image(file, f"images/{stem}.png")
                if file.case.mask is not None:
                    row["mask_file"] = mask_name = f"masks/{stem}_segmentation.png"
                    begun.put(file.case, mask_name, partial(_mask, file))
                row["other_mask_files"] = _JOINT.join(_put_others(begun, file, stem)) or None
                table.write(row)
                yield done
        return begun.files


def _put_others(begun: BegunFolder, file: CaseFile, stem: str) -> Iterator[str]:
    """Write a mask for each lesion beside the one of interest."""
    for shown in file.lesions:
        if shown.lesion is not None:
            name = f"masks/{stem}_lesion{shown.number}_segmentation.png"
            begun.put(file.case, name, partial(mask_png, shown.mask), lesion=shown.lesion)
            yield name


def _mask(file: CaseFile) -> bytes:
    return mask_png(file.lesion_pixels)
