"""The boundary model's probability of lesion at each pixel, as a numpy archive."""

from collections.abc import Iterable
from functools import partial
from io import BytesIO
from pathlib import Path

import numpy as np

from app.exporters.begun_folder import begun_folder
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile, Writing


class ProbabilityNpz:
    """Maps in a new folder, with the model's threshold; cases without a predicted boundary are left out."""

    name = "probability_npz"
    label = "Probability maps (NPZ for numpy)"
    suffix = ".npz"
    keeps_what_was_stopped = True

    def write(self, cases: Iterable[CaseFile], folder: Path, manner: ExportManner) -> Writing:
        """Write ``naevus_probability_npz/<case>_probability.npz``; raises ExportError.

        Each holds ``probability``, (H, W) float32 in [0, 1], and ``threshold``, float64.
        """
        with begun_folder(folder, "naevus_probability_npz", manner) as begun:
            for done, file in enumerate(cases, start=1):
                stem = begun.stems.next_stem(file.case)
                if file.case.boundary is not None:
                    threshold = file.case.boundary.model.threshold
                    make = partial(_content, file, threshold)
                    begun.put(file.case, f"{stem}_probability.npz", make)
                yield done
        return begun.files


def _content(file: CaseFile, threshold: float) -> bytes:
    content = BytesIO()
    np.savez_compressed(content, probability=file.lesion_probability, threshold=np.float64(threshold))
    return content.getvalue()
