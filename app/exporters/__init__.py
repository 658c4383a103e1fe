"""One file per export format, each a class that fills the Exporter port; pure from domain values and arrays.

May import use cases, domain, models.contract and resources. Add a format: write its class, name
it in EXPORTERS. What may be told about a patient is decided in deidentification.py alone; files reach the
folder through atomic_output.py, whole folders through begun_folder.py.
"""

from app.exporters.coco_json import CocoJson
from app.exporters.coco_polygons import CocoPolygons
from app.exporters.csv_table import CsvTable
from app.exporters.cvat_xml import CvatXml
from app.exporters.instance_png import InstancePng
from app.exporters.isic_folder import IsicFolder
from app.exporters.key_table import KeyTable
from app.exporters.labelme_json import LabelmeJson
from app.exporters.mask_png import MaskPng
from app.exporters.mask_png_ones import MaskPngOnes
from app.exporters.outlined_images import OutlinedImages
from app.exporters.probability_npz import ProbabilityNpz
from app.exporters.probability_png import ProbabilityPng
from app.exporters.qupath_geojson import QuPathGeoJson
from app.exporters.report.pdf import ReportPdf
from app.exporters.xlsx_table import XlsxTable
from app.exporters.yolo_segments import YoloSegments
from app.usecases.exports.exporter import Exporter

EXPORTERS: tuple[Exporter, ...] = (
    ReportPdf(),
    CsvTable(),
    XlsxTable(),
    OutlinedImages(),
    MaskPng(),
    MaskPngOnes(),
    InstancePng(),
    ProbabilityPng(),
    ProbabilityNpz(),
    CocoJson(),
    CocoPolygons(),
    LabelmeJson(),
    CvatXml(),
    YoloSegments(),
    QuPathGeoJson(),
    IsicFolder(),
)
"""Every format that can be de-identified, in the order in which they are offered."""

KEY_TABLE: Exporter = KeyTable()
"""Offered after them; it says whose the de-identified files are."""
