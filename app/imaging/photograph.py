"""Photographs for the case store: read by the reader that training uses, too."""

from dataclasses import replace
from io import BytesIO
from typing import Final

from PIL import Image

from app.domain.errors import PartlyReadableFileError, UnreadableFileError
from app.domain.image import DAMAGED_FILE
from app.imaging.file_kind import JPEG, FileKind
from app.imaging.limits import MIN_SIDE_PX
from app.imaging.read_image import ReadImage
from app.imaging.written_day import written_day
from models.contract.errors import PartlyReadablePhotographError, UnreadablePhotographError
from models.contract.photographs.decoding import Photograph
from models.contract.photographs.reader import read_damaged_photograph, read_photograph

_TAKEN: Final = (DAMAGED_FILE, "taken by choice, without a score")
_REMARK: Final = "The file is damaged: parts of the picture are missing or wrong. It gets no score."

_SEVERAL_MARK: Final = b"MPF\0"
_HEADER_BYTES: Final = 1 << 20
"""Where the segments of a JPEG's header lie, colour profile included."""


def read_photograph_file(content: bytes, kind: FileKind, *, takes_damaged: bool = False) -> ReadImage:
    """Decode a photograph; one that is damaged only where ``takes_damaged``, and then it is marked.

    Raises:
        PartlyReadableFileError: the file is damaged, but part of its picture can be shown.
        UnreadableFileError: it cannot be used.
    """
    try:
        read = _as_read(read_photograph(content, MIN_SIDE_PX), kind)
        return replace(read, provenance=(*_first_of_several(content, kind), *read.provenance))
    except PartlyReadablePhotographError as error:
        if not takes_damaged:
            raise PartlyReadableFileError(str(error)) from None
    except UnreadablePhotographError as error:
        raise UnreadableFileError(str(error)) from None
    return _damaged(content, kind)


def _damaged(content: bytes, kind: FileKind) -> ReadImage:
    try:
        read = _as_read(read_damaged_photograph(content, MIN_SIDE_PX), kind)
    except UnreadablePhotographError as error:
        raise UnreadableFileError(str(error)) from None
    return replace(read, provenance=(_TAKEN, *read.provenance), remarks=(_REMARK, *read.remarks))


def _as_read(photograph: Photograph, kind: FileKind) -> ReadImage:
    written = photograph.date_time_original
    return ReadImage(
        pixels=photograph.pixels,
        media_type=kind.media_type,
        calibration=None,
        provenance=photograph.provenance,
        taken_on=None if written is None else written_day(written),
    )


def _first_of_several(content: bytes, kind: FileKind) -> tuple[tuple[str, str], ...]:
    """The line of provenance of a JPEG with further pictures, for depth or as previews (MPO)."""
    if kind is not JPEG or _SEVERAL_MARK not in content[:_HEADER_BYTES]:
        return ()
    with Image.open(BytesIO(content), formats=("JPEG",)) as picture:
        count = int(getattr(picture, "n_frames", 1))
    return (("file", f"the first of {count} pictures in the file"),) if count > 1 else ()
