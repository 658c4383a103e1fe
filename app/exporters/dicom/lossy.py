"""Whether pixels were ever compressed with loss, which DICOM never forgets (PS3.3, C.7.6.1.1.5)."""

import re
from collections.abc import Mapping
from typing import Final

from pydicom.dataset import Dataset
from pydicom.valuerep import DS

from app.domain.image import DermoscopicImage
from app.exporters.dicom.dicom_case import DicomCase

_METHODS: Final[Mapping[str, str]] = {
    "image/jpeg": "ISO_10918_1",
    "image/heic": "ISO_23008_2",
    "image/webp": "WEBP",
    "image/avif": "AVIF",
}
_DICOM_CODING = "DICOM coding"
"""What the line of provenance is about that names how the pixels of a DICOM file were coded."""

_DICOM_METHODS: Final = (
    (re.compile(r"JPEG (Baseline|Extended)"), "ISO_10918_1"),
    (re.compile(r"JPEG-LS Lossy"), "ISO_14495_1"),
    (re.compile(r"JPEG 2000 (?!.*Lossless)"), "ISO_15444_1"),
    (re.compile(r"High-Throughput JPEG 2000 (?!.*Lossless)"), "ISO_15444_15"),
)
_CHANNELS = 3


def add_loss(made: Dataset, case: DicomCase) -> None:
    """Say whether the original was compressed with loss, how, and to what share of its pixels."""
    method, original_bytes = _method(case.image), case.file.original_bytes
    made.LossyImageCompression = "00" if method is None else "01"
    if method is not None and original_bytes:
        pixel_bytes = case.image.width_px * case.image.height_px * _CHANNELS
        made.LossyImageCompressionRatio = DS(round(pixel_bytes / original_bytes, 2))
        made.LossyImageCompressionMethod = method


def _method(image: DermoscopicImage) -> str | None:
    coding = next((said for what, said in image.provenance if what == _DICOM_CODING), "")
    found = (method for pattern, method in _DICOM_METHODS if pattern.match(coding))
    return _METHODS.get(image.media_type) or next(found, None)
