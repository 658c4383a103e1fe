"""A table of cases as CSV."""

from collections.abc import Iterable
from pathlib import Path

from app.exporters.atomic_output import new_file
from app.exporters.csv_cells import CsvFile
from app.exporters.tables.case_row import case_rows, columns
from app.translation import N_
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile, Writing


class CsvTable:
    """One line per case: ISIC dictionary columns, model output, measurements, decision."""

    name = "csv_table"
    label = N_("Table of cases (CSV)")
    suffix = ".csv"
    keeps_what_was_stopped = False

    def write(self, cases: Iterable[CaseFile], folder: Path, manner: ExportManner) -> Writing:
        """Write ``naevus_cases.csv``; raises ExportError."""
        hides = manner.deidentified
        with new_file(folder, "naevus_cases.csv") as file, file.path.open("wb") as stream:
            table = CsvFile(stream, columns(deidentified=hides))
            for done, (_case, row) in enumerate(case_rows(cases, deidentified=hides), start=1):
                table.write(row)
                yield done
            stream.close()
        return [file.place]
