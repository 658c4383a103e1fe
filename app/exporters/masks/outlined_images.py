"""The images with the boundary drawn in, to look at."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from app.exporters.begun_folder import begun_folder
from app.exporters.image_rendering import jpeg, with_boundary
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile, Writing


class OutlinedImages:
    """JPEG files in a new folder; cases without a mask are left out."""

    name = "outlined_images"
    label = "Images with their boundary (JPEG)"
    suffix = ".jpg"
    keeps_what_was_stopped = True

    def write(self, cases: Iterable[CaseFile], folder: Path, manner: ExportManner) -> Writing:
        """Write ``naevus_outlined/<case>_boundary.jpg``; raises ExportError."""
        with begun_folder(folder, "naevus_outlined", manner) as begun:
            for done, file in enumerate(cases, start=1):
                stem = begun.stems.next_stem(file.case)
                if file.case.mask is not None:
                    begun.put(file.case, f"{stem}_boundary.jpg", partial(_content, file))
                yield done
        return begun.files


def _content(file: CaseFile) -> bytes:
    return jpeg(with_boundary(file.pixels, file.lesion_pixels))
