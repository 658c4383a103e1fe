import errno
import hashlib
import os
from pathlib import Path

import pytest

from app.domain.errors import StorageError
from app.domain.ids import BlobName
from app.storage.blobs import BlobStore
from app.storage.store import CaseStore
from tests.builders import store_image

CONTENT = b"the bytes of an image" * 1000


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "blobs")


def _files(blobs: BlobStore) -> list[Path]:
    return [path for path in blobs._folder.rglob("*") if path.is_file()]


def test_a_blob_is_named_by_its_content(blobs: BlobStore) -> None:
    name = blobs.put(CONTENT)
    assert name == hashlib.sha256(CONTENT).hexdigest()
    assert blobs.get(name) == CONTENT
    assert blobs.path(name).parent.name == name[:2]


def test_equal_content_is_stored_once(blobs: BlobStore) -> None:
    assert blobs.put(CONTENT) == blobs.put(CONTENT)
    assert len(_files(blobs)) == 1
    assert list(blobs.names()) == [hashlib.sha256(CONTENT).hexdigest()]


def test_empty_content_is_content_too(blobs: BlobStore) -> None:
    assert blobs.get(blobs.put(b"")) == b""


@pytest.mark.parametrize("damage", [b"", CONTENT[:-1], CONTENT + b"x", b"X" + CONTENT[1:]])
def test_a_damaged_blob_is_never_given_out(blobs: BlobStore, damage: bytes) -> None:
    name = blobs.put(CONTENT)
    blobs.path(name).write_bytes(damage)
    with pytest.raises(StorageError, match="stored file is damaged"):
        blobs.get(name)


def test_storing_the_same_content_again_heals_a_damaged_blob(blobs: BlobStore) -> None:
    name = blobs.put(CONTENT)
    blobs.path(name).write_bytes(b"damaged")
    blobs.put(CONTENT)
    assert blobs.get(name) == CONTENT


def test_a_lost_blob_is_said_in_a_sentence(blobs: BlobStore) -> None:
    with pytest.raises(StorageError, match="stored file is missing"):
        blobs.get(BlobName("0" * 64))


def test_a_full_disk_leaves_nothing_half_written(blobs: BlobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="The disk is full, so the last step was not stored"):
        blobs.put(CONTENT)
    assert _files(blobs) == []
    monkeypatch.undo()
    assert blobs.get(blobs.put(CONTENT)) == CONTENT


def test_a_full_disk_leaves_an_older_blob_alone(blobs: BlobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    name = blobs.put(b"older")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError):
        blobs.put(CONTENT)
    assert blobs.get(name) == b"older"


def test_the_doctor_finds_damaged_lost_and_unnamed_files(store: CaseStore) -> None:
    with store.writing() as work:
        image = work.cases.case(store_image(work)).image
        work.commit()
    store.blobs.put(b"nobody names me")
    damaged = store.blobs.path(image.original)
    damaged.parent.mkdir(parents=True, exist_ok=True)
    damaged.write_bytes(b"something else")
    findings = list(store.examine())
    problems = [finding.sentence for finding in findings if finding.is_problem]
    assert any(image.original[:12] in sentence and "damaged" in sentence for sentence in problems)
    assert any(image.upright[:12] in sentence and "missing" in sentence for sentence in problems)
    assert len(problems) == 3
    assert any("belong to no case" in finding.sentence for finding in findings)


def test_the_doctor_finds_nothing_wrong_with_a_new_store(store: CaseStore) -> None:
    findings = list(store.examine())
    assert not any(finding.is_problem for finding in findings)
    assert any("The database is sound" in finding.sentence for finding in findings)
