from collections.abc import Callable
from pathlib import Path

import pytest

from app.domain.errors import ExportError
from app.exporters.report.pdf import ReportPdf
from app.exporters.tables.csv_table import CsvTable
from app.exporters.tables.key_table import KeyTable
from app.usecases.exports.exporter import CaseFile
from tests.app.exporters.csv_rows import rows_of
from tests.builders import exported

MakeCase = Callable[..., CaseFile]


def test_the_key_matches_deidentified_reports_and_rows_to_images(make_case: MakeCase, tmp_path: Path) -> None:
    cases = [make_case()]
    (report,) = exported(ReportPdf(), cases, tmp_path / "out", deidentified=True)
    (table,) = exported(CsvTable(), cases, tmp_path / "out", deidentified=True)
    (key,) = exported(KeyTable(), cases, tmp_path / "kept", deidentified=False)
    (row,) = rows_of(key)
    (disclosed,) = rows_of(table)
    assert row["report_file"] == report.name
    assert (row["image_pseudonym"], row["patient_pseudonym"]) == (
        disclosed["image_id"],
        disclosed["patient_id"],
    )
    assert row["lesion_pseudonym"] == disclosed["lesion_id"]
    assert (row["image_file"], row["patient_code"]) == ("canaryfile.jpg", "CANARY-0815/ü")
    assert row["patient_name"] == "Canaryname, Jürgen"


def test_the_key_is_not_written_among_deidentified_files(make_case: MakeCase, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="keep it apart"):
        exported(KeyTable(), [make_case()], tmp_path, deidentified=True)
    assert list(tmp_path.iterdir()) == []
