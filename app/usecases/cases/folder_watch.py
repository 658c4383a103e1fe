"""A folder into which a camera or another program puts images: which files are there in full, and new."""

from dataclasses import dataclass
from pathlib import Path

from app.domain.errors import NotFoundError
from app.translation import _
from app.usecases.cases.import_images import files_below


@dataclass(frozen=True, slots=True)
class _Seen:
    """What tells whether a file is still being written."""

    size_bytes: int
    changed_ns: int


class FolderWatch:
    """Looks into a folder again and again; each file is told of once, when it has stopped growing."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise NotFoundError(_("{folder} is no folder.").format(folder=folder))
        self._folder = folder
        self._seen: dict[Path, _Seen] = {}
        self._told: dict[Path, _Seen] = {}

    def settled(self) -> tuple[Path, ...]:
        """Return the files that are as they were at the last look, and were not told of like this before."""
        found = {path: seen for path in files_below([self._folder]) if (seen := _seen(path)) is not None}
        settled = {
            path: seen
            for path, seen in found.items()
            if seen.size_bytes and self._seen.get(path) == seen and self._told.get(path) != seen
        }
        self._seen = found
        self._told |= settled
        return tuple(settled)


def _seen(path: Path) -> _Seen | None:
    try:
        status = path.stat()
    except OSError:
        # Moved away since the folder was listed.
        return None
    return _Seen(status.st_size, status.st_mtime_ns)
