"""Photographs for the case store: read by the reader that training uses, too."""

from app.domain.errors import UnreadableFileError
from app.imaging.file_kind import FileKind
from app.imaging.limits import MIN_SIDE_PX
from app.imaging.written_day import written_day
from app.usecases.ports import ReadImage
from models.contract.errors import UnreadablePhotographError
from models.contract.photographs.reader import read_photograph


def read_photograph_file(content: bytes, kind: FileKind) -> ReadImage:
    """Decode a photograph; raises UnreadableFileError."""
    try:
        photograph = read_photograph(content, MIN_SIDE_PX)
    except UnreadablePhotographError as error:
        raise UnreadableFileError(str(error)) from None
    written = photograph.date_time_original
    return ReadImage(
        pixels=photograph.pixels,
        media_type=kind.media_type,
        calibration=None,
        provenance=photograph.provenance,
        taken_on=None if written is None else written_day(written),
    )
