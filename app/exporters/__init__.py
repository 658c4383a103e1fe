"""One file per export format, each a class that fills the Exporter port; pure from domain values and arrays.

May import use cases, domain, models.contract and resources. Add a format: write its class, name
it in EXPORTERS. What may be told about a patient is decided in deidentification.py alone; files reach the
folder through atomic_output.py.
"""

from app.exporters.coco_json import CocoJson
from app.exporters.csv_table import CsvTable
from app.exporters.isic_folder import IsicFolder
from app.exporters.key_table import KeyTable
from app.exporters.mask_png import MaskPng
from app.exporters.report.pdf import ReportPdf
from app.usecases.exports.exporter import Exporter

EXPORTERS: tuple[Exporter, ...] = (ReportPdf(), CsvTable(), MaskPng(), CocoJson(), IsicFolder())
"""Every format that can be de-identified, in the order in which they are offered."""

KEY_TABLE: Exporter = KeyTable()
"""Offered after them; it says whose the de-identified files are."""
