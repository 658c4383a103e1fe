"""The key to de-identified files: which pseudonym, and which file, is whose."""

from collections.abc import Iterable
from pathlib import Path

from app.domain.errors import ExportError
from app.exporters.atomic_output import new_file
from app.exporters.csv_cells import Cell, CsvFile
from app.exporters.deidentification import disclosed_case
from app.exporters.report.pdf import ReportPdf, report_name
from app.translation import N_, _
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile, Writing

_COLUMNS = (
    "report_file",
    "image_pseudonym",
    "lesion_pseudonym",
    "patient_pseudonym",
    "image_file",
    "visited_on",
    "lesion_label",
    "patient_code",
    "patient_name",
    "image_id",
)


class KeyTable:
    """One line per case, with the patient's name: for the clinic, never for those who get the files."""

    name = "key_table"
    label = N_("Key of the pseudonyms (CSV, names)")
    suffix = ".csv"
    keeps_what_was_stopped = False

    def write(self, cases: Iterable[CaseFile], folder: Path, manner: ExportManner) -> Writing:
        """Write ``naevus_key.csv``; raises ExportError, also when it should be de-identified."""
        if manner.deidentified:
            raise ExportError(
                _(
                    "The key names patients, so it is written with identity only; keep it apart from the "
                    "de-identified files."
                )
            )
        with new_file(folder, "naevus_key.csv") as key, key.path.open("wb") as stream:
            table = CsvFile(stream, _COLUMNS)
            for done, file in enumerate(cases, start=1):
                table.write(_row(file))
                yield done
            stream.close()
        return [key.place]


def _row(file: CaseFile) -> dict[str, Cell]:
    case = file.case
    hidden, open_ = (disclosed_case(case, deidentified=hides) for hides in (True, False))
    return {
        "report_file": report_name(hidden.image_code, ReportPdf.suffix),
        "image_pseudonym": hidden.image_code,
        "lesion_pseudonym": hidden.lesion_code,
        "patient_pseudonym": hidden.patient_code,
        "image_file": open_.file_name,
        "visited_on": open_.entered["visited_on"],
        "lesion_label": open_.entered["lesion_label"],
        "patient_code": open_.patient_code,
        "patient_name": open_.entered["patient_name"],
        "image_id": open_.image_code,
    }
