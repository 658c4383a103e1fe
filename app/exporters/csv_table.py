"""A table of cases as CSV."""

from collections.abc import Sequence
from pathlib import Path

from app.exporters.atomic_output import deliver_file
from app.exporters.case_row import case_row, columns, with_acquisition_days
from app.exporters.csv_cells import table_bytes
from app.usecases.exports.exporter import CaseFile


class CsvTable:
    """One line per case: ISIC dictionary columns, model output, measurements, decision."""

    name = "csv_table"
    label = "Table of cases (CSV)"
    suffix = ".csv"

    def write(self, cases: Sequence[CaseFile], folder: Path, *, deidentified: bool) -> list[Path]:
        """Write ``naevus_cases.csv``; raises ExportError."""
        rows, days = [], []
        for file in cases:
            rows.append(case_row(file, deidentified=deidentified))
            days.append(file.case.visit.visited_on.toordinal())
        content = table_bytes(columns(deidentified=deidentified), with_acquisition_days(rows, days))
        return [deliver_file(folder, "naevus_cases.csv", content)]
