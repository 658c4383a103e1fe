"""The boundary model's probability of lesion at each pixel, as a numpy archive."""

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import numpy as np

from app.exporters.file_per_case import has_predicted_boundary, write_file_per_case
from app.translation import N_
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile, Writing


class ProbabilityNpz:
    """Maps in a new folder, with the model's threshold; cases without a predicted boundary are left out."""

    name = "probability_npz"
    label = N_("Probability maps (NPZ for numpy)")
    suffix = ".npz"
    keeps_what_was_stopped = True

    def write(self, cases: Iterable[CaseFile], folder: Path, manner: ExportManner) -> Writing:
        """Write ``naevus_probability_npz/<case>_probability.npz``; raises ExportError.

        Each holds ``probability``, (H, W) float32 in [0, 1], and ``threshold``, float64.
        """
        return write_file_per_case(
            cases,
            folder,
            manner,
            name="naevus_probability_npz",
            ending="_probability.npz",
            is_shown=has_predicted_boundary,
            encode=_content,
        )


def _content(file: CaseFile) -> bytes:
    boundary = file.case.boundary
    assert boundary is not None  # Cases without one are left out.
    threshold = np.float64(boundary.model.threshold)
    content = BytesIO()
    np.savez_compressed(content, probability=file.lesion_probability, threshold=threshold)
    return content.getvalue()
