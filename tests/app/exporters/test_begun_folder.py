"""Names of files, the index and the key of an export, and what a stopped one leaves for the next try."""

import errno
import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.case import Case
from app.domain.errors import CancelledError, ExportError
from app.exporters import EXPORTERS
from app.exporters.annotation.coco_json import CocoJson
from app.exporters.case_names import CaseNames
from app.exporters.masks.isic_folder import IsicFolder
from app.exporters.masks.mask_png import MaskPng
from app.usecases.exports.export_manner import ExportManner, NamedBy
from app.usecases.exports.exporter import CaseFile
from models.contract.files.file_lock import AlreadyLockedError, locked, locked_meanwhile
from tests.app.exporters.csv_rows import rows_of
from tests.builders import exported, result_of

MakeCase = Callable[..., CaseFile]

OPENLY = ExportManner(deidentified=False)
FOLDERS = [
    one
    for one in EXPORTERS
    if one.name not in {"report_pdf", "report_html", "csv_table", "xlsx_table", "dicom_uncompressed"}
]
BY_NAME = pytest.mark.parametrize("exporter", FOLDERS, ids=lambda exporter: exporter.name)


def named(case: Case, name: str, number: int) -> Case:
    return replace(case, image=replace(case.image, id=f"{number:032x}", file_name=name))


@pytest.fixture
def three(make_case: MakeCase) -> list[CaseFile]:
    case = make_case().case
    return [make_case(case=named(case, f"{name}.jpg", at)) for at, name in enumerate(("a", "b", "c"))]


def stopped_after(files: list[CaseFile], count: int) -> Iterator[CaseFile]:
    yield from files[:count]
    raise CancelledError


def test_files_are_named_by_the_original_and_repeats_get_a_number(make_case: MakeCase) -> None:
    case, names = make_case().case, CaseNames(OPENLY)
    originals = [
        "IMG 1.jpg",
        "img 1.JPG",
        "IMG 1-2.png",
        "x\\y\\IMG 1.dcm",
        "Con.png",
        "\u202eé\u0301 .b.jpg",
    ]
    stems = [names.next_stem(named(case, name, at)) for at, name in enumerate(originals)]
    assert stems[:5] == ["IMG 1", "img 1-2", "IMG 1-2-2", "IMG 1-3", "image-Con"]
    assert len({stem.casefold() for stem in stems}) == len(stems)
    assert stems[5] == "é\u0301 .b"


def test_files_are_named_by_number_or_pseudonym_when_asked(make_case: MakeCase) -> None:
    case = make_case().case
    by_number = CaseNames(ExportManner(deidentified=True, named_by=NamedBy.NUMBER))
    assert [by_number.next_stem(case) for _ in range(2)] == ["case-00001", "case-00002"]
    assert CaseNames(ExportManner(deidentified=True)).next_stem(case).startswith("I-")


def test_deidentified_files_never_have_the_name_of_the_original() -> None:
    with pytest.raises(ExportError, match="by number or by pseudonym"):
        ExportManner(deidentified=True, named_by=NamedBy.ORIGINAL)


@BY_NAME
def test_the_index_has_a_line_for_every_file_of_a_case(
    exporter: MaskPng, make_case: MakeCase, tmp_path: Path
) -> None:
    files = exported(exporter, [make_case()], tmp_path, deidentified=False)
    index = next(path for path in files if path.name == "index.csv")
    rows = rows_of(index)
    assert rows
    assert all((index.parent / row["file"]).is_file() for row in rows)
    case = make_case().case
    for row in rows:
        assert (row["image_id"], row["original_name"]) == (case.image.id, "canaryfile.jpg")
        assert (row["original_sha256"], row["lesion_id"]) == (case.image.original, case.lesion.id)
        assert (row["mask_revision"], row["mask_author"], row["mask_origin"]) == (
            "1", "Dr. Canarystaff", "corrected",
        )  # fmt: skip
        assert (row["boundary_model"], row["boundary_weights_sha256"]) == ("dermomamba", "5e" * 32)


@BY_NAME
@pytest.mark.parametrize("named_by", [NamedBy.NUMBER, NamedBy.PSEUDONYM])
def test_what_leads_back_to_the_patient_stays_behind_in_the_key(
    exporter: MaskPng, named_by: NamedBy, make_case: MakeCase, tmp_path: Path
) -> None:
    file = make_case()
    manner = ExportManner(deidentified=True, named_by=named_by, key_folder=tmp_path / "kept")
    files = result_of(exporter.write([file], tmp_path / "out", manner))
    for path in files:
        assert "canary" not in str(path.relative_to(tmp_path)).lower()
        assert b"canary" not in path.read_bytes().lower()
        assert file.case.image.original.encode() not in path.read_bytes()
        assert file.case.image.id.encode() not in path.read_bytes()
    (key,) = (tmp_path / "kept").iterdir()
    assert key.stem == files[0].relative_to(tmp_path / "out").parts[0]
    index = rows_of(next(path for path in files if path.name == "index.csv"))
    for shown, row in zip(index, rows_of(key), strict=True):
        assert (row["file"], row["image_pseudonym"]) == (shown["file"], shown["image_id"])
        assert (row["original_name"], row["patient_name"]) == ("canaryfile.jpg", "Canaryname, Jürgen")
        assert row["original_sha256"] == file.case.image.original


@pytest.mark.parametrize(("exporter", "passes_before"), [(MaskPng(), 0), (CocoJson(), 0), (IsicFolder(), 1)])
def test_a_stopped_export_goes_on_and_ends_as_one_that_was_not_stopped(
    exporter: MaskPng, passes_before: int, three: list[CaseFile], tmp_path: Path
) -> None:
    whole = result_of(exporter.write(three, tmp_path / "whole", OPENLY))
    cases = _Stopping(three, 2, passes_before=passes_before)
    with pytest.raises(CancelledError):
        result_of(exporter.write(cases, tmp_path / "out", OPENLY))
    (begun,) = (tmp_path / "out").iterdir()
    assert ".unfinished-" in begun.name
    first = next(begun.rglob("a*.png"))
    before = first.stat().st_ino
    went_on = result_of(exporter.write(three, tmp_path / "out", OPENLY))
    one, other = (
        {path.relative_to(root): path.read_bytes() for path in files}
        for root, files in ((tmp_path / "whole", whole), (tmp_path / "out", went_on))
    )
    assert one == other
    (folder,) = (tmp_path / "out").iterdir()
    assert folder.name == whole[0].relative_to(tmp_path / "whole").parts[0]
    assert next(folder.rglob(first.name)).stat().st_ino == before


class _Stopping:
    """Cases of which the pass that writes is stopped; the metadata table looks through them once before."""

    def __init__(self, files: list[CaseFile], count: int, *, passes_before: int) -> None:
        self._files, self._count, self._passes_before = files, count, passes_before

    def __iter__(self) -> Iterator[CaseFile]:
        self._passes_before -= 1
        return iter(self._files) if self._passes_before >= 0 else stopped_after(self._files, self._count)


def test_a_file_that_was_damaged_meanwhile_is_written_again(three: list[CaseFile], tmp_path: Path) -> None:
    with pytest.raises(CancelledError):
        result_of(MaskPng().write(stopped_after(three, 2), tmp_path, OPENLY))
    (begun,) = tmp_path.iterdir()
    (begun / "a_segmentation.png").write_bytes(b"half")
    files = result_of(MaskPng().write(three, tmp_path, OPENLY))
    hashes = {hashlib.sha256(path.read_bytes()).hexdigest() for path in files if path.suffix == ".png"}
    assert len(hashes) == 1


def test_a_mask_that_was_corrected_meanwhile_is_written_again(
    make_case: MakeCase, three: list[CaseFile], tmp_path: Path
) -> None:
    with pytest.raises(CancelledError):
        result_of(MaskPng().write(stopped_after(three, 2), tmp_path, OPENLY))
    case = three[0].case
    revision = replace(case.revisions[-1], mask="77" * 32, number=2)
    changed = make_case(case=replace(case, revisions=(revision,)), mask=~three[0].lesion_pixels)
    first, second, *_rest = result_of(MaskPng().write([changed, *three[1:]], tmp_path, OPENLY))
    assert first.read_bytes() != second.read_bytes()


def test_another_export_leaves_the_stopped_one_alone(three: list[CaseFile], tmp_path: Path) -> None:
    with pytest.raises(CancelledError):
        result_of(MaskPng().write(stopped_after(three, 2), tmp_path, OPENLY))
    hidden = ExportManner(deidentified=True)
    of_fewer = replace(OPENLY, selection_sha256="other cases")
    for manner in (hidden, of_fewer):
        result_of(MaskPng().write(three[:1], tmp_path, manner))
    assert sorted(path.name.split("-")[0] for path in tmp_path.iterdir()) == [
        "naevus_masks", "naevus_masks (2)", "naevus_masks.unfinished",
    ]  # fmt: skip


def test_a_full_disk_says_what_is_kept(
    three: list[CaseFile], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing = MaskPng().write(three, tmp_path, OPENLY)
    next(writing)

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        with pytest.raises(ExportError, match=r"not enough space.*kept as “naevus_masks\.unfinished-"):
            result_of(writing)
    assert len(result_of(MaskPng().write(three, tmp_path, OPENLY))) == 4
    assert len(list(tmp_path.iterdir())) == 1


def test_nothing_is_left_of_an_export_that_was_stopped_before_its_first_case(
    three: list[CaseFile], tmp_path: Path
) -> None:
    with pytest.raises(CancelledError):
        result_of(MaskPng().write(stopped_after(three, 0), tmp_path, OPENLY))
    assert list(tmp_path.iterdir()) == []


def test_the_same_export_is_not_begun_twice_in_one_place_but_others_are(
    three: list[CaseFile], tmp_path: Path
) -> None:
    first = MaskPng().write(three, tmp_path, OPENLY)
    next(first)
    with pytest.raises(ExportError, match="is being written to this folder already"):
        next(MaskPng().write(three, tmp_path, OPENLY))
    assert len(result_of(MaskPng().write(three[:1], tmp_path, ExportManner(deidentified=True)))) == 2
    assert len(result_of(MaskPng().write(three, tmp_path / "elsewhere", OPENLY))) == 4
    assert len(result_of(first)) == 4
    assert len(result_of(MaskPng().write(three, tmp_path, OPENLY))) == 4
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "elsewhere", "naevus_masks", "naevus_masks (2)", "naevus_masks (3)",
    ]  # fmt: skip


def test_a_lock_that_was_let_go_meanwhile_is_not_taken_with_its_removed_file(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    with locked(file):
        with pytest.raises(AlreadyLockedError), locked_meanwhile(file):
            pass
        file.unlink()
        with locked_meanwhile(file):
            assert file.exists()
    assert not file.exists()
