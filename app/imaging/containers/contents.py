"""What is in a file: itself, or the images that it holds."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from app.domain.errors import UnreadableFileError
from app.imaging.containers.contained_file import ContainedFile
from app.imaging.containers.dicom_directory import files_of_directory, is_dicom_directory
from app.imaging.containers.tiff_pages import pages_of
from app.imaging.containers.zip_archive import ZIP_START, zipped_files
from app.imaging.limits import checked_bytes
from app.translation import _

_START_BYTES = 132
_ARCHIVE_SUFFIX = ".zip"
"""Workbooks and the like are ZIP files, too, and hold no images to take."""

_TIFF_STARTS = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")


def contained_files(path: Path, workspace: Path) -> Iterator[ContainedFile]:
    """Return the images of a file one by one; a plain file is the only one of its own.

    Args:
        path: a file, or a name in an archive as ``ContainedFile.shown`` gives it.
        workspace: a folder of one's own; what is put there is gone when the next image is asked for.

    Raises:
        UnreadableFileError: an archive or directory cannot be used.
        OSError: the file cannot be read.
    """
    if (archive := _archive_of(path)) is not None:
        only = PurePosixPath(*path.relative_to(archive).parts)
        yield from zipped_files(archive, workspace, only)
        return
    if not path.is_file():
        yield ContainedFile(path, path)
        return
    with path.open("rb") as stream:
        start = stream.read(_START_BYTES)
    if start.startswith(ZIP_START) and path.suffix.lower() == _ARCHIVE_SUFFIX:
        for part in zipped_files(path, workspace):
            yield from _parts(part, workspace)
    elif is_dicom_directory(path, start):
        for file in dict.fromkeys(files_of_directory(path)):
            yield from _parts(ContainedFile(file, file), workspace)
    else:
        yield from _parts(ContainedFile(path, path), workspace)


def _archive_of(path: Path) -> Path | None:
    """The archive in which a name lies that is no file by itself."""
    if path.exists():
        return None
    return next((parent for parent in path.parents if parent.is_file()), None)


def _parts(file: ContainedFile, workspace: Path) -> Iterator[ContainedFile]:
    """An image, or its pages or frames where it has several."""
    try:
        parts, what = _images_in(file.path)
    except UnreadableFileError as error:
        yield replace(file, problem=str(error))
        return
    except OSError:
        # Opening it says what is wrong with it.
        parts, what = (), ""
    if not parts:
        yield file
        return
    for number, content in enumerate(parts, start=1):
        shown = file.shown.with_name(f"{file.shown.stem}_{number}{file.shown.suffix}")
        part = workspace / f"part{file.path.suffix}"
        part.write_bytes(content)
        note = (
            "file",
            _("{what} {number} of {count} of {name}").format(
                what=what, number=number, count=len(parts), name=file.shown.name
            ),
        )
        try:
            yield ContainedFile(part, shown, note)
        finally:
            part.unlink(missing_ok=True)


def _images_in(path: Path) -> tuple[Sequence[bytes], str]:
    if not path.is_file():
        return (), ""
    with path.open("rb") as stream:
        start = stream.read(_START_BYTES)
    if start.startswith(_TIFF_STARTS) and start[128:132] != b"DICM":
        return pages_of(checked_bytes(path)), _("page")
    if start[128:132] == b"DICM":
        # pydicom takes a third of a second to import: with the first such file, not at the start.
        from app.imaging.containers.dicom_frames import frames_of

        return frames_of(checked_bytes(path)), _("frame")
    return (), ""
