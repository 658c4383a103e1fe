"""Bundles: a model travels whole, and whatever a saboteur puts into one is refused in a sentence."""

import errno
import hashlib
import json
import os
import pickle
import stat
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.contract.errors import (
    CardUnreadableError,
    ModelAlreadyShelvedError,
    ModelFileChangedError,
    ModelRefusedError,
    ShelfNotWritableError,
    UnsafeModelFileError,
)
from models.contract.shelf.bundle import BundleRefusedError, export_bundle, import_bundle
from models.contract.shelf.card import read_card
from models.contract.shelf.exam import EXAM_ELSEWHERE_FILE, EXAM_FILE, Exam, ExamUnreadableError, write_exam
from models.contract.shelf.model_shelf import ModelShelf

MakeModel = Callable[..., Path]
MODEL_FILES = ("card.json", "weights.safetensors", "graph.onnx")


def an_exam_of(folder: Path, **changes: object) -> Exam:
    card = read_card(folder)
    fields: dict[str, object] = {
        "task": card.task, "active": "a/1", "active_sha256": "0" * 64, "candidate": card.reference,
        "candidate_sha256": card.weights_sha256, "snapshot_id": None, "snapshot_manifest_sha256": "2" * 64,
        "images": 3, "patients": 2, "parts": (), "parity_max_abs_difference": 1e-6, "has_nan": False,
        "labels_unchanged": True, "taken_at": datetime(2026, 1, 2, tzinfo=UTC),
    }  # fmt: skip
    return Exam.model_validate(fields | changes)


def listed(contents: dict[str, bytes], **changes: object) -> bytes:
    files = [
        {"name": name, "size_bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in contents.items()
    ]
    return json.dumps({"format_version": 1, "files": files} | changes).encode()


def contents_of(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in MODEL_FILES}


def packed(
    file: Path,
    contents: dict[str, bytes],
    *,
    file_list: bytes | None = None,
    compression: int = zipfile.ZIP_STORED,
    mode: int = stat.S_IFREG | 0o644,
) -> Path:
    """An archive as a saboteur makes it, by default with a list that fits."""
    with zipfile.ZipFile(file, "w", compression) as archive:
        archive.writestr("bundle.json", listed(contents) if file_list is None else file_list)
        for name, content in contents.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            entry.compress_type = compression
            archive.writestr(entry, content)
    return file


def nothing_was_kept(root: Path) -> bool:
    return not root.exists() or not any(root.iterdir())


def test_a_model_travels_whole(make_model: MakeModel, tmp_path: Path) -> None:
    folder = make_model()
    file = export_bundle(folder, tmp_path / "out" / "tiny-1.0.naevusmodel")
    place = import_bundle(file, tmp_path / "target")
    assert place == tmp_path / "target" / "tiny" / "1.0"
    assert contents_of(place) == contents_of(folder)
    assert sorted(path.name for path in place.iterdir()) == sorted(MODEL_FILES)
    assert [path.name for path in (tmp_path / "out").iterdir()] == [file.name]
    assert [path.name for path in (tmp_path / "target").iterdir()] == ["tiny"]
    shelf = ModelShelf([tmp_path / "shelf"], tmp_path / "active.json")
    assert shelf.add(place).card == read_card(folder)


def test_the_same_model_gives_the_same_bundle(make_model: MakeModel, tmp_path: Path) -> None:
    folder = make_model()
    first, second = (export_bundle(folder, tmp_path / name).read_bytes() for name in ("a", "b"))
    assert first == second


def test_only_the_models_own_files_are_packed(make_model: MakeModel, tmp_path: Path) -> None:
    folder = make_model()
    (folder / "README.md").write_text("for Mrs. Example")
    with zipfile.ZipFile(export_bundle(folder, tmp_path / "b")) as archive:
        assert sorted(archive.namelist()) == sorted(("bundle.json", *MODEL_FILES))
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}


def test_another_clinics_exam_is_kept_but_not_as_ours(make_model: MakeModel, tmp_path: Path) -> None:
    folder = make_model()
    write_exam(an_exam_of(folder), folder)
    place = import_bundle(export_bundle(folder, tmp_path / "b"), tmp_path / "target")
    assert not (place / EXAM_FILE).exists()
    assert (place / EXAM_ELSEWHERE_FILE).read_bytes() == (folder / EXAM_FILE).read_bytes()
    shelf = ModelShelf([tmp_path / "shelf"], tmp_path / "active.json")
    shelved = shelf.add(place)
    assert (shelved.folder / EXAM_ELSEWHERE_FILE).is_file()
    again = import_bundle(export_bundle(shelved.folder, tmp_path / "c"), tmp_path / "third")
    assert sorted(path.name for path in again.iterdir()) == sorted(MODEL_FILES)


def test_a_spoilt_model_is_not_exported(make_model: MakeModel, tmp_path: Path) -> None:
    folder = make_model()
    (folder / "graph.onnx").write_bytes(b"other")
    with pytest.raises(ModelFileChangedError):
        export_bundle(folder, tmp_path / "out" / "b")
    assert nothing_was_kept(tmp_path / "out")


def test_an_exam_of_other_weights_is_not_exported(make_model: MakeModel, tmp_path: Path) -> None:
    folder = make_model()
    write_exam(an_exam_of(folder, candidate_sha256="9" * 64), folder)
    with pytest.raises(ExamUnreadableError, match="another model"):
        export_bundle(folder, tmp_path / "out" / "b")


def test_a_full_disk_leaves_no_half_bundle(
    make_model: MakeModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_model()
    file = export_bundle(folder, tmp_path / "out" / "b")
    before = file.read_bytes()

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("models.contract.files.atomic_files.os.fsync", full)
    with pytest.raises(ShelfNotWritableError, match="disk is full"):
        export_bundle(folder, file)
    with pytest.raises(ShelfNotWritableError, match="disk is full"):
        import_bundle(file, tmp_path / "target")
    assert file.read_bytes() == before
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["b"]
    assert nothing_was_kept(tmp_path / "target")


def test_what_a_killed_export_left_goes_with_a_later_one(make_model: MakeModel, tmp_path: Path) -> None:
    folder, out = make_model(), tmp_path / "out"
    abandoned, running, mine = (out / name for name in (".packing-1", ".packing-2", "notes"))
    for each in (abandoned, running, mine):
        each.mkdir(parents=True)
        (each / "packed").write_bytes(b"half a bundle")
    two_days_ago = time.time() - 2 * 24 * 60 * 60
    for path in (abandoned / "packed", abandoned, running, mine / "packed", mine):
        os.utime(path, (two_days_ago, two_days_ago))
    export_bundle(folder, out / "b")
    assert {path.name for path in out.iterdir()} == {".packing-2", "notes", "b"}


def test_a_model_that_is_there_already_is_not_replaced(make_model: MakeModel, tmp_path: Path) -> None:
    file = export_bundle(make_model(), tmp_path / "b")
    place = import_bundle(file, tmp_path / "target")
    (place / "README.md").write_text("mine")
    with pytest.raises(ModelAlreadyShelvedError, match="there already"):
        import_bundle(file, tmp_path / "target")
    assert (place / "README.md").read_text() == "mine"
    assert [path.name for path in (tmp_path / "target").iterdir()] == ["tiny"]


@pytest.mark.parametrize(
    "name", ["../evil.onnx", "/etc/evil.onnx", "inner/evil.onnx", "..\\evil.onnx", "C:evil.onnx", "inner/"]
)
def test_names_that_lead_out_of_the_folder_are_refused(
    make_model: MakeModel, tmp_path: Path, name: str
) -> None:
    contents = contents_of(make_model())
    del contents["graph.onnx"]
    file = packed(tmp_path / "b", contents | {name: b"x"})
    with pytest.raises(BundleRefusedError, match="plain files in one folder"):
        import_bundle(file, tmp_path / "target")
    assert nothing_was_kept(tmp_path / "target")
    assert not list(tmp_path.rglob("evil.onnx"))


def test_links_are_refused(make_model: MakeModel, tmp_path: Path) -> None:
    file = packed(tmp_path / "b", contents_of(make_model()), mode=stat.S_IFLNK | 0o777)
    with pytest.raises(BundleRefusedError, match="plain files"):
        import_bundle(file, tmp_path / "target")


@pytest.mark.parametrize("name", ["model.pt", "weights.pkl", "run.py", "README.md", "Card.json"])
def test_any_other_file_is_refused(make_model: MakeModel, tmp_path: Path, name: str) -> None:
    file = packed(tmp_path / "b", contents_of(make_model()) | {name: pickle.dumps(1)})
    with pytest.raises(BundleRefusedError, match=f"holds {name}; only a card"):
        import_bundle(file, tmp_path / "target")
    assert nothing_was_kept(tmp_path / "target")


def test_a_pickle_under_a_good_name_is_refused(make_model: MakeModel, tmp_path: Path) -> None:
    contents = contents_of(make_model())
    contents["weights.safetensors"] = pickle.dumps({"weights": [1.0, 2.0]})
    card = json.loads(contents["card.json"])
    card["weights_sha256"] = hashlib.sha256(contents["weights.safetensors"]).hexdigest()
    contents["card.json"] = json.dumps(card).encode()
    with pytest.raises(UnsafeModelFileError, match="pickle"):
        import_bundle(packed(tmp_path / "b", contents), tmp_path / "target")
    assert nothing_was_kept(tmp_path / "target")


def test_a_changed_file_is_refused(make_model: MakeModel, tmp_path: Path) -> None:
    contents = contents_of(make_model())
    honest = listed(contents)
    contents["graph.onnx"] = contents["graph.onnx"][:-1] + b"?"
    with pytest.raises(BundleRefusedError, match=r"graph\.onnx is damaged or was changed"):
        import_bundle(packed(tmp_path / "b", contents, file_list=honest), tmp_path / "target")
    assert nothing_was_kept(tmp_path / "target")


def test_a_flipped_bit_is_refused(make_model: MakeModel, tmp_path: Path) -> None:
    file = export_bundle(make_model(), tmp_path / "b")
    content = bytearray(file.read_bytes())
    place = bytes(content).index(b"float16" if b"float16" in content else b'"F32"')
    content[place] ^= 1
    file.write_bytes(bytes(content))
    with pytest.raises(BundleRefusedError, match="damaged"):
        import_bundle(file, tmp_path / "target")
    assert nothing_was_kept(tmp_path / "target")


@pytest.mark.parametrize("kept", [0, 10, 500, -1, -30, -200])
def test_a_bundle_that_was_cut_off_is_refused(make_model: MakeModel, tmp_path: Path, kept: int) -> None:
    file = export_bundle(make_model(), tmp_path / "b")
    file.write_bytes(file.read_bytes()[:kept])
    with pytest.raises(BundleRefusedError, match="no complete bundle"):
        import_bundle(file, tmp_path / "target")
    assert nothing_was_kept(tmp_path / "target")


def test_another_format_is_refused(make_model: MakeModel, tmp_path: Path) -> None:
    contents = contents_of(make_model())
    newer = listed(contents, format_version=2, colour="blue")
    with pytest.raises(BundleRefusedError, match="another version of Naevus"):
        import_bundle(packed(tmp_path / "b", contents, file_list=newer), tmp_path / "target")


@pytest.mark.parametrize("file_list", [b"{", b"[]", b" " * 20_001])
def test_a_damaged_list_is_refused(make_model: MakeModel, tmp_path: Path, file_list: bytes) -> None:
    file = packed(tmp_path / "b", contents_of(make_model()), file_list=file_list)
    with pytest.raises(BundleRefusedError, match="list of files"):
        import_bundle(file, tmp_path / "target")


def test_an_archive_without_a_list_is_refused(make_model: MakeModel, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "b", "w") as archive:
        for name, content in contents_of(make_model()).items():
            archive.writestr(name, content)
    with pytest.raises(BundleRefusedError, match="list of files is missing"):
        import_bundle(tmp_path / "b", tmp_path / "target")


def test_two_models_in_one_bundle_are_refused(make_model: MakeModel, tmp_path: Path) -> None:
    contents = contents_of(make_model())
    two = contents | {"second.safetensors": contents["weights.safetensors"]}
    with pytest.raises(BundleRefusedError, match="exactly one model"):
        import_bundle(packed(tmp_path / "b", two), tmp_path / "target")
    many = two | {"second.onnx": contents["graph.onnx"], "third.onnx": contents["graph.onnx"]}
    with pytest.raises(BundleRefusedError, match="one model is expected"):
        import_bundle(packed(tmp_path / "c", many), tmp_path / "target")


def test_a_name_that_occurs_twice_is_refused(make_model: MakeModel, tmp_path: Path) -> None:
    contents = contents_of(make_model())
    file = packed(tmp_path / "b", contents)
    with zipfile.ZipFile(file, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("card.json", contents["card.json"])
    with pytest.raises(BundleRefusedError, match="twice"):
        import_bundle(file, tmp_path / "target")


def test_a_bomb_is_refused_before_it_is_unpacked(make_model: MakeModel, tmp_path: Path) -> None:
    contents = contents_of(make_model()) | {"exam.json": b"0" * 3_000_000}
    file = packed(tmp_path / "b", contents, compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(BundleRefusedError, match="compressed"):
        import_bundle(file, tmp_path / "target")
    assert nothing_was_kept(tmp_path / "target")


def test_a_size_that_lies_is_refused(make_model: MakeModel, tmp_path: Path) -> None:
    contents = contents_of(make_model())
    lie = json.loads(listed(contents))
    lie["files"][1]["size_bytes"] += 1
    file = packed(tmp_path / "b", contents, file_list=json.dumps(lie).encode())
    with pytest.raises(BundleRefusedError, match="another size"):
        import_bundle(file, tmp_path / "target")


def test_sizes_forged_in_the_archives_own_table_are_refused(make_model: MakeModel, tmp_path: Path) -> None:
    """The central directory claims a gigabyte for a small file, and the list agrees."""
    contents = contents_of(make_model())
    claimed = 1_000_000_000
    lie = json.loads(listed(contents))
    lie["files"][1]["size_bytes"] = claimed
    file = packed(tmp_path / "b", contents, file_list=json.dumps(lie).encode())
    raw = bytearray(file.read_bytes())
    name = b"weights.safetensors"
    header = raw.rindex(name) - 46
    assert raw[header : header + 4] == b"PK\x01\x02"
    raw[header + 20 : header + 28] = claimed.to_bytes(4, "little") * 2
    file.write_bytes(bytes(raw))
    with pytest.raises(BundleRefusedError, match="more than its own size"):
        import_bundle(file, tmp_path / "target")
    assert nothing_was_kept(tmp_path / "target")


def test_a_card_that_names_other_files_is_refused(make_model: MakeModel, tmp_path: Path) -> None:
    contents = contents_of(make_model())
    contents["other.onnx"] = contents.pop("graph.onnx")
    with pytest.raises(CardUnreadableError, match="other files than the bundle holds"):
        import_bundle(packed(tmp_path / "b", contents), tmp_path / "target")


def test_a_damaged_card_is_told_by_the_bundles_name(make_model: MakeModel, tmp_path: Path) -> None:
    contents = contents_of(make_model()) | {"card.json": b"{"}
    with pytest.raises(CardUnreadableError, match=r"The model card in b\.naevusmodel is damaged"):
        import_bundle(packed(tmp_path / "b.naevusmodel", contents), tmp_path / "target")


@pytest.mark.parametrize("name", ["..", "../up", "UPPER", "a/b"])
def test_a_card_cannot_choose_a_place_outside(make_model: MakeModel, tmp_path: Path, name: str) -> None:
    contents = contents_of(make_model())
    card = json.loads(contents["card.json"])
    contents["card.json"] = json.dumps(card | {"name": name}).encode()
    with pytest.raises(CardUnreadableError, match="'name'"):
        import_bundle(packed(tmp_path / "b", contents), tmp_path / "target")
    assert nothing_was_kept(tmp_path / "target")


@pytest.mark.parametrize(("content", "words"), [(b"{}", "not valid"), (b"{", "not valid JSON")])
def test_a_spoilt_exam_is_refused(make_model: MakeModel, tmp_path: Path, content: bytes, words: str) -> None:
    contents = contents_of(make_model()) | {"exam.json": content}
    with pytest.raises(ExamUnreadableError, match=words):
        import_bundle(packed(tmp_path / "b", contents), tmp_path / "target")


@pytest.mark.parametrize("content", [b"", b"hello", pickle.dumps([1])])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "b").write_bytes(content)
    with pytest.raises(BundleRefusedError, match="another kind of file"):
        import_bundle(tmp_path / "b", tmp_path / "target")


def test_a_missing_bundle_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelRefusedError, match="could not be imported"):
        import_bundle(tmp_path / "nothing.naevusmodel", tmp_path / "target")


def test_the_shelf_keeps_the_exam_beside_the_card(make_model: MakeModel, tmp_path: Path) -> None:
    folder = make_model()
    write_exam(an_exam_of(folder), folder)
    shelf = ModelShelf([tmp_path / "shelf"], tmp_path / "active.json")
    added = shelf.add(folder)
    assert (added.folder / EXAM_FILE).read_bytes() == (folder / EXAM_FILE).read_bytes()
    assert shelf.list() == (added,)
    assert shelf.problems() == ()


@pytest.mark.parametrize("content", ["{", None])
def test_the_shelf_refuses_a_damaged_or_foreign_exam(
    make_model: MakeModel, tmp_path: Path, content: str | None
) -> None:
    folder = make_model()
    write_exam(an_exam_of(folder, candidate_sha256="9" * 64), folder)
    if content is not None:
        (folder / EXAM_FILE).write_text(content)
    shelf = ModelShelf([tmp_path / "shelf"], tmp_path / "active.json")
    with pytest.raises(ExamUnreadableError):
        shelf.add(folder)
    assert shelf.list() == ()
