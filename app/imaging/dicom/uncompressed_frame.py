"""Uncompressed DICOM pixel data to cells: its length decides what the header may only claim."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from app.domain.errors import UnreadableFileError
from app.imaging.dicom.header import YBR, PixelHeader
from app.imaging.dicom.smoothness import is_much_smoother, shows_planes
from app.imaging.dicom.stored_frame import Cells, StoredFrame, size_contradiction
from app.translation import _

PADDING_BYTES = 16
"""So much more than its picture an element may hold: some programs fill up to words or paragraphs."""

_BYTE_NOTE = ("bit depth", "the header declares 16 bits per value, the picture is stored with 8")
_BY_PIXEL_NOTE = ("coding", "the header declares colours by plane, the picture is stored by pixel")
_BY_PLANE_NOTE = ("coding", "the header declares colours by pixel, the picture is stored by plane")
_ORDER_NOTE = ("coding", "the bytes are not in the order that the header declares")


def uncompressed_frame(data: bytes, header: PixelHeader, *, is_in_words: bool) -> StoredFrame:
    """Return the picture's cells; raises UnreadableFileError when the length fits no reading of the header.

    ``is_in_words``: the data are 16-bit words (VR OW), which big-endian files store high byte first even
    where each word holds two 8-bit samples (PS3.5 8.1.1).
    """
    if _is_subsampled(header, len(data)):
        return _subsampled(_bytes_in_order(data, header, is_in_words=is_in_words), header)
    if _is_in_bytes(header, len(data)):
        frame = uncompressed_frame(data, replace(header, bits_allocated=8), is_in_words=False)
        return replace(frame, notes=(_BYTE_NOTE, *frame.notes))
    surplus = len(data) - header.frame_bytes
    if surplus < 0:
        raise UnreadableFileError(
            _("The DICOM picture is incomplete: it has fewer pixels than its header declares.")
        )
    if surplus > PADDING_BYTES:
        raise size_contradiction()
    if header.bits_allocated == 16:
        return _full(np.frombuffer(data[: header.frame_bytes], _word(header)).astype(np.uint16), header)
    return _full_bytes(data, header, is_in_words=is_in_words)


def _is_subsampled(header: PixelHeader, length_bytes: int) -> bool:
    if header.photometric not in YBR or header.bits_allocated != 8 or header.columns % 2:
        return False
    return 0 <= length_bytes - header.rows * header.columns * 2 <= PADDING_BYTES


def _is_in_bytes(header: PixelHeader, length_bytes: int) -> bool:
    if header.bits_allocated != 16 or header.bits_stored > 8:
        return False
    return 0 <= length_bytes - header.frame_bytes // 2 <= PADDING_BYTES


def _word(header: PixelHeader) -> str:
    return ">u2" if header.is_big_endian else "<u2"


def _full_bytes(data: bytes, header: PixelHeader, *, is_in_words: bool) -> StoredFrame:
    frame = _full(_bytes_in_order(data, header, is_in_words=is_in_words), header)
    if not (is_in_words and header.is_big_endian and header.samples == 3):
        return frame
    # Some programs declare words and yet write the bytes one after the other.
    as_stored = _full(np.frombuffer(data, np.uint8), header)
    if is_much_smoother(as_stored.cells, than=frame.cells):
        return replace(as_stored, notes=(*as_stored.notes, _ORDER_NOTE))
    return frame


def _bytes_in_order(data: bytes, header: PixelHeader, *, is_in_words: bool) -> NDArray[np.uint8]:
    stored = np.frombuffer(data, np.uint8)
    if not (is_in_words and header.is_big_endian):
        return stored
    return stored[: len(stored) // 2 * 2].reshape(-1, 2)[:, ::-1].reshape(-1)


def _full(flat: Cells, header: PixelHeader) -> StoredFrame:
    flat = flat[: header.rows * header.columns * header.samples]
    if header.samples == 1:
        return StoredFrame(flat.reshape(header.rows, header.columns), header.bits_allocated)
    by_pixel = flat.reshape(header.rows, header.columns, header.samples)
    planes = flat.reshape(header.samples, header.rows, header.columns)
    by_plane = planes.transpose(1, 2, 0)
    if header.is_planar and is_much_smoother(by_pixel, than=by_plane):
        return StoredFrame(by_pixel, header.bits_allocated, notes=(_BY_PIXEL_NOTE,))
    if not header.is_planar and shows_planes(by_pixel):
        return StoredFrame(np.ascontiguousarray(by_plane), header.bits_allocated, notes=(_BY_PLANE_NOTE,))
    return StoredFrame(
        np.ascontiguousarray(by_plane if header.is_planar else by_pixel), header.bits_allocated
    )


def _subsampled(data: NDArray[np.uint8], header: PixelHeader) -> StoredFrame:
    """Undo 4:2:2: the bytes are Y1 Y2 Cb Cr for two neighbours (PS3.3 C.7.6.3.1.2)."""
    needed_bytes = header.rows * header.columns * 2
    pairs = data[:needed_bytes].reshape(header.rows, header.columns // 2, 4)
    luma = pairs[..., :2].reshape(header.rows, header.columns)
    size = (header.columns, header.rows)
    chroma = [
        cv2.resize(np.ascontiguousarray(pairs[..., plane]), size, interpolation=cv2.INTER_LINEAR)
        for plane in (2, 3)
    ]
    return StoredFrame(np.dstack([luma, *chroma]).astype(np.uint8), 8, was_subsampled=True)
