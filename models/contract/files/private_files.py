"""Files of patients are for one user of the machine: closed to others from the moment they exist.

Modes are given when a file or folder is made, so that no moment is left in which others may open it and no
umask matters. On Windows folders get an access list that what is made in them inherits.
"""

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from models.contract.files import windows_access

_FOLDER_MODE = 0o700
_FILE_MODE = 0o600
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_ENTER = stat.S_IXGRP | stat.S_IXOTH


def close_new_files() -> None:
    """Let everything this process and its children make be private, what libraries make included."""
    os.umask(_OTHERS)


def make_private_folder(folder: Path) -> None:
    """Make a folder and its missing parents, all private; what is there already stays as it is."""
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for one in reversed(missing):
        try:
            one.mkdir(mode=_FOLDER_MODE)
        except FileExistsError:
            continue
        if sys.platform == "win32":
            windows_access.close_to_others(one)


def create_private(file: Path, *, is_new: bool = False) -> None:
    """Make an empty private file, to be opened next; one that is there stays as it is.

    Raises:
        FileExistsError: it is there, and ``is_new`` asked for a new one.
    """
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | (os.O_EXCL if is_new else 0), _FILE_MODE))


def write_private(file: Path, content: bytes) -> None:
    """Write a new private file; its bytes are on the disk (fsync) when this returns.

    Raises:
        FileExistsError: it is there.
    """
    create_private(file, is_new=True)
    with file.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def open_to_others(folder: Path) -> Iterator[Path]:
    """Find what other users of the machine may read or enter: the folder itself and what lies in it.

    What lies in a closed folder cannot be reached and is left out; so are links, which lead elsewhere.
    """
    if sys.platform == "win32":
        if windows_access.is_open_to_others(folder):
            yield folder
        return
    for path in _all_of(folder, enters=_ENTER):
        if _mode_of(path) & _OTHERS:
            yield path


def close_to_others(folder: Path) -> list[Path]:
    """Make everything in a folder private, and return what could not be."""
    if sys.platform == "win32":
        windows_access.close_to_others(folder)
        return list(open_to_others(folder))
    left = []
    for path in _all_of(folder):
        if not _mode_of(path) & _OTHERS:
            continue
        with suppress(OSError):
            path.chmod(stat.S_IMODE(_mode_of(path)) & ~_OTHERS)
        if _mode_of(path) & _OTHERS:  # another user's, or the disk keeps no modes and says nothing
            left.append(path)
    return left


def _all_of(folder: Path, enters: int = 0) -> Iterator[Path]:
    """Walk through a folder; with ``enters``, only through folders that have one of these mode bits."""
    yield folder
    for place, folders, files in os.walk(folder):
        if enters and not _mode_of(Path(place)) & enters:
            folders.clear()
            continue
        for name in (*folders, *files):
            yield Path(place, name)


def _mode_of(path: Path) -> int:
    """Return the mode; 0, open to nobody, for links and for what is gone meanwhile."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return 0
    return 0 if stat.S_ISLNK(mode) else mode
