"""Masks and probability maps as Segmentations (PS3.3, A.51), drawn on the exported image."""

from collections.abc import Sequence
from copy import deepcopy
from datetime import datetime

import highdicom as hd
import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from app import __version__
from app.domain.analysis.prediction import BoundaryPrediction, ModelRef
from app.domain.case import Case
from app.exporters.case_index import OTHER_LESION
from app.exporters.dicom.concepts import ABNORMAL, MACHINE_LEARNING, SKIN_LESION
from app.exporters.dicom.dicom_case import DicomCase
from app.exporters.dicom.header import MANUFACTURER, MODEL, NO_SERIAL_NUMBER
from app.exporters.dicom.settled import settled
from app.exporters.dicom.sites import site_code
from app.usecases.exports.exporter import ShownLesion

_LEVELS = 255
"""Of a probability; the stored maps have as many."""


def has_segmentation(case: Case) -> bool:
    """Say whether anything is outlined, be it as an empty mask."""
    return case.mask is not None or bool(case.lesions.drawn)


def segmentation_uid(case: DicomCase) -> str:
    """Return the SOP Instance UID of the masks: another one for every revision."""
    others = (f"{lesion.number} {lesion.mask}" for lesion in case.case.lesions.drawn)
    return case.uid("segmentation", case.case.mask or "", case.case.mask_source or "", *others)


def shown_lesions(case: DicomCase) -> tuple[ShownLesion, ...]:
    """Return the lesions of the segmentation in the order of its segments, which count from 1."""
    lesions = case.file.lesions
    return lesions if case.case.mask is not None else lesions[1:]


def segmentation(case: DicomCase, image: Dataset) -> hd.seg.Segmentation:
    """Return the valid mask, and those of the other lesions, as segments of a binary segmentation."""
    lesions = shown_lesions(case)
    pixels = np.stack([shown.mask for shown in lesions], axis=-1).astype(np.uint8)
    revision = case.case.revision
    return _segmentation(
        case,
        image,
        pixels,
        [_mask_segment(case, number, shown) for number, shown in enumerate(lesions, start=1)],
        kind=hd.seg.SegmentationTypeValues.BINARY,
        uid=segmentation_uid(case),
        series=("segmentation", 2),
        label="LESIONS",
        author=case.who(revision.author) if revision is not None else None,
    )


def segmentation_file(case: DicomCase, image: Dataset) -> bytes:
    """Return the masks as a file."""
    return settled(segmentation(case, image), case, case.moment(_drawn_at(case.case)))


def probability_file(case: DicomCase, image: Dataset, boundary: BoundaryPrediction) -> bytes:
    """Return the newest boundary prediction's map as a fractional segmentation, in 255 levels."""
    segment = hd.seg.SegmentDescription(
        segment_number=1,
        segment_label="lesion probability",
        segmented_property_category=ABNORMAL,
        segmented_property_type=SKIN_LESION,
        algorithm_type=hd.seg.SegmentAlgorithmTypeValues.AUTOMATIC,
        algorithm_identification=algorithm_sequence(boundary.model),
        tracking_uid=case.tracking_uid,
        tracking_id=case.tracking_id,
        anatomic_regions=[site_code(case.case.lesion)],
    )
    made = _segmentation(
        case,
        image,
        case.file.lesion_probability[..., None].astype(np.float64),
        [segment],
        kind=hd.seg.SegmentationTypeValues.FRACTIONAL,
        uid=case.uid("probability", boundary.id, boundary.probability),
        series=("probability", 3),
        label="PROBABILITY",
        author=None,
    )
    return settled(made, case, case.moment(boundary.predicted_at))


def algorithm_sequence(model: ModelRef) -> hd.AlgorithmIdentificationSequence:
    """Return which model spoke, precise enough to ask it again."""
    return hd.AlgorithmIdentificationSequence(
        name=model.name,
        version=model.version,
        family=MACHINE_LEARNING,
        source=MANUFACTURER,
        parameters={
            "weights_sha256": model.weights_sha256,
            "preprocessing": model.preprocessing,
            "threshold": f"{model.threshold:g}",
        },
    )


def without_spacing(image: Dataset) -> Dataset:
    """Return an image without its scale.

    Frames drawn on it would need a thickness beside a spacing, and skin in an image has none.
    """
    plain = deepcopy(image)
    if "PixelSpacing" in plain:
        del plain.PixelSpacing
    return plain


def _segmentation(
    case: DicomCase,
    image: Dataset,
    pixels: NDArray[np.generic],
    segments: Sequence[hd.seg.SegmentDescription],
    *,
    kind: hd.seg.SegmentationTypeValues,
    uid: str,
    series: tuple[str, int],
    label: str,
    author: str | None,
) -> hd.seg.Segmentation:
    """Return a segmentation of one frame for each segment; ``pixels`` is (H, W, segments)."""
    name, number = series
    made = hd.seg.Segmentation(
        source_images=[without_spacing(image)],
        pixel_array=pixels[None],
        segmentation_type=kind,
        segment_descriptions=segments,
        series_instance_uid=case.uid("series", name),
        series_number=number,
        series_description="Research use only",
        sop_instance_uid=uid,
        instance_number=1,
        manufacturer=MANUFACTURER,
        manufacturer_model_name=MODEL,
        software_versions=__version__,
        device_serial_number=NO_SERIAL_NUMBER,
        max_fractional_value=_LEVELS,
        content_label=label,
        content_creator_name=author,
        omit_empty_frames=False,
    )
    made.PatientOrientation = ""
    if author is None:
        made.ContentCreatorName = ""
    return made


def _mask_segment(case: DicomCase, number: int, shown: ShownLesion) -> hd.seg.SegmentDescription:
    if shown.lesion is None:
        kind, model = _who_drew(case.case)
        label, uid, name = "lesion", case.tracking_uid, case.tracking_id
    else:
        kind, model = hd.seg.SegmentAlgorithmTypeValues.MANUAL, None
        label = f"{OTHER_LESION} {shown.number}"
        uid, name = case.uid("other lesion", str(shown.number)), f"{case.tracking_id} {label}"
    return hd.seg.SegmentDescription(
        segment_number=number,
        segment_label=label,
        segmented_property_category=ABNORMAL,
        segmented_property_type=SKIN_LESION,
        algorithm_type=kind,
        algorithm_identification=None if model is None else algorithm_sequence(model),
        tracking_uid=uid,
        tracking_id=name,
        anatomic_regions=[site_code(case.case.lesion)],
    )


def _who_drew(case: Case) -> tuple[hd.seg.SegmentAlgorithmTypeValues, ModelRef | None]:
    """Say whether a model, a person, or a person from what a model drew has made the valid mask."""
    kinds = hd.seg.SegmentAlgorithmTypeValues
    model = None if case.boundary is None else case.boundary.model
    if case.revision is None or (case.is_confirmed and model is not None):
        return kinds.AUTOMATIC, model
    is_from_prediction = model is not None and case.is_of_predicted_lesion
    return (kinds.SEMIAUTOMATIC, model) if is_from_prediction else (kinds.MANUAL, None)


def _drawn_at(case: Case) -> datetime:
    if case.revision is not None:
        return case.revision.created_at
    if case.boundary is not None:
        return case.boundary.predicted_at
    return case.lesion_lists[-1].created_at
