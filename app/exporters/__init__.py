"""One file per export format, each a class that fills the Exporter port; pure from domain values and arrays.

``annotation`` holds the formats of annotation programs, ``dicom`` the objects of DICOM, ``exchange`` what
other systems take up, ``masks`` files of pixels, ``tables`` lines of cases, and ``report`` the report as PDF
and HTML; what several of them need lies beside these rooms. May import use cases, domain, models.contract and
resources. Add a format: write its class in its room, name it in EXPORTERS. What may be told about a patient
is decided in deidentification.py alone; files reach the folder through atomic_output.py, whole folders
through begun_folder.py.
"""

from app.exporters.annotation.coco_json import CocoJson
from app.exporters.annotation.coco_polygons import CocoPolygons
from app.exporters.annotation.cvat_xml import CvatXml
from app.exporters.annotation.labelme_json import LabelmeJson
from app.exporters.annotation.qupath_geojson import QuPathGeoJson
from app.exporters.annotation.yolo_segments import YoloSegments
from app.exporters.dicom.dicom_folder import DICOM, DICOM_UNCOMPRESSED
from app.exporters.exchange.fhir_bundle import FhirBundle
from app.exporters.masks.instance_png import InstancePng
from app.exporters.masks.isic_folder import IsicFolder
from app.exporters.masks.mask_png import MaskPng
from app.exporters.masks.mask_png_ones import MaskPngOnes
from app.exporters.masks.outlined_images import OutlinedImages
from app.exporters.masks.probability_npz import ProbabilityNpz
from app.exporters.masks.probability_png import ProbabilityPng
from app.exporters.report.html import ReportHtml
from app.exporters.report.pdf import ReportPdf
from app.exporters.tables.csv_table import CsvTable
from app.exporters.tables.key_table import KeyTable
from app.exporters.tables.xlsx_table import XlsxTable
from app.usecases.exports.exporter import Exporter

EXPORTERS: tuple[Exporter, ...] = (
    ReportPdf(),
    ReportHtml(),
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
    DICOM,
    DICOM_UNCOMPRESSED,
    FhirBundle(),
)
"""Every format that can be de-identified, in the order in which they are offered."""

KEY_TABLE: Exporter = KeyTable()
"""Offered after them; it says whose the de-identified files are."""
