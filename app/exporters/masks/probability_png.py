"""The boundary model's probability of lesion at each pixel, as a PNG of 16 bits."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path

import numpy as np

from app.exporters.begun_folder import begun_folder
from app.exporters.image_rendering import grey_png
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile, Writing

_LEVELS = 65_535


class ProbabilityPng:
    """Maps in a new folder; 65535 stands for 1, and cases without a predicted boundary are left out."""

    name = "probability_png"
    label = "Probability maps (PNG, 16 bits)"
    suffix = ".png"
    keeps_what_was_stopped = True

    def write(self, cases: Iterable[CaseFile], folder: Path, manner: ExportManner) -> Writing:
        """Write ``naevus_probability_png/<case>_probability.png``; raises ExportError."""
        with begun_folder(folder, "naevus_probability_png", manner) as begun:
            for done, file in enumerate(cases, start=1):
                stem = begun.stems.next_stem(file.case)
                if file.case.boundary is not None:
                    begun.put(file.case, f"{stem}_probability.png", partial(_content, file))
                yield done
        return begun.files


def _content(file: CaseFile) -> bytes:
    levels = np.clip(file.lesion_probability, 0, 1) * np.float64(_LEVELS)
    return grey_png(np.rint(levels).astype(np.uint16))
