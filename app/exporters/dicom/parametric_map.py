"""An overlay of the score as a Parametric Map (PS3.3, A.75), so that other programs lay it over the image."""

import hashlib
from collections.abc import Mapping
from copy import deepcopy
from typing import Final

import highdicom as hd
import numpy as np
from pydicom.dataset import Dataset
from pydicom.sr.coding import Code

from app import __version__
from app.exporters.dicom.concepts import RATIO, own_code
from app.exporters.dicom.dicom_case import DicomCase
from app.exporters.dicom.header import MANUFACTURER, MODEL, NO_SERIAL_NUMBER
from app.exporters.dicom.settled import settled
from app.exporters.dicom.sites import side_letter
from app.exporters.dicom.stored_state import newest_moment
from models.contract.arrays import AttentionMap
from models.contract.imaging.overlays import SIGNED_OVERLAYS

_SALIENCY: Final = Code("130404", "DCM", "Saliency")
_QUANTITIES: Final[Mapping[str, Code]] = {
    "grad_cam": Code("130403", "DCM", "Gradient weighted class activation"),
    "class_activation": Code("130402", "DCM", "Class activation"),
    "gradient_x_input": _SALIENCY,
    "occlusion": _SALIENCY,
    "hidden_attention": _SALIENCY,
    "rollout": _SALIENCY,
    "attribution_rollout": _SALIENCY,
}
"""Codes of Visual Explanation (PS3.16, CID 217); other maps are called by Naevus' own names."""

_NOT_A_DIAGNOSIS = "Where the model looked, not what the lesion is"


def parametric_map_file(case: DicomCase, image: Dataset, name: str, relevance: AttentionMap) -> bytes:
    """Return an overlay, (H, W) float32, as a file; pixels that it tells nothing of are 0.

    The image has to be calibrated: a map has its place in millimetres (PS3.3, A.75.4).
    """
    pixels = np.nan_to_num(np.asarray(relevance, np.float32))
    lowest = -1.0 if name in SIGNED_OVERLAYS else 0.0
    made = hd.pm.ParametricMap(
        source_images=[_placed(image)],
        pixel_array=pixels,
        series_instance_uid=case.uid("series", "overlay", name),
        series_number=6,
        series_description="Research use only",
        sop_instance_uid=case.uid("overlay", name, hashlib.sha256(pixels.tobytes()).hexdigest()),
        instance_number=1,
        manufacturer=MANUFACTURER,
        manufacturer_model_name=MODEL,
        software_versions=__version__,
        device_serial_number=NO_SERIAL_NUMBER,
        contains_recognizable_visual_features=False,
        real_world_value_mappings=[_meaning(name, lowest)],
        voi_lut_transformations=[_window(lowest)],
        content_label="OVERLAY",
        content_description=_NOT_A_DIAGNOSIS,
    )
    made.Laterality = side_letter(case.case.lesion)
    return settled(made, case, case.moment(newest_moment(case.case)))


def _placed(image: Dataset) -> Dataset:
    """Return an image as a plane at the origin of its own frame of reference, as maps need a place.

    A frame has a thickness by its rules; as skin in an image has none, it is that of a pixel.
    """
    placed = deepcopy(image)
    placed.ImagePositionPatient, placed.ImageOrientationPatient = [0, 0, 0], [1, 0, 0, 0, 1, 0]
    placed.SliceThickness = placed.PixelSpacing[0]
    return placed


def _window(lowest: float) -> hd.VOILUTTransformation:
    """Return which values are shown from black to white."""
    return hd.VOILUTTransformation(window_center=(lowest + 1) / 2, window_width=1 - lowest)


def _meaning(name: str, lowest: float) -> hd.pm.RealWorldValueMapping:
    return hd.pm.RealWorldValueMapping(
        lut_label=name[:16].upper(),
        lut_explanation=_NOT_A_DIAGNOSIS,
        unit=RATIO,
        value_range=(lowest, 1.0),
        slope=1.0,
        intercept=0.0,
        quantity_definition=_QUANTITIES.get(name) or own_code(name, name.replace("_", " ")),
    )
