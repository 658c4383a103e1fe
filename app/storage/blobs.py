"""Originals, masks and thumbnails as files named by the SHA-256 of their bytes.

A file is written before the row that names it, so a crash leaves at worst a file that nobody names.
"""

import hashlib
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from app.domain.errors import DamagedFileError
from app.domain.ids import BlobName
from app.storage.database import storage_error
from app.translation import _
from models.contract.files.atomic_files import sync_folder
from models.contract.files.private_files import make_private_folder

_PART = ".part-"
_OWN_PART = f"{_PART}{uuid4().hex[:12]}-"
"""Begins the names of what this process is writing, so that it never sweeps its own."""
_KEPT_ASIDE_S = 30 * 24 * 3600.0
"""How long files of no case are kept beside the store, for the database may be an older copy."""


class BlobStore:
    """A folder ``ab/abcd...`` of files; equal content is stored once.

    Files that no case names go to ``leftovers`` beside it, and come back from there when they are asked for.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._aside = folder.with_name("leftovers")
        self._put_here: set[BlobName] = set()
        self._lock = threading.Lock()

    def put(self, content: bytes) -> BlobName:
        """Store bytes durably and return their name; a damaged file of that name is replaced."""
        name = BlobName(hashlib.sha256(content).hexdigest())
        target = self.path(name)
        with self._lock:
            self._put_here.add(name)
        try:
            if not (target.exists() and target.read_bytes() == content):
                _write_durably(target, content)
        except OSError as error:
            raise storage_error(error) from error
        return name

    def get(self, name: BlobName) -> bytes:
        """Return stored bytes after checking their hash; raises StorageError."""
        try:
            self._bring_back(name)
            content = self.path(name).read_bytes()
        except FileNotFoundError as error:
            raise DamagedFileError(
                _(
                    "A stored file is missing ({name}…); restore the data folder's “blobs” from a copy."
                ).format(name=name[:12])
            ) from error
        except OSError as error:
            raise storage_error(error) from error
        if hashlib.sha256(content).hexdigest() != name:
            raise DamagedFileError(
                _(
                    "A stored file is damaged ({name}…); restore the data folder's “blobs” from a copy."
                ).format(name=name[:12])
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

    def set_aside(self, named: Callable[[], set[BlobName]]) -> int:
        """Remove unfinished files and put those aside that are not ``named``; return how many there were.

        Only to be called while no other process writes; this process may go on putting files.
        """
        stored = list(self.names())
        # Asked after looking, so that what was named meanwhile stays.
        known = named()
        count = sum(self._moved_aside(name) for name in stored if name not in known)
        for part in self.unfinished():
            if not part.name.startswith(_OWN_PART):
                part.unlink(missing_ok=True)
                count += 1
        self._forget_old()
        return count

    def _moved_aside(self, name: BlobName) -> bool:
        with self._lock:
            if name in self._put_here:
                return False
            make_private_folder(self._aside)
            place = self._aside / name
            self.path(name).replace(place)
            os.utime(place)
        return True

    def _bring_back(self, name: BlobName) -> None:
        if not self.path(name).exists() and (self._aside / name).exists():
            make_private_folder(self.path(name).parent)
            (self._aside / name).replace(self.path(name))

    def _forget_old(self) -> None:
        for file in self._aside.glob("*"):
            if time.time() - file.stat().st_mtime > _KEPT_ASIDE_S:
                file.unlink(missing_ok=True)

    def is_empty(self) -> bool:
        """Say whether nothing is stored."""
        return next(self.names(), None) is None


def _write_durably(target: Path, content: bytes) -> None:
    make_private_folder(target.parent)
    handle, part = tempfile.mkstemp(prefix=_OWN_PART, dir=target.parent)
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
