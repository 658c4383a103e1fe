"""A folder for each case with its DICOM objects: what other people's programs know, and dciodvfy accepts."""

from collections.abc import Iterable
from pathlib import Path

from app.exporters.begun_folder import begun_folder
from app.exporters.dicom.dicom_case import DicomCase
from app.translation import N_
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile, Writing


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
                for name, make in dicom_objects(case, manner, is_compressed=self._is_compressed):
                    begun.put(file.case, f"{stem}/{name}.dcm", make, made_from=case.facts)
                yield done
        return begun.files


DICOM = DicomFolder("dicom", N_("DICOM (lossless JPEG-LS)"), "naevus_dicom", is_compressed=True)
DICOM_UNCOMPRESSED = DicomFolder(
    "dicom_uncompressed", N_("DICOM (uncompressed)"), "naevus_dicom_uncompressed", is_compressed=False
)
