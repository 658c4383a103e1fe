import errno
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.errors import ExportError
from app.exporters import EXPORTERS
from app.exporters.atomic_output import deliver_file
from app.exporters.case_names import CaseNames
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile, Exporter
from tests.builders import exported

MakeCase = Callable[..., CaseFile]

BY_NAME = pytest.mark.parametrize(
    "exporter",
    # The same code as the compressed format.
    [one for one in EXPORTERS if one.name != "dicom_uncompressed"],
    ids=lambda exporter: exporter.name,
)


def everything_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_format_has_a_name_and_a_label() -> None:
    assert [exporter.name for exporter in EXPORTERS] == [
        "report_pdf", "report_html", "csv_table", "xlsx_table", "outlined_images", "mask_png",
        "mask_png_ones", "instance_png", "probability_png", "probability_npz", "coco_json", "coco_polygons",
        "labelme_json", "cvat_xml", "yolo_segments", "qupath_geojson", "isic_folder",
        "dicom", "dicom_uncompressed", "fhir_bundle",
    ]  # fmt: skip
    assert len({exporter.label for exporter in EXPORTERS}) == len(EXPORTERS)


@BY_NAME
def test_a_second_export_leaves_the_first_untouched(
    exporter: Exporter, make_case: MakeCase, tmp_path: Path
) -> None:
    first = exported(exporter, [make_case()], tmp_path, deidentified=True)
    before = everything_in(tmp_path)
    second = exported(exporter, [make_case()], tmp_path, deidentified=True)
    assert not set(first) & set(second)
    assert before.items() <= everything_in(tmp_path).items()
    assert all(path.is_file() for path in (*first, *second))


@BY_NAME
def test_a_full_disk_leaves_no_half_files(
    exporter: Exporter, make_case: MakeCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ExportError, match="not enough space"):
        exported(exporter, [make_case()], tmp_path, deidentified=False)
    assert list(tmp_path.iterdir()) == []


@BY_NAME
def test_deidentified_names_and_contents_hold_no_canary(
    exporter: Exporter, make_case: MakeCase, tmp_path: Path
) -> None:
    exported(exporter, [make_case()], tmp_path, deidentified=True)
    for name, content in everything_in(tmp_path).items():
        assert "canary" not in name.lower()
        assert b"canary" not in content.lower()


def test_a_file_in_place_of_the_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(ExportError, match="not a folder"):
        deliver_file(tmp_path / "taken", "a.csv", b"x")
    assert (tmp_path / "taken").read_text() == "mine"


def test_a_new_folder_with_parents_is_made(tmp_path: Path) -> None:
    assert deliver_file(tmp_path / "a" / "b", "c.csv", b"x").read_bytes() == b"x"


def test_without_hard_links_files_still_arrive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(_source: object, _target: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", unsupported)
    assert deliver_file(tmp_path, "a.csv", b"1").name == "a.csv"
    assert deliver_file(tmp_path, "a.csv", b"2").name == "a (2).csv"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a (2).csv", "a.csv"]


@pytest.mark.parametrize(
    "code",
    [
        "../../etc/passwd",
        "/root/x",
        "C:\\Windows\\x",
        "con",
        "NUL.txt",
        "",
        "..",
        "a\nb",
        "x" * 300,
        "\u202egpj.exe",
    ],
)
def test_the_name_of_an_original_never_becomes_a_path(make_case: MakeCase, tmp_path: Path, code: str) -> None:
    case = make_case().case
    odd = replace(case, image=replace(case.image, file_name=f"{code}.jpg"))
    stem = CaseNames(ExportManner(deidentified=False)).next_stem(odd)
    assert (tmp_path / stem).resolve().parent == tmp_path.resolve()
    assert 0 < len(stem) <= 110
    assert stem.casefold().split(".")[0] not in {"con", "nul", "aux", "prn", ""}
    assert stem.isprintable()
