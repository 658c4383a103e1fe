"""Puts finished files into the person's folder: whole or not at all, and never over an existing one."""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.domain.errors import ExportError
from app.domain.workspaces import EXPORT_WORKSPACE_PREFIX
from app.exporters.file_names import fitting_name
from app.translation import _
from models.contract.files.private_files import create_private, make_private_folder, write_private

_MAX_NAMESAKES = 10_000


def deliver_file(folder: Path, name: str, content: bytes) -> Path:
    """Write ``content`` below ``folder`` and return its path; an existing name gets a number.

    Raises:
        ExportError: the folder cannot be written or the disk is full; nothing is left behind.
    """
    with said_as_export_error(), _workspace(folder) as workspace:
        finished = workspace / "file"
        write_private(finished, content)
        return moved(finished, folder, name)


class NewFile:
    """A file on its way: written at ``path``, and then found at ``place``."""

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self.name = name
        """What it is to be called; may be changed before the block ends."""
        self.place = path
        """Where the file lies, known after the block of ``new_file``."""


@contextmanager
def new_file(folder: Path, name: str) -> Iterator[NewFile]:
    """Give an empty private file to be written bit by bit; it is delivered when the block ends without error.

    Raises:
        ExportError: the folder cannot be written or the disk is full; nothing is left behind.
    """
    with said_as_export_error(), _workspace(folder) as workspace:
        file = NewFile(workspace / "file", name)
        create_private(file.path, is_new=True)
        yield file
        sync_file(file.path)
        file.place = moved(file.path, folder, file.name)


@contextmanager
def _workspace(folder: Path) -> Iterator[Path]:
    """Give a hidden folder on the same disk as the target, so that moving is one step."""
    make_private_folder(folder)
    workspace = Path(tempfile.mkdtemp(prefix=EXPORT_WORKSPACE_PREFIX, dir=folder))
    try:
        yield workspace
    finally:
        shutil.rmtree(workspace, ignore_errors=True)


def sync_file(path: Path) -> None:
    """Bring a written file's bytes to the disk."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def moved(finished: Path, folder: Path, name: str) -> Path:
    """Move a finished file or folder to the first free name: 'a.csv', 'a (2).csv', 'a (3).csv' ..."""
    for number in range(1, _MAX_NAMESAKES):
        target = folder / fitting_name(name, "" if number == 1 else f" ({number})")
        if _took(finished, target):
            return target
    raise ExportError(_("The folder already holds too many files called “{name}”.").format(name=name))


def _took(finished: Path, target: Path) -> bool:
    """Move to ``target`` unless something is there."""
    if target.exists() or target.is_symlink():
        return False
    if finished.is_dir():
        finished.rename(target)
        return True
    try:
        # A hard link fails where a rename would silently replace a file that appeared meanwhile.
        os.link(finished, target)
    except FileExistsError:
        return False
    except OSError:
        finished.rename(target)
    return True


@contextmanager
def said_as_export_error() -> Iterator[None]:
    """Raise what goes wrong with files as an ExportError in words."""
    try:
        yield
    except OSError as error:
        raise export_error(error, _("Nothing was written.")) from None


def export_error(error: OSError, what_is_left: str) -> ExportError:
    """Return in words why files could not be written; ``what_is_left`` is the sentence behind."""
    return ExportError(f"{_reason(error)} {what_is_left}")


def _reason(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return _("The folder may not be written with this user account.")
    if isinstance(error, FileExistsError | NotADirectoryError):
        return _("The chosen place is not a folder.")
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return _("There is not enough space on the disk.")
    if error.errno == errno.ENAMETOOLONG:
        return _("The path of the chosen folder is too long for more names in it; choose a shorter one.")
    reason = error.strerror or _("input/output error")
    return _("The files could not be written ({reason}).").format(reason=reason)
