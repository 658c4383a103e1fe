"""One compressed DICOM frame to raw samples, with an explicit decoder plugin for each transfer syntax.

``python -m app.imaging.frame_decoder`` does the same for ``isolated.py``: a line of JSON and the pixel data
come in on standard input, an array in NumPy's format goes out on standard output; no other header field
is passed.
"""

import json
import os
import sys
from dataclasses import asdict
from io import BytesIO
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from pydicom import uid
from pydicom.pixels.decoders.base import get_decoder

from app.imaging.dicom_header import PixelHeader

Samples = NDArray[np.integer[Any]]
"""(rows, columns) or (rows, columns, 3), as stored: no colour conversion, no scaling."""

PLUGINS = {
    uid.RLELossless: "pydicom",
    uid.JPEGExtended12Bit: "gdcm",
    uid.JPEGLossless: "gdcm",
    uid.JPEGLosslessSV1: "gdcm",
    uid.JPEGLSLossless: "pyjpegls",
    uid.JPEGLSNearLossless: "pyjpegls",
    uid.JPEG2000Lossless: "pylibjpeg",
    uid.JPEG2000: "pylibjpeg",
    uid.HTJ2KLossless: "pylibjpeg",
    uid.HTJ2KLosslessRPCL: "pylibjpeg",
    uid.HTJ2K: "pylibjpeg",
}
"""The plugin of pydicom that decodes each compressed transfer syntax."""


def decoded(pixel_data: bytes, header: PixelHeader) -> Samples:
    """Return the samples of encapsulated pixel data with one frame."""
    layout: dict[str, Any] = {
        "number_of_frames": 1,
        "rows": header.rows,
        "columns": header.columns,
        "samples_per_pixel": header.samples,
        "bits_allocated": header.bits_allocated,
        "bits_stored": header.bits_stored,
        "pixel_representation": int(header.is_signed),
        "planar_configuration": int(header.is_planar),
        "photometric_interpretation": header.photometric,
        "pixel_keyword": "PixelData",
    }
    plugin = PLUGINS[header.transfer_syntax]
    decoder = get_decoder(header.transfer_syntax)
    samples, _ = decoder.as_array(pixel_data, index=0, raw=True, decoding_plugin=plugin, **layout)
    return samples


def order_bytes(pixel_data: bytes, header: PixelHeader) -> bytes:
    """Return what the decoder process is told on standard input."""
    return json.dumps(asdict(header)).encode() + b"\n" + pixel_data


def serve(order: BinaryIO, answer: BinaryIO) -> None:
    """Decode one order; anything that goes wrong ends the process with a failure code."""
    fields = json.loads(order.readline())
    header = PixelHeader(**(fields | {"transfer_syntax": uid.UID(fields["transfer_syntax"])}))
    array = BytesIO()
    np.save(array, decoded(order.read(), header), allow_pickle=False)
    answer.write(array.getbuffer())


if __name__ == "__main__":
    # Decoders print into standard output; the array gets a copy of it that they do not know.
    with os.fdopen(os.dup(1), "wb") as private_output:
        os.dup2(2, 1)
        serve(sys.stdin.buffer, private_output)
