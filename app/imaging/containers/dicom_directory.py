"""The images that a DICOMDIR names, as they lie on the disc or in the folder beside it (PS3.10 8)."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from app.domain.errors import UnreadableFileError
from app.translation import _
from models.contract.photographs.failures import quiet_decoders

DIRECTORY_NAME = "DICOMDIR"

_MOST_RECORDS = 100_000
_MOST_BYTES = 200_000_000


def is_dicom_directory(path: Path, start: bytes) -> bool:
    """Say whether a file is the directory of a DICOM disc."""
    return path.name.upper() == DIRECTORY_NAME and start[128:132] == b"DICM"


def files_of_directory(path: Path) -> Iterator[Path]:
    """Return the image files that a DICOMDIR names; raises UnreadableFileError when it is damaged."""
    # pydicom takes a third of a second to import: with the first such file, not at the start.
    from pydicom import dcmread

    from models.contract.photographs.dicom_failures import DICOM_FAILURES

    if path.stat().st_size > _MOST_BYTES:
        raise UnreadableFileError(_("The DICOMDIR is too large."))
    try:
        with quiet_decoders():
            records = list(dcmread(BytesIO(path.read_bytes())).DirectoryRecordSequence)
    except DICOM_FAILURES:
        raise UnreadableFileError(_("The DICOMDIR is damaged.")) from None
    if len(records) > _MOST_RECORDS:
        raise UnreadableFileError(_("The DICOMDIR names too many files."))
    for record in records:
        if str(record.get("DirectoryRecordType", "")).strip() == "IMAGE":
            yield _named(path.parent, record.get("ReferencedFileID"))


def _named(folder: Path, parts: object) -> Path:
    names = [parts] if isinstance(parts, str) else [str(part) for part in parts or ()]  # type: ignore[attr-defined]  # a pydicom MultiValue
    if not names or any(name in ("", ".", "..") or set(name) & set("/\\:\0") for name in names):
        raise UnreadableFileError(_("The DICOMDIR names a place outside its folder and was not read."))
    found = folder
    for name in names:
        found = _as_spelled(found, name)
    return found


def _as_spelled(folder: Path, name: str) -> Path:
    """A file however the system wrote its name: discs have capitals, copies of them often small letters."""
    exact = folder / name
    if exact.exists() or not folder.is_dir():
        return exact
    return next((file for file in folder.iterdir() if file.name.casefold() == name.casefold()), exact)
