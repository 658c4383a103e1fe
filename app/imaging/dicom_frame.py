"""The stored samples of a DICOM picture, by transfer syntax, with an explicit decoder for each.

Decoders disagree about colour, so each is asked for raw samples only; dicom_colour.py alone interprets them.
"""

from dataclasses import dataclass
from io import BytesIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom import uid
from pydicom.dataset import FileDataset
from pydicom.encaps import get_frame

from app.domain.errors import UnreadableFileError
from app.imaging.codestream import Codestream, jpeg2000_codestream, jpeg_codestream
from app.imaging.dicom_header import YBR_SUBSAMPLED, PixelHeader
from app.imaging.frame_decoder import PLUGINS, Samples, decoded
from app.imaging.isolated import decoded_apart
from app.imaging.limits import MAX_PIXELS

_UNCOMPRESSED = (
    uid.ImplicitVRLittleEndian,
    uid.ExplicitVRLittleEndian,
    uid.ExplicitVRBigEndian,
)
_BASELINE = (uid.JPEGBaseline8Bit, uid.JPEGExtended12Bit)
_ISOLATED = ("gdcm", "pyjpegls")
"""Decoders that are not trusted with a damaged file in this process."""

_JPEG2000 = (uid.JPEG2000Lossless, uid.JPEG2000, uid.HTJ2KLossless, uid.HTJ2KLosslessRPCL, uid.HTJ2K)
_PADDING_BYTES = 16
_SIZE_SENTENCE = "The DICOM file contradicts itself: its picture has another size than its header declares."


@dataclass(frozen=True, slots=True)
class StoredFrame:
    """Samples with what is known about their colour besides the header."""

    samples: Samples
    bits: int
    codestream: Codestream | None
    was_subsampled: bool = False
    """True where uncompressed YBR_FULL_422 really was stored with two bytes per pixel."""


def stored_frame(dataset: FileDataset, header: PixelHeader) -> StoredFrame:
    """Return the picture's raw samples; raises UnreadableFileError when header and data disagree."""
    if header.transfer_syntax in _UNCOMPRESSED:
        return _uncompressed(bytes(dataset.PixelData), header)
    if header.transfer_syntax not in PLUGINS and header.transfer_syntax not in _BASELINE:
        raise UnreadableFileError(f"The DICOM compression '{header.transfer_syntax.name}' cannot be read.")
    if header.transfer_syntax == uid.RLELossless:
        return StoredFrame(_decoded(dataset, header), header.bits_stored, None)
    frame = get_frame(dataset.PixelData, 0, number_of_frames=1)
    codestream = _checked_codestream(frame, header)
    if header.transfer_syntax in _BASELINE and codestream.bits == 8:
        return StoredFrame(_jpeg_samples(frame, codestream), 8, codestream)
    return StoredFrame(_decoded(dataset, header), codestream.bits, codestream)


def _uncompressed(data: bytes, header: PixelHeader) -> StoredFrame:
    if _is_subsampled(header, len(data)):
        return StoredFrame(_upsampled(data, header), 8, None, was_subsampled=True)
    surplus = len(data) - header.frame_bytes
    if surplus < 0:
        raise UnreadableFileError(
            "The DICOM picture is incomplete: it has fewer pixels than its header declares."
        )
    if surplus > _PADDING_BYTES:
        raise UnreadableFileError(_SIZE_SENTENCE)
    kind = np.dtype(f"{'i' if header.is_signed else 'u'}{header.bits_allocated // 8}")
    order = kind.newbyteorder(">" if header.is_big_endian else "<")
    flat = np.frombuffer(data[: header.frame_bytes], order).astype(kind)
    return StoredFrame(_shaped(flat, header), header.bits_stored, None)


def _is_subsampled(header: PixelHeader, length_bytes: int) -> bool:
    if header.photometric != YBR_SUBSAMPLED or header.bits_allocated != 8 or header.columns % 2:
        return False
    return 0 <= length_bytes - header.rows * header.columns * 2 <= _PADDING_BYTES


def _shaped(flat: Samples, header: PixelHeader) -> Samples:
    if header.samples == 1:
        return flat.reshape(header.rows, header.columns)
    if header.is_planar:
        planes = flat.reshape(header.samples, header.rows, header.columns)
        return np.ascontiguousarray(planes.transpose(1, 2, 0))
    return flat.reshape(header.rows, header.columns, header.samples)


def _upsampled(data: bytes, header: PixelHeader) -> NDArray[np.uint8]:
    """Undo 4:2:2: the bytes are Y1 Y2 Cb Cr for two neighbours (PS3.3 C.7.6.3.1.2)."""
    needed_bytes = header.rows * header.columns * 2
    pairs = np.frombuffer(data[:needed_bytes], np.uint8).reshape(header.rows, header.columns // 2, 4)
    luma = pairs[..., :2].reshape(header.rows, header.columns)
    size = (header.columns, header.rows)
    chroma = [cv2.resize(pairs[..., plane], size, interpolation=cv2.INTER_LINEAR) for plane in (2, 3)]
    return np.dstack([luma, *chroma]).astype(np.uint8)


def _checked_codestream(frame: bytes, header: PixelHeader) -> Codestream:
    is_jpeg2000 = header.transfer_syntax in _JPEG2000
    codestream = jpeg2000_codestream(frame) if is_jpeg2000 else jpeg_codestream(frame)
    if codestream is None:
        raise UnreadableFileError("The compressed picture in the DICOM file is damaged.")
    size = (codestream.width_px, codestream.height_px, codestream.components)
    if size != (header.columns, header.rows, header.samples) or size[0] * size[1] > MAX_PIXELS:
        raise UnreadableFileError(_SIZE_SENTENCE)
    return codestream


def _jpeg_samples(frame: bytes, codestream: Codestream) -> NDArray[np.uint8]:
    """Decode without any colour conversion: libjpeg is asked for the colour space it assumes."""
    with Image.open(BytesIO(frame), formats=("JPEG",)) as picture:
        if codestream.components == 3 and codestream.states_ybr is not False:
            picture.draft("YCbCr", picture.size)
        return np.array(picture, dtype=np.uint8)


def _decoded(dataset: FileDataset, header: PixelHeader) -> Samples:
    is_isolated = PLUGINS[header.transfer_syntax] in _ISOLATED
    samples = (decoded_apart if is_isolated else decoded)(bytes(dataset.PixelData), header)
    if samples.shape[:2] != (header.rows, header.columns) or samples.dtype.itemsize > 2:
        raise UnreadableFileError(_SIZE_SENTENCE)
    return samples
