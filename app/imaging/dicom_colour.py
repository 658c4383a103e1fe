"""DICOM samples to RGB: bit depth, palette, greyscale, and YBR even where the header lies about it.

A codestream that states its colour space is believed before the header; where neither can be trusted
(files labelled YBR_FULL_422 with three full bytes per pixel, as in a public dermoscopy collection) the
values decide.
"""

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray
from pydicom import uid
from pydicom.dataset import FileDataset
from pydicom.pixels.processing import apply_color_lut

from app.imaging.dicom_frame import StoredFrame
from app.imaging.dicom_header import (
    GREY,
    PALETTE,
    YBR,
    YBR_IN_CODESTREAM,
    YBR_SUBSAMPLED,
    PixelHeader,
)
from app.imaging.frame_decoder import Samples
from models.contract.arrays import RgbImage

_LABEL_NOTE = "the header declares {declared}, the picture is stored as {actual}; the picture is believed"

_MAX_CHROMA_CORRELATION = 0.4
_MAX_SHARE_OUTSIDE = 0.02
_NEUTRAL_BAND = 16

Provenance = list[tuple[str, str]]


def rgb_from(dataset: FileDataset, header: PixelHeader, frame: StoredFrame) -> tuple[RgbImage, Provenance]:
    """Return (H, W, 3) uint8 RGB of stored samples, and what was decided on the way."""
    notes: Provenance = []
    if header.photometric == PALETTE:
        looked_up = apply_color_lut(frame.samples, dataset)[..., :3]
        depth = 16 if looked_up.dtype.itemsize == 2 and looked_up.max() > 255 else 8
        return _eight_bits(looked_up, depth, is_signed=False), notes
    levels = _eight_bits(frame.samples, frame.bits, is_signed=header.is_signed)
    if frame.bits > 8:
        notes.append(("bit depth", f"{frame.bits} bits reduced to 8"))
    if header.photometric in GREY:
        grey = 255 - levels if header.photometric == GREY[0] else levels
        return np.dstack([grey, grey, grey]), notes
    is_ybr = _is_ybr(header, frame, levels)
    if is_ybr != _declares_ybr(header):
        declared, actual = header.photometric, "YBR" if is_ybr else "RGB"
        notes.append(("colour", _LABEL_NOTE.format(declared=declared, actual=actual)))
    return (_rgb_from_ybr(levels) if is_ybr else levels), notes


def _declares_ybr(header: PixelHeader) -> bool:
    """Say whether the samples after decoding are declared as YBR; JPEG 2000 undoes RCT and ICT itself."""
    return header.photometric in YBR


def _is_ybr(header: PixelHeader, frame: StoredFrame, levels: NDArray[np.uint8]) -> bool:
    declared = header.photometric
    states_ybr = frame.codestream.states_ybr if frame.codestream is not None else None
    if header.transfer_syntax in (uid.JPEGBaseline8Bit, uid.JPEGExtended12Bit):
        return states_ybr if states_ybr is not None else declared in YBR
    if declared in YBR_IN_CODESTREAM:
        return False
    if declared == "YBR_FULL" and header.transfer_syntax in uid.JPEG2000TransferSyntaxes and states_ybr:
        return looks_like_ybr(levels)
    if declared == YBR_SUBSAMPLED and not frame.was_subsampled:
        return looks_like_ybr(levels)
    return declared in YBR


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


def _eight_bits(samples: Samples, bits: int, *, is_signed: bool) -> NDArray[np.uint8]:
    """Scale samples of ``bits`` significant bits to 0..255; unused high bits are ignored."""
    if bits == 8 and samples.dtype == np.uint8:
        return np.ascontiguousarray(samples)
    wide = samples.astype(np.int32)
    wide = wide + (1 << (bits - 1)) if is_signed else wide & ((1 << bits) - 1)
    top = (1 << bits) - 1
    return ((np.clip(wide, 0, top) * 255 + top // 2) // top).astype(np.uint8)
