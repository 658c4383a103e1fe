"""A data folder read once, so that every part of a run works with the same samples."""

from dataclasses import dataclass
from pathlib import Path

from models.contract.files.atomic_files import sha256_of
from training.contract.data_set import MANIFEST, Sample, read_manifest
from training.contract.snapshot import SNAPSHOT_FILE, Snapshot, check_snapshot, read_snapshot_with_samples


@dataclass(frozen=True)
class CheckedData:
    """The samples of a data folder with the hash of the manifest that they were read from."""

    folder: Path
    samples: tuple[Sample, ...]
    manifest_sha256: str
    snapshot: Snapshot | None
    """What the folder was frozen as; None for other data folders."""

    @staticmethod
    def read(folder: Path, *, as_snapshot: bool = False) -> "CheckedData":
        """Read the manifest and its hash; of a snapshot, check every file.

        With ``as_snapshot`` other data folders are refused.

        Raises:
            SnapshotError: it is no snapshot where one is asked for, or a file of it is missing or changed.
            DataSetError: the folder breaks a rule of data folders.
        """
        if as_snapshot or (folder / SNAPSHOT_FILE).is_file():
            snapshot, samples = read_snapshot_with_samples(folder)
            return CheckedData(folder, samples, snapshot.manifest_sha256, snapshot)
        return CheckedData(folder, read_manifest(folder), sha256_of(folder / MANIFEST), None)

    def check_again(self) -> None:
        """Check that the files of a snapshot are still those that were read; raises SnapshotError."""
        if self.snapshot is not None:
            check_snapshot(self.snapshot, self.folder, self.samples)
