"""Originals, masks and thumbnails as files named by the SHA-256 of their bytes.

A file is written before the row that names it, so a crash leaves at worst a file that nobody names.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from app.domain.errors import DamagedFileError
from app.domain.ids import BlobName
from app.storage.database import storage_error
from models.contract.durable import sync_folder

_PART = ".part-"


class FileBlobStore:
    """A folder ``ab/abcd...`` of files; equal content is stored once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes) -> BlobName:
        """Store bytes durably and return their name; a damaged file of that name is replaced."""
        name = BlobName(hashlib.sha256(content).hexdigest())
        target = self.path(name)
        try:
            if not (target.exists() and target.read_bytes() == content):
                _write_durably(target, content)
        except OSError as error:
            raise storage_error(error) from error
        return name

    def get(self, name: BlobName) -> bytes:
        """Return stored bytes after checking their hash."""
        try:
            content = self.path(name).read_bytes()
        except FileNotFoundError as error:
            raise DamagedFileError(
                f"A stored file is missing ({name[:12]}…); restore the data folder's “blobs” from a copy."
            ) from error
        except OSError as error:
            raise storage_error(error) from error
        if hashlib.sha256(content).hexdigest() != name:
            raise DamagedFileError(
                f"A stored file is damaged ({name[:12]}…); restore the data folder's “blobs” from a copy."
            )
        return content

    def path(self, name: BlobName) -> Path:
        """Return where a blob lies."""
        return self._folder / name[:2] / name

    def names(self) -> Iterator[BlobName]:
        """Return the names of all stored files."""
        for file in sorted(self._folder.glob("??/*")):
            if not file.name.startswith(_PART):
                yield BlobName(file.name)

    def unfinished(self) -> list[Path]:
        """Return what writes that were cut short have left behind."""
        return sorted(self._folder.glob(f"??/{_PART}*"))

    def is_empty(self) -> bool:
        """Say whether nothing is stored."""
        return next(self.names(), None) is None


def _write_durably(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(prefix=_PART, dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(part).replace(target)
    except OSError:
        with suppress(OSError):
            Path(part).unlink()
        raise
    sync_folder(target.parent)
