"""Patients whose names are not Latin, from the DICOM file to the words of the report."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader

CASES = Path(__file__).parents[1] / "golden" / "cases" / "report-cjk"


def naevus(data: Path, *arguments: object) -> str:
    environment = {**os.environ, "NAEVUS_DATA_DIR": str(data), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "app", *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, check=True).stdout.decode()


@pytest.mark.slow
def test_chinese_and_korean_names_are_read_back_from_their_reports(tmp_path: Path) -> None:
    naevus(tmp_path / "data", "import", *sorted(CASES.glob("*.dcm")))
    naevus(tmp_path / "data", "report", "--to", tmp_path / "out", "--with-identity")
    words = {
        " ".join(page.extract_text() for page in PdfReader(path).pages)
        for path in (tmp_path / "out").glob("*_report.pdf")
    }
    assert len(words) == 2
    for family, given in (("王", "小东"), ("김", "철수")):
        assert any(family in text and given in text for text in words)
    assert not any("\N{WHITE SQUARE}" in text for text in words)
