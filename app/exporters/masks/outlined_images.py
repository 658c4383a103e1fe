"""The images with the boundary drawn in, to look at."""

from collections.abc import Iterable
from pathlib import Path

from app.exporters.file_per_case import has_mask, write_file_per_case
from app.exporters.image_rendering import jpeg, with_boundaries
from app.translation import N_
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile, Writing


class OutlinedImages:
    """JPEG files in a new folder; cases without a mask are left out."""

    name = "outlined_images"
    label = N_("Images with their boundary (JPEG)")
    suffix = ".jpg"
    keeps_what_was_stopped = True

    def write(self, cases: Iterable[CaseFile], folder: Path, manner: ExportManner) -> Writing:
        """Write ``naevus_outlined/<case>_boundary.jpg``; raises ExportError."""
        return write_file_per_case(
            cases,
            folder,
            manner,
            name="naevus_outlined",
            ending="_boundary.jpg",
            is_shown=has_mask,
            encode=_content,
        )


def _content(file: CaseFile) -> bytes:
    return jpeg(with_boundaries(file.pixels, file))
