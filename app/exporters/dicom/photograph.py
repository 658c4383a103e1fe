"""The image itself as a Dermoscopic Photography Image (PS3.3, A.32.11), or a photograph of visible light."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Final

import numpy as np
from pydicom.dataset import Dataset, FileDataset
from pydicom.uid import (
    DermoscopicPhotographyImageStorage,
    JPEGLSLossless,
    VLPhotographicImageStorage,
)
from pydicom.valuerep import DS

from app.exporters.dicom.colours import srgb_profile
from app.exporters.dicom.dicom_case import DicomCase
from app.exporters.dicom.header import add_series, new_object
from app.exporters.dicom.lossy import add_loss
from app.exporters.dicom.settled import encoded
from app.exporters.dicom.sites import side_letter, site_code

_HOW_BY_TYPE: Final[Mapping[str | None, tuple[str, str]]] = {
    "contact polarized": ("CONTACT", "POLARIZED"),
    "contact non-polarized": ("CONTACT", "NON_POLARIZED"),
    "non-contact polarized": ("NON_CONTACT", "POLARIZED"),
}

_DERIVED = "Turned upright and converted to sRGB"
_DAMAGED = "; the file was damaged, and parts of the picture are missing or wrong"


def photograph(case: DicomCase) -> FileDataset:
    """Return the image as a dataset without its pixels; it is derived: upright, and converted to sRGB."""
    sop_class = DermoscopicPhotographyImageStorage if case.is_dermoscopic else VLPhotographicImageStorage
    made = new_object(case, sop_class, case.image_uid)
    words = "Dermoscopic image" if case.is_dermoscopic else "Clinical image"
    add_series(made, case, "image", 1, "DMS" if case.is_dermoscopic else "XC", words)
    made.ImageType = ["DERIVED", "PRIMARY"]
    made.DerivationDescription = _DERIVED + (_DAMAGED if case.image.is_damaged else "")
    made.PatientOrientation, made.Laterality = "", side_letter(case.case.lesion)
    # Of its own: images of one lesion have no place in common until they are registered.
    made.FrameOfReferenceUID = case.uid("frame of reference")
    made.PositionReferenceIndicator = ""
    made.AcquisitionContextSequence = []
    add_loss(made, case)
    made.AnatomicRegionSequence = [_coded(case)]
    _add_pixel_layout(made, case)
    if case.is_dermoscopic:
        _add_dermoscopy(made, case)
    return made


def photograph_file(case: DicomCase, *, is_compressed: bool) -> bytes:
    """Return the image as a file: JPEG-LS without loss, or uncompressed, as noise is that would only grow."""
    made = photograph(case)
    made.set_pixel_data(np.ascontiguousarray(case.file.pixels), "RGB", 8, generate_instance_uid=False)
    if is_compressed:
        with suppress(RuntimeError):
            made.compress(JPEGLSLossless, encoding_plugin="pyjpegls", generate_instance_uid=False)
    return encoded(made)


def _add_pixel_layout(made: Dataset, case: DicomCase) -> None:
    made.SamplesPerPixel, made.PhotometricInterpretation, made.PlanarConfiguration = 3, "RGB", 0
    made.Rows, made.Columns = case.image.height_px, case.image.width_px
    made.BitsAllocated, made.BitsStored, made.HighBit, made.PixelRepresentation = 8, 8, 7, 0
    made.ICCProfile, made.ColorSpace = srgb_profile(), "SRGB"
    if case.mm_per_px is not None:
        side_mm = DS(case.mm_per_px, auto_format=True)
        made.PixelSpacing = [side_mm, side_mm]


def _add_dermoscopy(made: Dataset, case: DicomCase) -> None:
    """Add the Dermoscopic Image Module (C.8.12.13): how the image was taken, and of which lesion it is."""
    contact, light = _HOW_BY_TYPE.get(case.image.dermoscopic_type, ("", ""))
    made.RecognizableVisualFeatures = "NO"
    made.ContactMethod, made.LightSourcePolarization = contact, light
    if contact == "CONTACT":
        made.ImmersionMedia = ""
    made.EmitterColorTemperature = None
    made.OpticalMagnificationFactor = None
    made.TrackingID, made.TrackingUID = case.tracking_id, case.tracking_uid


def _coded(case: DicomCase) -> Dataset:
    code, item = site_code(case.case.lesion), Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = (
        code.value,
        code.scheme_designator,
        code.meaning,
    )
    return item
