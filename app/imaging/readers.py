"""The ImageReader port: any supported file to upright sRGB pixels, with one sentence for every refusal."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import NoImageError, UnreadableFileError
from app.imaging import png_codec
from app.imaging.file_kind import DICOM, FileKind, extension_note, kind_of, promises_image
from app.imaging.limits import checked_bytes
from app.imaging.photograph import read_photograph_file
from app.usecases.ports import ReadImage
from models.contract.arrays import BoolMask, ProbabilityMap, RgbImage
from models.contract.errors import NoMaskError
from models.contract.imaging.mask_file import read_mask
from models.contract.imaging.mask_values import MaskReading, reading_of
from models.contract.photographs.failures import DECODER_FAILURES, quiet_decoders


class FileImageReader:
    """Reads JPEG, PNG, TIFF, BMP, WebP and DICOM files, and codes pixels and masks as PNG for the store."""

    def read(self, path: Path, *, takes_damaged: bool = False) -> ReadImage:
        """Decode a file; raises UnreadableFileError with the sentence to show."""
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

    def thumbnail_png(self, pixels: RgbImage, side_px: int) -> bytes:
        """Return a PNG whose longer side is ``side_px``."""
        return png_codec.thumbnail_png(pixels, side_px)

    def png(self, pixels: RgbImage) -> bytes:
        """Return lossless PNG bytes of an image."""
        return png_codec.png(pixels)

    def pixels_from_png(self, content: bytes) -> RgbImage:
        """Return the pixels of a PNG written by ``png``."""
        return png_codec.pixels_from_png(content)

    def mask_png(self, mask: BoolMask) -> bytes:
        """Return a 1-bit PNG."""
        return png_codec.mask_png(mask)

    def mask_from_png(self, content: bytes) -> BoolMask:
        """Return the mask of a PNG written by ``mask_png``."""
        return png_codec.mask_from_png(content)

    def probability_png(self, probability: ProbabilityMap) -> bytes:
        """Return an 8-bit greyscale PNG, 255 = probability 1."""
        return png_codec.probability_png(probability)

    def levels_from_png(self, content: bytes) -> NDArray[np.uint8]:
        """Return the levels of a PNG written by ``probability_png``, (H, W) uint8; 255 = probability 1."""
        return png_codec.levels_from_png(content)


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
        raise UnreadableFileError("There is not enough memory to open this picture.") from None
    except DECODER_FAILURES:
        # The original error quotes header values, which may name a patient.
        raise UnreadableFileError(
            f"The {kind.name} file is damaged, incomplete or of a variety that cannot be read."
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
