"""Images with the outlines of their masks in the COCO object detection format, as polygons.

COCO knows no holes in polygons: a hole is joined to the outer ring by a cut without width, which pycocotools
and other readers leave out of the area.
"""

from collections.abc import Iterable
from pathlib import Path

from app.exporters.annotation.coco_document import write_coco
from app.exporters.annotation.mask_outlines import keyhole_ring, outlined_regions
from app.translation import N_
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile, Writing
from models.contract.arrays import BoolMask


class CocoPolygons:
    """A new folder with the upright images and one ``annotations.json``: a polygon for each region."""

    name = "coco_polygons"
    label = N_("COCO with polygons (JSON)")
    suffix = ".json"
    keeps_what_was_stopped = True

    def write(self, cases: Iterable[CaseFile], folder: Path, manner: ExportManner) -> Writing:
        """Write ``naevus_coco_polygons/`` like ``naevus_coco/``; raises ExportError."""
        return write_coco(cases, folder, manner, name="naevus_coco_polygons", segmentation_of=_segmentation)


def _segmentation(mask: BoolMask) -> list[list[float]]:
    return [keyhole_ring(region).ravel().tolist() for region in outlined_regions(mask)]
