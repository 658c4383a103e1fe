"""A snapshot: corrections frozen into a folder that training can read and nothing changes any more.

``manifest.csv``, ``images/`` and ``masks/`` are a data folder (see ``data_set``); ``snapshot.json`` beside
them says why each image is in or out and holds the hash of every file. Pseudonyms stand for patients and
images, and ``duplicate_group`` is the patient, so that no patient is in two subsets of the split.
"""

import csv
import errno
import hashlib
import io
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from models.contract.files.atomic_files import sha256_of, sync_folder
from models.contract.files.private_files import make_private_folder, write_private
from models.contract.shelf.card import Task
from training.contract.data_set import (
    GIVEN_CATEGORIES,
    GIVEN_NUMBERS,
    MANIFEST,
    DataSetError,
    GivenInputs,
    Sample,
    read_manifest,
)

SNAPSHOT_FILE = "snapshot.json"
Subset: TypeAlias = Literal["train", "val", "exam", "uncorrected"]
SPLIT_BY_SUBSET: dict[Subset, str] = {
    "train": "train",
    "val": "val",
    "exam": "test",
    "uncorrected": "train_extra",
}
"""How a subset is called in the manifest; the exam is what the manifest calls the test split."""

_COLUMNS = (
    *("image_id", "duplicate_group", "split", "image_file", "mask_file", "malignant", "diagnosis"),
    *("age", "sex", "site", "skin_type", "confirmed_by"),
)
_WORKSPACE_PREFIX = ".freezing-"
_ABANDONED_AFTER_S = 24 * 60 * 60
"""No freeze pauses as long between two files; its process was killed."""
_PSEUDONYM = r"^[a-z0-9]{1,64}$"


class SnapshotError(DataSetError):
    """A snapshot cannot be written or used; the message is the sentence to show."""


class _Value(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )


class SnapshotImage(_Value):
    """One image that was looked at while freezing: where it went and why."""

    image_id: str = Field(pattern=_PSEUDONYM)
    patient: str = Field(pattern=_PSEUDONYM)
    subset: Subset | None = Field(validation_alias="side", serialization_alias="side")
    """None: left out."""
    reason: str
    image_sha256: str | None = None
    mask_sha256: str | None = None
    mask_revision: int | None = None
    """Number of the revision that the mask is from."""
    confirmed_by: str | None = None
    """How the diagnosis was confirmed."""


class Snapshot(_Value):
    """The contents of ``snapshot.json``."""

    schema_version: Literal[1] = 1
    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,63}$")
    task: Task
    created_at: AwareDatetime
    manifest_sha256: str
    images: tuple[SnapshotImage, ...]

    def on(self, subset: Subset | None) -> tuple[SnapshotImage, ...]:
        """The images of one subset; None gives those that were left out."""
        return tuple(image for image in self.images if image.subset == subset)

    def patients_on(self, subset: Subset) -> frozenset[str]:
        """The pseudonyms of the patients in one subset."""
        return frozenset(image.patient for image in self.on(subset))


@dataclass(frozen=True)
class SnapshotEntry:
    """An image on its way into a snapshot; one that is left out has neither files nor metadata."""

    image: SnapshotImage
    image_png: bytes | None = None
    mask_png: bytes | None = None
    malignant: bool | None = None
    diagnosis: str | None = None
    age_years: float | None = None
    sex: str | None = None
    site: str | None = None
    skin_type: str | None = None
    given: GivenInputs = ()
    """Further inputs of the classifier's table, by their names."""


class SnapshotWriter:
    """Collects the files of one snapshot in a hidden folder beside its place."""

    def __init__(self, workspace: Path) -> None:
        self._workspace = workspace
        self._images: list[SnapshotImage] = []
        self._rows: list[dict[str, str]] = []
        for name in ("images", "masks"):
            make_private_folder(workspace / name)

    def add(self, entry: SnapshotEntry) -> SnapshotImage:
        """Write the files of an entry and return its image with their hashes."""
        image = entry.image
        if image.subset is None:
            self._images.append(image)
            return image
        if entry.image_png is None:
            msg = "an image that is in a snapshot needs its pixels"
            raise ValueError(msg)
        mask_sha256 = None
        if entry.mask_png is not None:
            mask_sha256 = _written(self._workspace / _mask_file(image), entry.mask_png)
        image_sha256 = _written(self._workspace / _image_file(image), entry.image_png)
        image = image.model_copy(update={"image_sha256": image_sha256, "mask_sha256": mask_sha256})
        self._images.append(image)
        self._rows.append(_row(image, entry))
        return image

    def finish(self, snapshot_id: str, task: Task, created_at: datetime) -> Snapshot:
        """Write the manifest and ``snapshot.json``, and close every file against changes."""
        manifest_sha256 = _written(self._workspace / MANIFEST, _table(self._rows))
        snapshot = Snapshot(
            id=snapshot_id,
            task=task,
            created_at=created_at,
            manifest_sha256=manifest_sha256,
            images=tuple(self._images),
        )
        _written(self._workspace / SNAPSHOT_FILE, (snapshot.model_dump_json(indent=2) + "\n").encode())
        for folder in (self._workspace / "images", self._workspace / "masks", self._workspace):
            sync_folder(folder)
        return snapshot


@contextmanager
def new_snapshot(folder: Path) -> Iterator[SnapshotWriter]:
    """Give a writer; ``folder`` appears whole when the block ends well (call ``finish`` in it), else never.

    Raises:
        SnapshotError: the folder exists already, the disk is full or cannot be written; nothing is left.
    """
    with _said_in_a_sentence():
        make_private_folder(folder.parent)
        _sweep_abandoned(folder.parent)
        workspace = Path(tempfile.mkdtemp(prefix=_WORKSPACE_PREFIX, dir=folder.parent))
        try:
            inner = workspace / "snapshot"
            make_private_folder(inner)
            yield SnapshotWriter(inner)
            if folder.exists():
                raise SnapshotError(f"There is a snapshot {folder.name} already.")
            inner.rename(folder)
            sync_folder(folder.parent)
        finally:
            shutil.rmtree(workspace, ignore_errors=True)


def read_snapshot(folder: Path) -> Snapshot:
    """The snapshot in ``folder``, every file there and every hash checked.

    Raises:
        SnapshotError: a file is missing or changed, or the manifest and ``snapshot.json`` disagree.
        DataSetError: the manifest breaks a rule of data folders.
    """
    return read_snapshot_with_samples(folder)[0]


def read_snapshot_with_samples(folder: Path) -> tuple[Snapshot, tuple[Sample, ...]]:
    """The snapshot in ``folder``, checked as by ``read_snapshot``, and the samples of its manifest."""
    snapshot = read_snapshot_card(folder)
    _check_manifest(snapshot, folder)
    samples = read_manifest(folder)
    _check_images(snapshot, samples)
    return snapshot, samples


def check_snapshot(snapshot: Snapshot, folder: Path, samples: tuple[Sample, ...]) -> None:
    """Check the hashes of a snapshot's files again, without reading its table again.

    Raises:
        SnapshotError: a file is missing or changed.
    """
    _check_manifest(snapshot, folder)
    _check_images(snapshot, samples)


def _check_manifest(snapshot: Snapshot, folder: Path) -> None:
    if not (folder / MANIFEST).is_file():
        raise SnapshotError(f"The snapshot {snapshot.id} is damaged: {MANIFEST} is missing.")
    _check_hash(snapshot, folder / MANIFEST, snapshot.manifest_sha256)


def _check_images(snapshot: Snapshot, samples: tuple[Sample, ...]) -> None:
    sample_by_id = {sample.image_id: sample for sample in samples}
    included = [image for image in snapshot.images if image.subset is not None]
    if sample_by_id.keys() != {image.image_id for image in included} or len(samples) != len(included):
        raise SnapshotError(f"The snapshot {snapshot.id} is damaged: its two lists of images differ.")
    for image in included:
        _check_image(snapshot, image, sample_by_id[image.image_id])


def read_snapshot_card(folder: Path) -> Snapshot:
    """What ``snapshot.json`` says, without a look at the other files; raises SnapshotError."""
    try:
        return Snapshot.model_validate_json((folder / SNAPSHOT_FILE).read_bytes())
    except FileNotFoundError as error:
        raise SnapshotError(f"{folder} is no snapshot: {SNAPSHOT_FILE} is missing.") from error
    except OSError as error:
        raise SnapshotError(f"The snapshot in {folder} cannot be read ({error.strerror}).") from error
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in problem["loc"]) or "as a whole"
        raise SnapshotError(f"{SNAPSHOT_FILE} in {folder} is damaged: {where}: {problem['msg']}.") from error


def _sweep_abandoned(folder: Path) -> None:
    """Remove what freezes left that were killed; age tells, because process numbers come round again."""
    for workspace in folder.glob(f"{_WORKSPACE_PREFIX}*"):
        with suppress(OSError):
            touched_at = max(each.stat().st_mtime for each in (workspace, *workspace.glob("snapshot/*")))
            if time.time() - touched_at > _ABANDONED_AFTER_S:
                shutil.rmtree(workspace, ignore_errors=True)


def _check_image(snapshot: Snapshot, image: SnapshotImage, sample: Sample) -> None:
    is_same = (
        image.subset is not None
        and sample.split == SPLIT_BY_SUBSET[image.subset]
        and sample.duplicate_group == image.patient
        and (sample.mask_file is None) == (image.mask_sha256 is None)
        and image.image_sha256 is not None
    )
    if not is_same:
        raise SnapshotError(
            f"The snapshot {snapshot.id} is damaged: its two lists differ about {image.image_id}."
        )
    for file, expected in ((sample.image_file, image.image_sha256), (sample.mask_file, image.mask_sha256)):
        if file is not None and expected is not None:
            _check_hash(snapshot, file, expected)


def _check_hash(snapshot: Snapshot, file: Path, expected: str) -> None:
    try:
        found = sha256_of(file)
    except FileNotFoundError as error:
        raise SnapshotError(f"The snapshot {snapshot.id} is damaged: {file.name} is missing.") from error
    except OSError as error:
        raise SnapshotError(f"{file.name} of the snapshot {snapshot.id} cannot be read.") from error
    if found != expected:
        raise SnapshotError(f"The snapshot {snapshot.id} is damaged: {file.name} was changed.")


def _image_file(image: SnapshotImage) -> str:
    return f"images/{image.image_id}.png"


def _mask_file(image: SnapshotImage) -> str:
    return f"masks/{image.image_id}.png"


def _row(image: SnapshotImage, entry: SnapshotEntry) -> dict[str, str]:
    """The manifest's line; cells stay empty where nothing is known."""
    cells = {
        "image_id": image.image_id,
        "duplicate_group": image.patient,
        "split": SPLIT_BY_SUBSET[image.subset] if image.subset else None,
        "image_file": _image_file(image),
        "mask_file": None if entry.mask_png is None else _mask_file(image),
        "malignant": None if entry.malignant is None else str(int(entry.malignant)),
        "diagnosis": entry.diagnosis,
        "age": None if entry.age_years is None else f"{entry.age_years:g}",
        "sex": entry.sex,
        "site": entry.site,
        "skin_type": entry.skin_type,
        "confirmed_by": image.confirmed_by,
    }
    given = {name: value if isinstance(value, str) else f"{value:g}" for name, value in entry.given}
    return {name: cell or "" for name, cell in {**cells, **given}.items()}


def _table(rows: Sequence[dict[str, str]]) -> bytes:
    """The manifest; inputs that are given for no image have no column."""
    given = [name for name in (*GIVEN_NUMBERS, *GIVEN_CATEGORIES) if any(name in row for row in rows)]
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, (*_COLUMNS, *given), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode()


def _written(file: Path, content: bytes) -> str:
    """Write a file durably, close it against changes where the system allows, and return its hash."""
    write_private(file, content)
    file.chmod(0o400)
    return hashlib.sha256(content).hexdigest()


@contextmanager
def _said_in_a_sentence() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
            raise SnapshotError(
                "There is not enough space on the disk for a snapshot; nothing was kept of it."
            ) from error
        reason = error.strerror or "input/output error"
        raise SnapshotError(
            f"The snapshot could not be written ({reason}); nothing was kept of it."
        ) from error
