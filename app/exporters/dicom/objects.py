"""Which DICOM objects a case has, and what makes the bytes of each."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from app.exporters.dicom.dicom_case import DicomCase
from app.exporters.dicom.encapsulated_report import encapsulated_report_file
from app.exporters.dicom.parametric_map import parametric_map_file
from app.exporters.dicom.photograph import photograph, photograph_file
from app.exporters.dicom.presentation_state import has_outlines, presentation_state_file
from app.exporters.dicom.segmentation import has_segmentation, probability_file, segmentation_file
from app.exporters.dicom.structured_report import has_findings, structured_report_file
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.report_layout import OVERLAY_FILE


def dicom_objects(
    case: DicomCase, manner: ExportManner, *, is_compressed: bool
) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Yield the objects of a case by the names of their files, the image first, which the others refer to."""
    image, stored = photograph(case), case.case
    yield "image", partial(photograph_file, case, is_compressed=is_compressed)
    if has_segmentation(stored):
        yield "segmentation", partial(segmentation_file, case, image)
    if stored.boundary is not None:
        yield "probability", partial(probability_file, case, image, stored.boundary)
    if has_findings(stored):
        yield "structured_report", partial(structured_report_file, case, image)
    yield "report", partial(encapsulated_report_file, case, image, manner)
    if has_segmentation(stored) and has_outlines(case):
        yield "outlines", partial(presentation_state_file, case, image)
    if manner.overlay is not None and case.mm_per_px is not None:
        for name, relevance in case.file.overlays.items():
            yield Path(OVERLAY_FILE).stem, partial(parametric_map_file, case, image, name, relevance)
