"""Where the strokes of a correction are kept until their mask is stored."""

from typing import Protocol

from app.domain.ids import WorkId
from app.domain.stroke_journal import Work, WorkStart, WorkStep


class StrokeJournal(Protocol):
    """Keeps every step of a correction on disk before it is shown as saved; one journal per lesion."""

    def begin(self, start: WorkStart) -> None:
        """Start a lesion's journal anew, durably; raises StorageError and leaves an older one as it was."""
        ...

    def append(self, work_id: WorkId, step: WorkStep) -> None:
        """Add a step durably; raises StorageError when it is not on disk."""
        ...

    def work(self, work_id: WorkId) -> Work | None:
        """Return the unfinished work on a lesion; raises StorageError when it cannot be read."""
        ...

    def close(self, work_id: WorkId) -> None:
        """Put a journal among the finished ones, because its mask is stored or given up."""
        ...

    def unfinished(self) -> tuple[WorkId, ...]:
        """Return the work that is not stored as a revision, oldest first."""
        ...

    def let_go(self) -> None:
        """Close the files; the work stays unfinished."""
        ...
