"""Any supported file to upright sRGB pixels, with one sentence for every refusal."""

from dataclasses import replace
from pathlib import Path

from app.domain.errors import NoImageError, UnreadableFileError
from app.imaging.file_kind import DICOM, FileKind, extension_note, kind_of, promises_image
from app.imaging.limits import checked_bytes
from app.imaging.photograph import read_photograph_file
from app.imaging.read_image import ReadImage
from app.translation import _
from models.contract.errors import NoMaskError
from models.contract.imaging.mask_file import read_mask
from models.contract.imaging.mask_values import MaskReading, reading_of
from models.contract.photographs.failures import DECODER_FAILURES, quiet_decoders


class ImageReader:
    """Reads JPEG, PNG, TIFF, BMP, WebP and DICOM files."""

    def read(self, path: Path, *, takes_damaged: bool = False) -> ReadImage:
        """Decode a file; one that is damaged only where ``takes_damaged``, with its mark in the provenance.

        Raises:
            NoImageError: the file is no image.
            PartlyReadableFileError: it is damaged, but part of its picture can be shown.
            UnreadableFileError: it cannot be used; the message is the sentence to show.
        """
        return read_image(checked_bytes(path), path.suffix, takes_damaged=takes_damaged)

    def read_mask(self, path: Path) -> MaskReading:
        """Read a mask file; raises UnreadableFileError with the sentence to show when it is no mask."""
        content = checked_bytes(path)
        try:
            if _is_dicom(content):
                return reading_of(read_image(content, path.suffix).pixels)
            with quiet_decoders():
                return read_mask(content)
        except NoMaskError as error:
            raise UnreadableFileError(str(error)) from None


def read_image(content: bytes, suffix: str, *, takes_damaged: bool = False) -> ReadImage:
    """Decode a file's bytes; ``suffix`` is only compared with what the content is.

    Raises:
        NoImageError: neither the content nor the suffix is that of an image.
        PartlyReadableFileError: the file is damaged and was not to be taken so.
        UnreadableFileError: the file says to be an image and cannot be used.
    """
    kind = _checked_kind(content, suffix)
    try:
        with quiet_decoders():
            if kind is DICOM:
                image = _dicom(content)
            else:
                image = read_photograph_file(content, kind, takes_damaged=takes_damaged)
    except MemoryError:
        raise UnreadableFileError(_("There is not enough memory to open this picture.")) from None
    except DECODER_FAILURES:
        # The original error quotes header values, which may name a patient.
        raise UnreadableFileError(
            _("The {name} file is damaged, incomplete or of a variety that cannot be read.").format(
                name=kind.name
            )
        ) from None
    note = extension_note(kind, suffix)
    return image if note is None else _with_note(image, note)


def _is_dicom(content: bytes) -> bool:
    try:
        return kind_of(content) is DICOM
    except UnreadableFileError:
        return False


def _checked_kind(content: bytes, suffix: str) -> FileKind:
    try:
        return kind_of(content)
    except NoImageError as error:
        if promises_image(suffix):
            raise UnreadableFileError(str(error)) from None
        raise


def _dicom(content: bytes) -> ReadImage:
    # pydicom and its plugins take a third of a second to import: with the first such file, not at the start.
    from app.imaging.dicom.reader import read_dicom

    return read_dicom(content)


def _with_note(image: ReadImage, note: tuple[str, str]) -> ReadImage:
    return replace(image, provenance=(note, *image.provenance))
