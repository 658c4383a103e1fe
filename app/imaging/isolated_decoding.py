"""Decoding in a process of its own, for decoders that a damaged file can end or keep busy for minutes.

Found by mutation tests: GDCM ended the process, CharLS (JPEG-LS) read on for 19 s in a picture of 5 kB.
"""

import subprocess
import sys
from io import BytesIO

import numpy as np

from app.domain.errors import UnreadableFileError
from app.imaging.dicom.frame_decoder import FrameLayout, Samples, order_bytes
from app.subprocesses import environment

_START_SECONDS = 20.0
_SECONDS_PER_MEGAPIXEL = 2.0
_NO_WINDOW = getattr(subprocess, "CREATE_NO_WINDOW", 0)
"""Keeps Windows from opening a console."""

_DAMAGED = "The compressed picture in the DICOM file is damaged."


def decoded_apart(pixel_data: bytes, layout: FrameLayout) -> Samples:
    """Return the samples of a frame; raises UnreadableFileError if the decoder fails, dies or runs on."""
    limit_s = _START_SECONDS + _SECONDS_PER_MEGAPIXEL * layout.rows * layout.columns / 1e6
    try:
        process = subprocess.run(
            [sys.executable, "-m", "app.imaging.dicom.frame_decoder"],
            input=order_bytes(pixel_data, layout),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
            timeout=limit_s,
            creationflags=_NO_WINDOW,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UnreadableFileError(_DAMAGED) from None
    if process.returncode != 0:
        raise UnreadableFileError(_DAMAGED)
    samples: Samples = np.load(BytesIO(process.stdout), allow_pickle=False)
    return samples
