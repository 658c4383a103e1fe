"""Where the strokes of a correction are kept until their mask is stored."""

from typing import Protocol

from app.domain.ids import ImageId
from app.domain.stroke_journal import Work, WorkStart, WorkStep


class StrokeJournal(Protocol):
    """Keeps every step of a correction on disk before it is shown as saved; one journal per image."""

    def begin(self, start: WorkStart) -> None:
        """Start an image's journal anew, durably; raises StorageError and leaves an older one as it was."""
        ...

    def append(self, image_id: ImageId, step: WorkStep) -> None:
        """Add a step durably; raises StorageError when it is not on disk."""
        ...

    def work(self, image_id: ImageId) -> Work | None:
        """Return the unfinished work on an image; raises StorageError when it cannot be read."""
        ...

    def close(self, image_id: ImageId) -> None:
        """Put a journal among the finished ones, because its mask is stored or given up."""
        ...

    def unfinished(self) -> tuple[ImageId, ...]:
        """Return the images with work that is not stored as a revision."""
        ...

    def let_go(self) -> None:
        """Close the files; the work stays unfinished."""
        ...
