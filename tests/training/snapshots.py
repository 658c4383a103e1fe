"""Snapshots for tests, written whole."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from models.contract.shelf.card import Task
from training.contract.snapshot import Snapshot, SnapshotEntry, new_snapshot


def write_snapshot(
    folder: Path, entries: Iterable[SnapshotEntry], *, snapshot_id: str, task: Task, created_at: datetime
) -> Snapshot:
    """Write a whole snapshot at once; raises SnapshotError and leaves nothing behind then."""
    with new_snapshot(folder) as writer:
        for entry in entries:
            writer.add(entry)
        return writer.finish(snapshot_id, task, created_at)
