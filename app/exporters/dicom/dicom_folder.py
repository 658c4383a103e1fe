"""A folder for each case with its DICOM objects: what other people's programs know, and dciodvfy accepts."""

from collections.abc import Iterable
from pathlib import Path

from app.exporters.begun_folder import begun_folder
from app.exporters.dicom.dicom_case import DicomCase
from app.translation import N_, language_in_use
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile, Writing
from app.usecases.exports.report_layout import NO_LETTERHEAD


class DicomFolder:
    """Each case as image, segmentations, structured report, encapsulated report and presentation state."""

    suffix = ".dcm"
    keeps_what_was_stopped = True

    def __init__(self, name: str, label: str, folder_name: str, *, is_compressed: bool) -> None:
        self.name = name
        self.label = label
        self._folder_name = folder_name
        self._is_compressed = is_compressed

    def write(self, cases: Iterable[CaseFile], folder: Path, manner: ExportManner) -> Writing:
        """Write ``naevus_dicom/<case>/image.dcm`` and what belongs to it; raises ExportError."""
        # highdicom takes half a second to load: with the first export, not when the window opens.
        from app.exporters.dicom.objects import dicom_objects

        with begun_folder(folder, self._folder_name, manner) as begun:
            for done, file in enumerate(cases, start=1):
                stem, case = begun.stems.next_stem(file.case), DicomCase(file, manner.deidentified)
                made_from = f"{case.facts} {_facts(manner)}"
                for name, make in dicom_objects(case, manner, is_compressed=self._is_compressed):
                    begun.put(file.case, f"{stem}/{name}.dcm", make, made_from=made_from)
                yield done
        return begun.files


def _facts(manner: ExportManner) -> str:
    """Return what an encapsulated report depends on beside the case."""
    letterhead = manner.letterhead if manner.names_clinic else NO_LETTERHEAD
    return repr((manner.form, letterhead, language_in_use().code))


DICOM = DicomFolder("dicom", N_("DICOM (lossless JPEG-LS)"), "naevus_dicom", is_compressed=True)
DICOM_UNCOMPRESSED = DicomFolder(
    "dicom_uncompressed", N_("DICOM (uncompressed)"), "naevus_dicom_uncompressed", is_compressed=False
)
