"""The part of a DICOM header that describes its pixels, checked before any is touched (PS3.3 C.7.6.3)."""

from dataclasses import dataclass

from pydicom.dataset import FileDataset
from pydicom.uid import UID, ExplicitVRBigEndian

from app.domain.errors import UnreadableFileError
from app.imaging.limits import check_dimensions
from app.translation import _

GREY = ("MONOCHROME1", "MONOCHROME2")
PALETTE = "PALETTE COLOR"
YBR_SUBSAMPLED = "YBR_FULL_422"
YBR = ("YBR_FULL", YBR_SUBSAMPLED)
YBR_IN_CODESTREAM = ("YBR_ICT", "YBR_RCT")
_COLOUR = ("RGB", *YBR, *YBR_IN_CODESTREAM)


@dataclass(frozen=True, slots=True)
class PixelHeader:
    """How the pixels are laid out, as declared."""

    rows: int
    columns: int
    samples: int
    bits_allocated: int
    bits_stored: int
    high_bit: int
    """The highest bit of a value, counted from 0; not always bits_stored - 1."""
    is_signed: bool
    is_planar: bool
    photometric: str
    transfer_syntax: UID

    @property
    def is_big_endian(self) -> bool:
        """Say whether 16-bit samples are stored high byte first."""
        return self.transfer_syntax == ExplicitVRBigEndian

    @property
    def frame_bytes(self) -> int:
        """Return the length of one uncompressed frame without chroma subsampling."""
        return self.rows * self.columns * self.samples * self.bits_allocated // 8


def pixel_header(dataset: FileDataset) -> PixelHeader:
    """Return the declared pixel layout; raises UnreadableFileError when it cannot be or is not supported."""
    if "PixelData" not in dataset:
        raise UnreadableFileError(_("The DICOM file contains no picture."))
    frames = int(dataset.get("NumberOfFrames") or 1)
    if frames > 1:
        raise several_frames(frames)
    bits_allocated = int(dataset.BitsAllocated)
    bits_stored = int(dataset.get("BitsStored") or bits_allocated)
    high_bit = dataset.get("HighBit")
    header = PixelHeader(
        rows=int(dataset.Rows),
        columns=int(dataset.Columns),
        samples=int(dataset.get("SamplesPerPixel") or 1),
        bits_allocated=bits_allocated,
        bits_stored=bits_stored,
        high_bit=bits_stored - 1 if high_bit is None else int(high_bit),
        is_signed=bool(dataset.get("PixelRepresentation")),
        is_planar=bool(dataset.get("PlanarConfiguration")),
        photometric=str(dataset.get("PhotometricInterpretation", "")).strip(),
        transfer_syntax=UID(str(dataset.file_meta.TransferSyntaxUID)),
    )
    check_dimensions(header.columns, header.rows)
    _check_layout(header)
    return header


def several_frames(frames: int) -> UnreadableFileError:
    """Return the refusal of a file that holds more than one picture."""
    return UnreadableFileError(
        _(
            "The DICOM file holds {frames} frames; please export the one you mean as a file of its own."
        ).format(frames=frames)
    )


def _check_layout(header: PixelHeader) -> None:
    if header.bits_allocated not in (8, 16) or not 1 <= header.bits_stored <= header.bits_allocated:
        raise UnreadableFileError(
            _(
                "The DICOM picture has {bits_stored} of {bits_allocated} bits per value; only 8 and 16 "
                "bits can be read."
            ).format(bits_stored=header.bits_stored, bits_allocated=header.bits_allocated)
        )
    is_grey = header.photometric in (*GREY, PALETTE)
    if not is_grey and header.photometric not in _COLOUR:
        raise UnreadableFileError(_("The DICOM file declares a colour coding that is unknown or retired."))
    if header.samples != (1 if is_grey else 3):
        raise UnreadableFileError(
            _(
                "The DICOM file contradicts itself: its colour coding does not fit its {samples} "
                "value(s) per pixel."
            ).format(samples=header.samples)
        )
