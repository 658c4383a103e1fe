"""A model as one file to hand to another clinic: ``name-version.naevusmodel``.

A zip archive, stored and not compressed, of ``bundle.json`` (size and SHA-256 of every other file),
``card.json``, one safetensors file, one ONNX graph and, if there is one, ``exam.json``. Anything else is
refused, and nothing of the archive is opened before its names and sizes were checked. An exam that came
with a bundle was sat elsewhere, beside another active model and on other patients: it is kept as
``exam_elsewhere.json``, to be read, and never counts as this clinic's exam.
"""

import errno
import shutil
import stat
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import IO, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.contract.errors import (
    CardUnreadableError,
    ModelAlreadyShelvedError,
    ModelRefusedError,
    ShelfNotWritableError,
)
from models.contract.files.archive_failures import ARCHIVE_FAILURES
from models.contract.files.atomic_files import sha256_of, sync_file, sync_folder
from models.contract.shelf.card import CARD_FILE, ModelCard, Sha256, read_card
from models.contract.shelf.exam import EXAM_ELSEWHERE_FILE, EXAM_FILE, check_is_about, exam_from, read_exam
from models.contract.shelf.model_validation import inspect

BUNDLE_SUFFIX: Final = ".naevusmodel"
LIST_FILE: Final = "bundle.json"
PACKING_PREFIX: Final = ".packing-"
"""How the folder is called in which a bundle is packed, beside the place where it will stand."""
_ABANDONED_AFTER_S: Final = 24 * 60 * 60
_MOST_FILES: Final = 5
_LONGEST_LIST_BYTES: Final = 20_000
_LONGEST_TEXT_BYTES: Final = 4_000_000
_LARGEST_FILE_BYTES: Final = 4_000_000_000
_CHUNK_BYTES: Final = 1 << 20
_NO_DATE: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest date a zip can hold: a bundle says nothing about when or where it was packed."""


class BundleRefusedError(ModelRefusedError):
    """A file is no bundle of one model that this version takes."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _ListedFile(_Value):
    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,76}$")
    size_bytes: int = Field(ge=0, le=_LARGEST_FILE_BYTES)
    sha256: Sha256


class _FileList(_Value):
    """The contents of ``bundle.json``."""

    format_version: Literal[1] = 1
    files: tuple[_ListedFile, ...] = Field(max_length=_MOST_FILES - 1)


def export_bundle(folder: Path, file: Path) -> Path:
    """Pack the model in ``folder`` into ``file``, whole or not at all, and return the file.

    Raises:
        ModelRefusedError: the model did not pass its checks, or the file cannot be written.
    """
    card = inspect(folder)
    names = [CARD_FILE, card.weights_file, card.graph_file]
    if (folder / EXAM_FILE).is_file():
        check_is_about(read_exam(folder), card)
        names.append(EXAM_FILE)
    with _said_in_a_sentence(f"The model {card.reference} could not be exported"):
        listed = tuple(
            _ListedFile(name=name, size_bytes=(folder / name).stat().st_size, sha256=sha256_of(folder / name))
            for name in names
        )
        file.parent.mkdir(parents=True, exist_ok=True)
        _sweep_abandoned(file.parent)
        with tempfile.TemporaryDirectory(dir=file.parent, prefix=PACKING_PREFIX) as temporary:
            packed = Path(temporary) / "packed"
            _pack(folder, _FileList(files=listed), packed)
            sync_file(packed)
            packed.replace(file)
        sync_folder(file.parent)
    return file


def import_bundle(file: Path, target_root: Path) -> Path:
    """Unpack a bundle into ``target_root/<name>/<version>``, whole or not at all, and return that folder.

    An exam in it is kept as ``exam_elsewhere.json``: another clinic's exam never counts as this one's.

    Raises:
        BundleRefusedError: the file is no bundle, is damaged, or holds what a bundle must not.
        ModelRefusedError: its model did not pass the checks, is there already, or cannot be written.
    """
    with _said_in_a_sentence(f"The bundle {file.name} could not be imported"), _opened(file) as archive:
        listed = _checked_list(file, archive)
        target_root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target_root, prefix=".importing-") as temporary:
            unpacked = Path(temporary) / "model"
            unpacked.mkdir()
            for each in listed.files:
                _unpack(archive, each, unpacked)
            card = _checked_model(file, unpacked, listed)
            place = target_root / card.name / card.version
            if place.exists():
                raise ModelAlreadyShelvedError(
                    f"A model {card.reference} is there already; the one in {file.name} was left out."
                )
            sync_folder(unpacked)
            place.parent.mkdir(exist_ok=True)
            unpacked.rename(place)
        sync_folder(place.parent)
    return place


def _sweep_abandoned(folder: Path) -> None:
    """Remove what exports left that were killed; age tells, because process numbers come round again."""
    for workspace in folder.glob(f"{PACKING_PREFIX}*"):
        with suppress(OSError):
            touched_at = max(each.stat().st_mtime for each in (workspace, *workspace.iterdir()))
            if time.time() - touched_at > _ABANDONED_AFTER_S:
                shutil.rmtree(workspace, ignore_errors=True)


def _pack(folder: Path, listed: _FileList, packed: Path) -> None:
    with zipfile.ZipFile(packed, "x", zipfile.ZIP_STORED) as archive:
        archive.writestr(_entry(LIST_FILE), listed.model_dump_json(indent=2) + "\n")
        for each in listed.files:
            with (
                (folder / each.name).open("rb") as source,
                archive.open(_entry(each.name), "w", force_zip64=True) as target,
            ):
                # The model may change while it is read; then nothing is exported.
                if _copied(source, target, each.size_bytes) != each.sha256:
                    raise BundleRefusedError(f"{each.name} changed while it was exported; export it again.")


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _NO_DATE)
    entry.external_attr = (stat.S_IFREG | 0o644) << 16
    return entry


def _copied(source: IO[bytes], target: IO[bytes], most_bytes: int) -> str:
    """Copy up to one byte more than ``most_bytes`` and return the hash of what was copied."""
    digest, left = sha256(), most_bytes + 1
    while chunk := source.read(min(_CHUNK_BYTES, left)):
        digest.update(chunk)
        target.write(chunk)
        left -= len(chunk)
    return digest.hexdigest()


@contextmanager
def _opened(file: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(file) as archive:
            yield archive
    except ARCHIVE_FAILURES as error:
        raise BundleRefusedError(
            f"{file.name} is no complete bundle: it is damaged, cut off, or another kind of file."
        ) from error


def _checked_list(file: Path, archive: zipfile.ZipFile) -> _FileList:
    """The list of files, after everything that can be known without unpacking was checked."""
    entries = archive.infolist()
    _check_entries(file, entries)
    listed = _read_list(file, archive)
    sizes = {each.name: each.size_bytes for each in listed.files}
    found = {entry.filename: entry.file_size for entry in entries if entry.filename != LIST_FILE}
    if len(sizes) != len(listed.files) or found != sizes:
        raise BundleRefusedError(
            f"{file.name} holds other files, or files of another size, than its list says."
        )
    # Stored files fill the archive they lie in; anything else overlaps or lies about its size.
    if sum(sizes.values()) > file.stat().st_size:
        raise BundleRefusedError(f"{file.name} claims to hold more than its own size.")
    _check_kinds(file, list(sizes))
    for name in (CARD_FILE, EXAM_FILE):
        if sizes.get(name, 0) > _LONGEST_TEXT_BYTES:
            raise BundleRefusedError(f"{name} in {file.name} is too long to be what its name says.")
    return listed


def _check_entries(file: Path, entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > _MOST_FILES:
        raise BundleRefusedError(
            f"{file.name} holds {len(entries)} files; a bundle of one model is expected."
        )
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names):
        raise BundleRefusedError(f"{file.name} holds a name twice.")
    for entry in entries:
        kind = stat.S_IFMT(entry.external_attr >> 16)
        # zipfile cuts names at a null byte; what was written counts.
        is_plain = (
            kind in (0, stat.S_IFREG)
            and not entry.is_dir()
            and entry.orig_filename == entry.filename
            and not any(sign in entry.filename for sign in ("/", "\\", ":", ".."))
        )
        if not is_plain:
            raise BundleRefusedError(
                f"{file.name} holds something else than plain files in one folder "
                f"({entry.filename[:80]!r}), so it was not unpacked."
            )
        is_stored = entry.compress_type == zipfile.ZIP_STORED and not entry.flag_bits & 0x1
        if not is_stored or entry.compress_size != entry.file_size:
            raise BundleRefusedError(
                f"{entry.filename[:80]} in {file.name} is compressed or encrypted; bundles are neither."
            )


def _check_kinds(file: Path, names: list[str]) -> None:
    weights = [name for name in names if name.endswith(".safetensors")]
    graphs = [name for name in names if name.endswith(".onnx")]
    foreign = set(names) - {CARD_FILE, EXAM_FILE, *weights, *graphs}
    if foreign:
        raise BundleRefusedError(
            f"{file.name} holds {sorted(foreign)[0]}; only a card, safetensors weights, an ONNX graph and "
            "an exam are accepted."
        )
    if CARD_FILE not in names or len(weights) != 1 or len(graphs) != 1:
        raise BundleRefusedError(
            f"{file.name} does not hold exactly one model: one card, one safetensors file and one graph."
        )


def _read_list(file: Path, archive: zipfile.ZipFile) -> _FileList:
    try:
        with archive.open(LIST_FILE) as stream:
            content = stream.read(_LONGEST_LIST_BYTES + 1)
    except KeyError as error:
        raise BundleRefusedError(f"{file.name} is no bundle: its list of files is missing.") from error
    if len(content) > _LONGEST_LIST_BYTES:
        raise BundleRefusedError(f"The list of files in {file.name} is too long to be one.")
    try:
        return _FileList.model_validate_json(content)
    except ValidationError as error:
        places = [problem["loc"] for problem in error.errors(include_url=False)]
        if ("format_version",) in places:
            raise BundleRefusedError(f"{file.name} was written by another version of Naevus.") from error
        raise BundleRefusedError(f"The list of files in {file.name} is damaged.") from error


def _unpack(archive: zipfile.ZipFile, listed: _ListedFile, folder: Path) -> None:
    path = folder / listed.name
    with archive.open(listed.name) as source, path.open("xb") as target:
        found = _copied(source, target, listed.size_bytes)
    if found != listed.sha256:
        raise BundleRefusedError(
            f"{listed.name} is damaged or was changed: it is not the file that was exported."
        )
    sync_file(path)


def _checked_model(file: Path, folder: Path, listed: _FileList) -> ModelCard:
    try:
        card = read_card(folder)
    except CardUnreadableError as error:
        # The folder is about to go; what a person knows is the bundle.
        raise CardUnreadableError(str(error).replace(str(folder), file.name)) from error
    packed = {each.name for each in listed.files} - {EXAM_FILE}
    if packed != {CARD_FILE, card.weights_file, card.graph_file}:
        raise CardUnreadableError(f"The card in {file.name} names other files than the bundle holds.")
    card = inspect(folder)
    if (folder / EXAM_FILE).is_file():
        check_is_about(exam_from((folder / EXAM_FILE).read_bytes(), where=file.name), card)
        (folder / EXAM_FILE).rename(folder / EXAM_ELSEWHERE_FILE)
    return card


@contextmanager
def _said_in_a_sentence(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = "the disk is full" if error.errno == errno.ENOSPC else error.strerror or "input/output error"
        raise ShelfNotWritableError(f"{what} ({reason}); nothing was kept of it.") from error
