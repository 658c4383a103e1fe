"""The stored cells of a DICOM picture: by its codestream where it has one, else by RLE or its length.

Decoders disagree about colour and believe headers, so each is asked for raw samples only, in the layout that
the codestream states; sample_levels.py and colour.py alone interpret them.
"""

from dataclasses import replace
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom import uid
from pydicom.dataset import FileDataset
from pydicom.encaps import get_frame, parse_basic_offsets

from app.domain.errors import UnreadableFileError
from app.imaging.dicom import twelve_bit_jpeg
from app.imaging.dicom.codestream import Codestream, Coding, codestream_of
from app.imaging.dicom.frame_decoder import RLE, FrameLayout, Samples, decoded, layout_of
from app.imaging.dicom.header import PALETTE, PixelHeader, several_frames
from app.imaging.dicom.rle_length import longest_segment_bytes
from app.imaging.dicom.stored_frame import Cells, Note, StoredFrame, size_contradiction
from app.imaging.dicom.uncompressed_frame import PADDING_BYTES, uncompressed_frame
from app.imaging.isolated_decoding import decoded_apart
from app.imaging.limits import MAX_PIXELS
from app.translation import _
from models.contract.errors import UnreadablePhotographError
from models.contract.photographs.jpeg import check_whole

_UNCOMPRESSED = (
    uid.ImplicitVRLittleEndian,
    uid.ExplicitVRLittleEndian,
    uid.ExplicitVRBigEndian,
)
_CODING_BY_SYNTAX = {
    uid.JPEGBaseline8Bit: Coding.JPEG,
    uid.JPEGExtended12Bit: Coding.JPEG,
    uid.JPEGLossless: Coding.LOSSLESS_JPEG,
    uid.JPEGLosslessSV1: Coding.LOSSLESS_JPEG,
    uid.JPEGLSLossless: Coding.JPEG_LS,
    uid.JPEGLSNearLossless: Coding.JPEG_LS,
    uid.JPEG2000Lossless: Coding.JPEG_2000,
    uid.JPEG2000: Coding.JPEG_2000,
    uid.HTJ2KLossless: Coding.JPEG_2000,
    uid.HTJ2KLosslessRPCL: Coding.JPEG_2000,
    uid.HTJ2K: Coding.JPEG_2000,
}
_ITEM_START = b"\xfe\xff\x00\xe0"
_DAMAGED = "The compressed picture in the DICOM file is damaged."


def stored_frame(dataset: FileDataset, header: PixelHeader) -> StoredFrame:
    """Return the picture's cells; raises UnreadableFileError when header and data cannot be reconciled."""
    data = bytes(dataset.PixelData)
    is_in_items = dataset["PixelData"].is_undefined_length or data.startswith(_ITEM_START)
    if header.transfer_syntax in _UNCOMPRESSED and not is_in_items:
        return uncompressed_frame(data, header, is_in_words=dataset["PixelData"].VR == "OW")
    if header.transfer_syntax in (*_CODING_BY_SYNTAX, uid.RLELossless) and not is_in_items:
        # Programs that decompress a file sometimes leave the old transfer syntax in its header.
        frame = uncompressed_frame(data, header, is_in_words=False)
        return replace(frame, notes=(_coding_note(header, "uncompressed"), *frame.notes))
    return _compressed_frame(data, header)


def _compressed_frame(data: bytes, header: PixelHeader) -> StoredFrame:
    offsets = parse_basic_offsets(data)
    if len(offsets) > 1:
        raise several_frames(len(offsets))
    frame = get_frame(data, 0, number_of_frames=1)
    codestream = codestream_of(frame)
    if codestream is None and header.transfer_syntax == uid.RLELossless:
        return _rle_frame(data, frame, header)
    if codestream is None and header.transfer_syntax in _CODING_BY_SYNTAX:
        raise UnreadableFileError(_DAMAGED)
    if codestream is None:
        raise UnreadableFileError(
            _("The DICOM compression '{name}' cannot be read.").format(name=header.transfer_syntax.name)
        )
    return _codestream_frame(data, frame, codestream, header)


def _rle_frame(data: bytes, frame: bytes, header: PixelHeader) -> StoredFrame:
    if longest_segment_bytes(frame) - header.rows * header.columns > PADDING_BYTES:
        raise size_contradiction()
    layout = FrameLayout(RLE, header.rows, header.columns, header.samples, header.bits_allocated)
    return StoredFrame(_decoded(data, layout), header.bits_allocated)


def _codestream_frame(data: bytes, frame: bytes, codestream: Codestream, header: PixelHeader) -> StoredFrame:
    coding = _checked_coding(codestream, header)
    if coding is Coding.JPEG:
        cells = _jpeg_samples(frame, codestream)
    else:
        cells = _decoded(data, layout_of(codestream, coding))
    notes = () if _is_declared(coding, header) else (_coding_note(header, coding.value),)
    return StoredFrame(cells, codestream.bits, codestream, notes=notes)


def _is_declared(coding: Coding, header: PixelHeader) -> bool:
    """Say whether the transfer syntax allows a coding; the retired ones, known to no table here, do."""
    if header.transfer_syntax in (*_UNCOMPRESSED, uid.RLELossless):
        return False
    return _CODING_BY_SYNTAX.get(header.transfer_syntax) in (None, coding)


def _checked_coding(codestream: Codestream, header: PixelHeader) -> Coding:
    size = (codestream.width_px, codestream.height_px, codestream.components)
    if size != (header.columns, header.rows, header.samples) or size[0] * size[1] > MAX_PIXELS:
        raise size_contradiction()
    coding = codestream.coding
    if coding is None or codestream.bits > 16 or not codestream.has_even_depth:
        raise UnreadableFileError(
            _(
                "The picture in the DICOM file is compressed in a rare way that cannot be read; "
                "please export it uncompressed."
            )
        )
    if coding is Coding.JPEG and codestream.bits not in (8, twelve_bit_jpeg.BITS):
        raise UnreadableFileError(
            _(
                "The picture in the DICOM file is a JPEG with {bits} bits per value; only 8 and 12 can "
                "be read. Please export it uncompressed."
            ).format(bits=codestream.bits)
        )
    if coding is Coding.JPEG and header.photometric == PALETTE:
        raise UnreadableFileError(
            _(
                "The DICOM file contradicts itself: lossy compression and a palette do not go together; "
                "please export it uncompressed."
            )
        )
    return coding


def _coding_note(header: PixelHeader, actual: str) -> Note:
    declared = header.transfer_syntax.name
    return "coding", f"the header declares {declared}, the picture is stored as {actual}"


def _jpeg_samples(frame: bytes, codestream: Codestream) -> Cells:
    """Decode without any colour conversion."""
    try:
        if codestream.bits == twelve_bit_jpeg.BITS:
            return twelve_bit_jpeg.twelve_bit_samples(frame, codestream.components)
        check_whole(frame)
    except UnreadablePhotographError as error:
        raise UnreadableFileError(
            _("The JPEG picture in the DICOM file is damaged or incomplete.")
        ) from error
    return _eight_bit_samples(frame, codestream)


def _eight_bit_samples(frame: bytes, codestream: Codestream) -> NDArray[np.uint8]:
    """Decode in the colour space that libjpeg assumes of the picture."""
    with Image.open(BytesIO(frame), formats=("JPEG",)) as picture:
        if codestream.components == 3 and codestream.states_ybr is not False:
            picture.draft("YCbCr", picture.size)
        return np.array(picture, dtype=np.uint8)


def _decoded(data: bytes, layout: FrameLayout) -> Cells:
    samples: Samples = (decoded_apart if layout.is_isolated else decoded)(data, layout)
    if samples.shape[:2] != (layout.rows, layout.columns) or samples.dtype.itemsize > 2:
        raise size_contradiction()
    return samples.view(np.uint8 if samples.dtype.itemsize == 1 else np.uint16)
