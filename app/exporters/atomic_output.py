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
from models.contract.files.private_files import make_private_folder, write_private

_MAX_NAMESAKES = 10_000


def deliver_file(folder: Path, name: str, content: bytes) -> Path:
    """Write ``content`` below ``folder`` and return its path; an existing name gets a number.

    Raises:
        ExportError: the folder cannot be written or the disk is full; nothing is left behind.
    """
    with _said_as_export_error(), _workspace(folder) as workspace:
        finished = workspace / "file"
        write_private(finished, content)
        return _moved(finished, folder, name)


@contextmanager
def new_folder(folder: Path, name: str) -> Iterator["FolderDelivery"]:
    """Collect files and put them into a new folder below ``folder`` when the block ends without error."""
    with _said_as_export_error(), _workspace(folder) as workspace:
        finished = workspace / "folder"
        make_private_folder(finished)
        delivery = FolderDelivery(finished)
        yield delivery
        delivery.deliver(folder, name)


class FolderDelivery:
    """Files on their way into one new folder."""

    def __init__(self, workspace: Path) -> None:
        self._workspace = workspace
        self._names: list[str] = []
        self.files: list[Path] = []
        """Where the files lie, known after delivery."""

    def add(self, name: str, content: bytes) -> None:
        """Write a file; ``name`` may hold one folder level, with a slash."""
        path = self._workspace / name
        make_private_folder(path.parent)
        write_private(path, content)
        self._names.append(name)

    def deliver(self, folder: Path, name: str) -> None:
        """Move everything to its place."""
        target = _moved(self._workspace, folder, name)
        self.files = [target / part for part in self._names]


@contextmanager
def _workspace(folder: Path) -> Iterator[Path]:
    """Give a hidden folder on the same disk as the target, so that moving is one step."""
    make_private_folder(folder)
    workspace = Path(tempfile.mkdtemp(prefix=EXPORT_WORKSPACE_PREFIX, dir=folder))
    try:
        yield workspace
    finally:
        shutil.rmtree(workspace, ignore_errors=True)


def _moved(finished: Path, folder: Path, name: str) -> Path:
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
def _said_as_export_error() -> Iterator[None]:
    try:
        yield
    except PermissionError:
        raise ExportError(
            _("The folder may not be written with this user account; nothing was written.")
        ) from None
    except (FileExistsError, NotADirectoryError):
        raise ExportError(_("The chosen place is not a folder; nothing was written.")) from None
    except OSError as error:
        if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
            raise ExportError(_("There is not enough space on the disk; nothing was written.")) from None
        if error.errno == errno.ENAMETOOLONG:
            raise ExportError(
                _("The path of the chosen folder is too long for more names in it; choose a shorter one.")
            ) from None
        reason = error.strerror or "input/output error"
        raise ExportError(_("The files could not be written ({reason}).").format(reason=reason)) from None
