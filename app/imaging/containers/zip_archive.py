"""Images in ZIP archives, one after the other, without believing what the archive says of itself."""

import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath

from app.domain.errors import UnreadableFileError
from app.imaging.containers.contained_file import ContainedFile
from app.imaging.limits import MAX_FILE_BYTES
from app.translation import N_, _
from models.contract.files.archive_failures import ARCHIVE_FAILURES

ZIP_START = b"PK\x03\x04"

MOST_ENTRIES = 100_000
_CHUNK_BYTES = 1 << 20
_DAMAGED_ENTRY = N_("The file is damaged in the ZIP archive.")
_SMALL_BYTES = 50_000_000
_MOST_TIMES_LARGER = 100
"""Images hardly shrink in an archive; what grows more is made to fill the memory."""


def zipped_files(
    archive: Path, workspace: Path, only: PurePosixPath | None = None
) -> Iterator[ContainedFile]:
    """Unpack the files of an archive one by one; each is gone when the next one is asked for.

    Args:
        archive: the ZIP file.
        workspace: a folder of one's own.
        only: the single file that is wanted.

    Raises:
        UnreadableFileError: the archive is damaged, locked, or made to do harm.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = _checked_entries(opened)
            for entry in entries:
                name = PurePosixPath(entry.filename)
                if only is None or name == only:
                    yield from _unpacked(opened, entry, archive, workspace)
    except ARCHIVE_FAILURES:
        raise UnreadableFileError(_("The ZIP archive is damaged or of a kind that cannot be read.")) from None


def _checked_entries(opened: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    entries = [entry for entry in opened.infolist() if not entry.is_dir()]
    if len(entries) > MOST_ENTRIES:
        raise UnreadableFileError(
            _("The ZIP archive holds more than {count:,} files; divide it.").format(count=MOST_ENTRIES)
        )
    for entry in entries:
        name = entry.filename
        parts = PureWindowsPath(name).parts
        if name.startswith(("/", "\\")) or ".." in parts or PureWindowsPath(name).drive or "\0" in name:
            raise UnreadableFileError(_("The ZIP archive names a place outside itself and was not read."))
        if entry.flag_bits & 1:
            raise UnreadableFileError(_("The ZIP archive is locked with a password; unpack it first."))
        packed = max(1, entry.compress_size)
        if entry.file_size > _SMALL_BYTES and entry.file_size / packed > _MOST_TIMES_LARGER:
            raise UnreadableFileError(
                _("The ZIP archive would unpack to a hundred times its size and was not read.")
            )
    return [entry for entry in entries if not _is_hidden(PurePosixPath(entry.filename))]


def _unpacked(
    opened: zipfile.ZipFile, entry: zipfile.ZipInfo, archive: Path, workspace: Path
) -> Iterator[ContainedFile]:
    name = PurePosixPath(entry.filename)
    # Never the name in the archive: the file is ours, and only its ending is kept.
    file = workspace / f"unpacked{name.suffix[:10] if name.suffix[1:].isalnum() else ''}"
    note = ("file", _("{name} in the archive {archive}").format(name=name, archive=archive.name))
    try:
        problem = _unpack(opened, entry, file)
        yield ContainedFile(file, archive.joinpath(*name.parts), note, problem)
    finally:
        file.unlink(missing_ok=True)


def _unpack(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, file: Path) -> str:
    """Write an entry to a file; return the sentence to show where it is damaged, "" where it is whole."""
    left = min(entry.file_size, MAX_FILE_BYTES) + 1
    try:
        with opened.open(entry) as stream, file.open("wb") as unpacked:
            while left > 0 and (chunk := stream.read(min(_CHUNK_BYTES, left))):
                unpacked.write(chunk)
                left -= len(chunk)
    except ARCHIVE_FAILURES:
        return _(_DAMAGED_ENTRY)
    except OSError as error:
        if error.errno is not None:
            raise
        # So bzip2 says that its data are damaged.
        return _(_DAMAGED_ENTRY)
    if left <= 0:
        raise UnreadableFileError(_("A file in the ZIP archive is larger than the archive says."))
    return ""


def _is_hidden(name: PurePosixPath) -> bool:
    return any(part.startswith(".") for part in name.parts) or "__MACOSX" in name.parts
