"""Images with their masks in the COCO object detection format, as run lengths.

Masks are written as uncompressed run lengths, which keep holes and every pixel.
"""

from collections.abc import Iterable
from pathlib import Path

from app.exporters.annotation.coco_document import write_coco
from app.exporters.annotation.run_lengths import run_lengths
from app.translation import N_
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile, Writing
from models.contract.arrays import BoolMask


class CocoJson:
    """A new folder with the upright images and one ``annotations.json`` that names them."""

    name = "coco_json"
    label = N_("COCO with run lengths (JSON)")
    suffix = ".json"
    keeps_what_was_stopped = True

    def write(self, cases: Iterable[CaseFile], folder: Path, manner: ExportManner) -> Writing:
        """Write ``naevus_coco/annotations.json`` and ``naevus_coco/images/``; raises ExportError."""
        return write_coco(cases, folder, manner, name="naevus_coco", segmentation_of=_segmentation)


def _segmentation(mask: BoolMask) -> dict[str, object]:
    return {"size": list(mask.shape), "counts": run_lengths(mask.T)}
