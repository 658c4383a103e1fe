"""The report of a case as an Encapsulated PDF (PS3.3, A.45.1), for archives that keep all of a visit."""

from pydicom.dataset import Dataset
from pydicom.uid import EncapsulatedPDFStorage

from app.exporters.dicom.dicom_case import DicomCase
from app.exporters.dicom.header import add_series, content_moment, new_object
from app.exporters.dicom.settled import encoded
from app.exporters.dicom.stored_state import newest_moment, stored_names
from app.exporters.report.document import report_bytes
from app.usecases.exports.export_manner import ExportManner

_PDF = "application/pdf"


def encapsulated_report_file(case: DicomCase, image: Dataset, manner: ExportManner) -> bytes:
    """Return the report as a file; it is dated by what was said last, so that it stays the same."""
    said_at = newest_moment(case.case)
    names = stored_names(case.case)
    made = new_object(case, EncapsulatedPDFStorage, case.uid("encapsulated report", manner.form, *names))
    add_series(made, case, "encapsulated report", 5, "DOC", "Research use only")
    content_moment(made, case.moment(said_at))
    made.AcquisitionDateTime = ""
    made.ConversionType = "WSD"
    made.BurnedInAnnotation = "NO" if case.deidentified else "YES"
    made.DocumentTitle = "Naevus dermoscopy report"
    made.ConceptNameCodeSequence = []
    made.SourceInstanceSequence = [_reference(image)]
    made.MIMETypeOfEncapsulatedDocument = _PDF
    content = report_bytes(case.file, said_at, manner)
    made.EncapsulatedDocumentLength = len(content)
    made.EncapsulatedDocument = content + b"\0" * (len(content) % 2)
    return encoded(made)


def _reference(image: Dataset) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = image.SOPClassUID, image.SOPInstanceUID
    return item
