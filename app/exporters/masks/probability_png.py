"""The boundary model's probability of lesion at each pixel, as a PNG of 16 bits."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from app.exporters.file_per_case import has_predicted_boundary, write_file_per_case
from app.exporters.image_rendering import grey_png
from app.translation import N_
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile, Writing

_LEVELS = 65_535


class ProbabilityPng:
    """Maps in a new folder; 65535 stands for 1, and cases without a predicted boundary are left out."""

    name = "probability_png"
    label = N_("Probability maps (PNG, 16 bits)")
    suffix = ".png"
    keeps_what_was_stopped = True

    def write(self, cases: Iterable[CaseFile], folder: Path, manner: ExportManner) -> Writing:
        """Write ``naevus_probability_png/<case>_probability.png``; raises ExportError."""
        return write_file_per_case(
            cases,
            folder,
            manner,
            name="naevus_probability_png",
            ending="_probability.png",
            is_shown=has_predicted_boundary,
            encode=_content,
        )


def _content(file: CaseFile) -> bytes:
    levels = np.clip(file.lesion_probability, 0, 1) * np.float64(_LEVELS)
    return grey_png(np.rint(levels).astype(np.uint16))
