"""One compressed DICOM frame to raw samples, with an explicit decoder plugin for each coding.

``python -m app.imaging.dicom.frame_decoder`` does the same for ``isolated_decoding.py``: a line of JSON and
the pixel data come in on standard input, an array in NumPy's format goes out on standard output; no header
field but the layout is passed.
"""

import json
import os
import sys
from dataclasses import asdict, dataclass
from io import BytesIO
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from pydicom import uid
from pydicom.pixels.decoders.base import get_decoder

from app.imaging.dicom.codestream import Codestream, Coding

Samples = NDArray[np.integer[Any]]
"""(rows, columns) or (rows, columns, 3), as stored: no colour conversion, no scaling."""

RLE = "RLE"
_GDCM, _CHARLS, _OPENJPEG, _PYDICOM = "gdcm", "pyjpegls", "pylibjpeg", "pydicom"
_DECODERS = {
    RLE: (uid.RLELossless, _PYDICOM),
    Coding.LOSSLESS_JPEG.value: (uid.JPEGLossless, _GDCM),
    Coding.JPEG_LS.value: (uid.JPEGLSLossless, _CHARLS),
    Coding.JPEG_2000.value: (uid.JPEG2000, _OPENJPEG),
}
"""The plugin of pydicom for each coding, and the transfer syntax under which pydicom calls it."""

_ISOLATED = (_GDCM, _CHARLS)
"""Decoders that are not trusted with a damaged file in the application's process."""


@dataclass(frozen=True, slots=True)
class FrameLayout:
    """What a decoder has to be told: of a codestream what it states itself, whatever the header says."""

    coding: str
    rows: int
    columns: int
    samples: int
    bits: int

    @property
    def is_isolated(self) -> bool:
        """Say whether the frame has to be decoded in a process of its own."""
        return _DECODERS[self.coding][1] in _ISOLATED

    @property
    def cell_bits(self) -> int:
        """Return the width of a decoded sample, 8 or 16."""
        return 8 if self.bits <= 8 else 16


def layout_of(codestream: Codestream, coding: Coding) -> FrameLayout:
    """Return the layout that a codestream states."""
    return FrameLayout(
        coding.value, codestream.height_px, codestream.width_px, codestream.components, codestream.bits
    )


def decoded(pixel_data: bytes, layout: FrameLayout) -> Samples:
    """Return the samples of encapsulated pixel data with one frame, as unsigned integers."""
    transfer_syntax, plugin = _DECODERS[layout.coding]
    options: dict[str, Any] = {
        "number_of_frames": 1,
        "rows": layout.rows,
        "columns": layout.columns,
        "samples_per_pixel": layout.samples,
        "bits_allocated": layout.cell_bits,
        # Fewer would end GDCM's process; the depth follows from the codestream.
        "bits_stored": layout.cell_bits,
        "pixel_representation": 0,
        # Codestreams come out by pixel; the plugin itself says so where a decoder returns planes.
        "planar_configuration": 0,
        "photometric_interpretation": "MONOCHROME2" if layout.samples == 1 else "RGB",
        "pixel_keyword": "PixelData",
    }
    decoder = get_decoder(transfer_syntax)
    samples, _ = decoder.as_array(pixel_data, index=0, raw=True, decoding_plugin=plugin, **options)
    return samples


def order_bytes(pixel_data: bytes, layout: FrameLayout) -> bytes:
    """Return what the decoder process is told on standard input."""
    return json.dumps(asdict(layout)).encode() + b"\n" + pixel_data


def serve(order: BinaryIO, answer: BinaryIO) -> None:
    """Decode one order; anything that goes wrong ends the process with a failure code."""
    layout = FrameLayout(**json.loads(order.readline()))
    array = BytesIO()
    np.save(array, decoded(order.read(), layout), allow_pickle=False)
    answer.write(array.getbuffer())


if __name__ == "__main__":
    # Decoders print into standard output; the array gets a copy of it that they do not know.
    with os.fdopen(os.dup(1), "wb") as private_output:
        os.dup2(2, 1)
        serve(sys.stdin.buffer, private_output)
