"""What killed processes left behind in a data folder, and the half exports they left elsewhere."""

import json
import logging
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from app.domain.workspaces import EXPORT_WORKSPACE_PREFIX
from models.contract.files.private_files import create_private, make_private_folder
from models.contract.shelf.bundle import PACKING_PREFIX

_LOG = logging.getLogger(__name__)

_WORKSPACES = (
    ".forecast-*",
    ".exam-*",
    ".importing-*",
    "snapshots/.freezing-*",
    "models/.adding-*",
    "models/.importing-*",
    ".settings.toml.*",
    "*.part",
    "backups/*.part",
    "journal/*.part",
)
"""Where unfinished work stands in a data folder; what is finished never has such a name."""
_EXPORTS = "exporting"
_EXPORT_PREFIXES = (EXPORT_WORKSPACE_PREFIX, PACKING_PREFIX)


@contextmanager
def export_noted(folder: Path, target: Path) -> Iterator[None]:
    """Note while an export goes on where it goes, so that the next start finds what a crash left there."""
    notes = folder / _EXPORTS
    make_private_folder(notes)
    note = notes / f"{uuid4().hex}.json"
    create_private(note, is_new=True)
    before = [path.name for path in _hidden_in(target)]
    note.write_text(json.dumps({"folder": os.fspath(target.absolute()), "before": before}), "utf-8")
    try:
        yield
    finally:
        note.unlink(missing_ok=True)


def sweep_workspaces(folder: Path, before: float) -> int:
    """Remove unfinished work that was last touched ``before`` (seconds since 1970), and count it.

    Only to be called while no other process has the folder open.
    """
    found = [path for pattern in _WORKSPACES for path in folder.glob(pattern)]
    count = sum(_removed(path) for path in found if _touched_at(path) < before)
    return count + _swept_runs(folder / "runs", before) + _swept_exports(folder / _EXPORTS, before)


def _swept_runs(runs: Path, before: float) -> int:
    """Remove folders of runs that were claimed and never written."""
    count = 0
    for run in runs.glob("[!.]*"):
        if _touched_at(run) < before:
            with suppress(OSError):
                run.rmdir()  # only empty ones
                count += 1
    return count


def _swept_exports(notes: Path, before: float) -> int:
    count = 0
    for note in notes.glob("*.json"):
        if _touched_at(note) >= before:
            continue
        try:
            noted = json.loads(note.read_text("utf-8"))
            target, kept = Path(noted["folder"]), set(noted["before"])
        except (OSError, ValueError, KeyError, TypeError):
            target, kept = None, set()
        if target is not None:
            abandoned = [path for path in _hidden_in(target) if path.name not in kept]
            count += sum(_removed(path) for path in abandoned if _touched_at(path) < before)
        with suppress(OSError):
            note.unlink()
    return count


def _hidden_in(target: Path) -> list[Path]:
    try:
        return [path for path in target.iterdir() if path.name.startswith(_EXPORT_PREFIXES)]
    except OSError:
        return []  # not there yet, or a disk that is not connected


def _touched_at(path: Path) -> float:
    try:
        return path.lstat().st_mtime
    except OSError:
        return time.time()


def _removed(path: Path) -> bool:
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    except OSError as error:
        _LOG.warning("A leftover of a crash could not be removed: %s", error.strerror)
        return False
    return True
