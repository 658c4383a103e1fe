"""What other programs say of the files: dicom3tools' validator, DCMTK's decoders and report reader."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.usecases.exports.exporter import CaseFile
from tests.app.exporters.conftest import MakeCase
from tests.app.exporters.dicom.dicom_cases import (
    SHAPES,
    dataset_of,
    object_of,
    objects_of,
    of_size,
    with_reading,
)
from tests.foreign_programs import errors_of_dciodvfy, ran

OVERLAY = "hidden_attention"
SIZES = ((1, 7), (5, 1), (33, 64), (90, 131))


JUDGED = [(shape, True) for shape in SHAPES] + [(with_reading, False)]
"""Cases of all shapes without identity, and one with everything with it."""


@pytest.mark.parametrize(("shape", "deidentified"), JUDGED, ids=lambda part: getattr(part, "__name__", part))
def test_dciodvfy_finds_no_error_in_any_object(
    shape: Callable[[MakeCase], CaseFile], deidentified: bool, make_case: MakeCase, tmp_path: Path
) -> None:
    found = {}
    file, has_report = shape(make_case), shape is with_reading
    made = objects_of(file, deidentified=deidentified, overlay=OVERLAY, has_report=has_report)
    for name, content in made.items():
        written = tmp_path / f"{name}.dcm"
        written.write_bytes(content)
        found[name] = errors_of_dciodvfy(written)
    assert found
    assert {name: errors for name, errors in found.items() if errors} == {}


@pytest.mark.parametrize("size_px", SIZES, ids=str)
def test_dcmtk_decodes_the_very_pixels(size_px: tuple[int, int], make_case: MakeCase, tmp_path: Path) -> None:
    file = of_size(make_case, *size_px)
    for program, is_compressed in (("dcmj2pnm", False), ("dcml2pnm", True)):
        written = tmp_path / "image.dcm"
        written.write_bytes(object_of(file, "image", deidentified=True, is_compressed=is_compressed))
        done = ran(program, written, tmp_path / "image.ppm")
        assert done.returncode == 0, done.stderr
        assert np.array_equal(np.array(Image.open(tmp_path / "image.ppm")), file.pixels)


def test_dsrdump_reads_what_was_measured_scored_and_decided(make_case: MakeCase, tmp_path: Path) -> None:
    written = tmp_path / "report.dcm"
    content = object_of(with_reading(make_case), "structured_report", deidentified=False)
    written.write_bytes(content)
    done = ran("dsrdump", written)
    assert done.returncode == 0
    assert [line for line in done.stderr.splitlines() if "ISO_IR 192" not in line and line.strip()] == []
    for words in (
        'NUM:(,,"Long axis")="2.7409" (mm,UCUM,"millimeter")',
        'NUM:(,,"Model output: probability of malignancy")="0.634"',
        'TEXT:(,,"Algorithm Name")="mambaderm_lite"',
        'CODE:(,,"Clinician\'s diagnosis")=(Nevus,99NAEVUS,"Nevus")',
        'CODE:(,,"Axes with asymmetry")=(abcd.asymmetry=2,99NAEVUS,"2")',
        'CODE:(,,"Intended use")=(research_only,99NAEVUS,"Research use only; the clinician decides")',
    ):
        assert words in done.stdout


def test_dcmtk_takes_out_the_very_report(make_case: MakeCase, tmp_path: Path) -> None:
    content = object_of(make_case(), "report", deidentified=False)
    (tmp_path / "report.dcm").write_bytes(content)
    done = ran("dcm2pdf", tmp_path / "report.dcm", tmp_path / "report.pdf")
    assert done.returncode == 0, done.stderr
    read = dataset_of(content)
    assert (tmp_path / "report.pdf").read_bytes()[: read.EncapsulatedDocumentLength] == (
        read.EncapsulatedDocument[: read.EncapsulatedDocumentLength]
    )
