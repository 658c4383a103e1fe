"""DICOM samples to RGB: palette, greyscale, and YBR even where the header lies about it.

A codestream that states its colour space is believed before the header, and one whose components differ in
resolution holds luma and chroma; where neither can be trusted (files labelled YBR_FULL_422 with three full
bytes per pixel, as in a public dermoscopy collection) the values decide.
"""

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import FileDataset
from pydicom.pixels.processing import apply_color_lut

from app.imaging.dicom.codestream import Codestream, Coding
from app.imaging.dicom.header import (
    GREY,
    PALETTE,
    YBR,
    YBR_IN_CODESTREAM,
    YBR_SUBSAMPLED,
    PixelHeader,
)
from app.imaging.dicom.sample_levels import Levels, levels_of
from app.imaging.dicom.stored_frame import Note, StoredFrame
from models.contract.arrays import RgbImage

_LABEL_NOTE = "the header declares {declared}, the picture is stored as {actual}; the picture is believed"

_MAX_CHROMA_CORRELATION = 0.4
_MAX_SHARE_OUTSIDE = 0.02
_NEUTRAL_BAND = 16


def rgb_from(dataset: FileDataset, header: PixelHeader, frame: StoredFrame) -> tuple[RgbImage, list[Note]]:
    """Return (H, W, 3) uint8 RGB of stored cells, and what was decided on the way."""
    read = levels_of(frame, header)
    notes = [*frame.notes, *read.notes]
    if header.photometric == PALETTE:
        return _looked_up(dataset, read), notes
    if read.bits > 8:
        notes.append(("bit depth", f"{read.bits} bits reduced to 8"))
    levels = read.eight_bits()
    if header.photometric in GREY:
        grey = 255 - levels if header.photometric == GREY[0] else levels
        return np.dstack([grey, grey, grey]), notes
    is_ybr = _is_ybr(header, frame, levels)
    if is_ybr != _declares_ybr(header):
        declared, actual = header.photometric, "YBR" if is_ybr else "RGB"
        notes.append(("colour", _LABEL_NOTE.format(declared=declared, actual=actual)))
    return (_rgb_from_ybr(levels) if is_ybr else levels), notes


def _looked_up(dataset: FileDataset, read: Levels) -> RgbImage:
    colours = apply_color_lut(read.values, dataset)[..., :3]
    # Some tables hold 8-bit colours in 16-bit entries.
    if colours.dtype.itemsize == 1 or colours.max() <= 255:
        return np.ascontiguousarray(colours.astype(np.uint8))
    return ((colours.astype(np.uint32) * 255 + 32_767) // 65_535).astype(np.uint8)


def _declares_ybr(header: PixelHeader) -> bool:
    """Say whether the samples after decoding are declared as YBR; JPEG 2000 undoes RCT and ICT itself."""
    return header.photometric in YBR


def _is_ybr(header: PixelHeader, frame: StoredFrame, levels: NDArray[np.uint8]) -> bool:
    if frame.was_subsampled:
        return True
    if frame.codestream is not None:
        stated = _stated(frame.codestream, header, levels)
        if stated is not None:
            return stated
    if header.photometric in YBR_IN_CODESTREAM:
        undone = frame.codestream is not None and frame.codestream.undoes_colour_transform
        return not undone and looks_like_ybr(levels)
    if header.photometric == YBR_SUBSAMPLED:
        return looks_like_ybr(levels)
    return header.photometric in YBR


def _stated(codestream: Codestream, header: PixelHeader, levels: NDArray[np.uint8]) -> bool | None:
    """Return whether a codestream holds YBR, as far as that follows from itself; None if it is open."""
    if codestream.is_subsampled:
        return True
    if codestream.coding is Coding.JPEG:
        if codestream.states_ybr is not None:
            return codestream.states_ybr
        # Nearly every encoder stores luma and chroma, and a label RGB is often that of the picture before.
        return header.photometric in YBR or looks_like_ybr(levels)
    declares_ybr = header.photometric in YBR
    if codestream.undoes_colour_transform and declares_ybr:
        return looks_like_ybr(levels)
    if codestream.states_ybr not in (None, declares_ybr):
        # Encoders of lossless JPEG write markers that they never think of.
        return looks_like_ybr(levels)
    return None


def looks_like_ybr(levels: NDArray[np.uint8]) -> bool:
    """Say whether (H, W, 3) uint8 values of a skin picture are luma and chroma rather than red, green, blue.

    Green and blue both follow the light, so they rise and fall together, while Cb and Cr move against each
    other along the skin's hue; and RGB read as YBR falls far outside the colours a screen can show. The two
    limits were set on 650 dermoscopic images, of which one in each direction is mistaken.
    """
    step = max(1, min(levels.shape[:2]) // 128)
    pixels = levels[::step, ::step].reshape(-1, 3).astype(np.float32)
    if pixels[:, 1].std() < 1 or pixels[:, 2].std() < 1:
        return bool(abs(pixels[:, 1:].mean() - 128) < _NEUTRAL_BAND)
    together = float(np.corrcoef(pixels[:, 1], pixels[:, 2])[0, 1])
    return together < _MAX_CHROMA_CORRELATION and _share_outside_rgb(pixels) < _MAX_SHARE_OUTSIDE


def _share_outside_rgb(ybr: NDArray[np.float32]) -> float:
    """Return the share of (N, 3) Y, Cb, Cr values that no RGB colour has, with a margin for rounding."""
    luma, blue, red = ybr[:, 0], ybr[:, 1] - 128, ybr[:, 2] - 128
    rgb = np.stack([luma + 1.402 * red, luma - 0.344136 * blue - 0.714136 * red, luma + 1.772 * blue])
    return float(((rgb < -6) | (rgb > 261)).any(axis=0).mean())


def _rgb_from_ybr(levels: NDArray[np.uint8]) -> RgbImage:
    """Convert full-range Y, Cb, Cr (PS3.3 C.7.6.3.1.2) to RGB."""
    ycrcb = np.ascontiguousarray(levels[..., [0, 2, 1]])
    return cast("RgbImage", cv2.cvtColor(ycrcb, cv2.COLOR_YCrCb2RGB))
