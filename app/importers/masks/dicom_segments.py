"""Reads the segments of DICOM Segmentations, and looks at what they declare before any pixel is touched."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset, dcmread
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, SegmentationStorage

from app.domain.errors import InvalidFieldError, UnreadableFileError
from app.importers.masks.segment import DicomSegmentation, Segment
from app.importers.masks.shapes import checked_size
from app.translation import _
from models.contract.imaging.mask_file import MOST_PIXELS
from models.contract.photographs.dicom_failures import DICOM_FAILURES
from models.contract.photographs.failures import quiet_decoders

_LABEL_MAP_SEGMENTATION_STORAGE = UID("1.2.840.10008.5.1.4.1.1.66.7")
_MOST_FRAMES = 64
"""Lesions of one image; many more are a volume, which no image of skin is."""


def segmentation_of(path: Path) -> DicomSegmentation | None:
    """Return the segmentation in a DICOM file, None for another object; raises UnreadableFileError."""
    try:
        with quiet_decoders():
            return _segmentation_of(path)
    except UnreadableFileError:
        raise
    except InvalidFieldError as error:
        raise UnreadableFileError(str(error)) from None
    except DICOM_FAILURES:
        # What went wrong quotes header values, which may name a patient.
        raise UnreadableFileError(
            _("The DICOM segmentation is damaged or incomplete; please export it again.")
        ) from None


def _segmentation_of(path: Path) -> DicomSegmentation | None:
    head = dcmread(path, stop_before_pixels=True)
    if head.get("SOPClassUID") not in (SegmentationStorage, _LABEL_MAP_SEGMENTATION_STORAGE):
        return None
    _check(head)
    read = dcmread(path)
    segments = tuple(_segments(read, _frames(read)))
    if not segments:
        raise UnreadableFileError(_("The DICOM segmentation has no segment."))
    return DicomSegmentation(
        source_uids=frozenset(_source_uids(read)) - {""},
        patient_number=str(read.get("PatientID") or "").strip(),
        size_px=(int(read.Rows), int(read.Columns)),
        segments=segments,
    )


def _check(head: Dataset) -> None:
    """Look at what is declared before any pixel is touched."""
    if head.file_meta.TransferSyntaxUID == DeflatedExplicitVRLittleEndian:
        raise UnreadableFileError(_("The DICOM file is deflated as a whole; please export it uncompressed."))
    height_px, width_px = checked_size((int(head.Rows), int(head.Columns)))
    frames = int(head.get("NumberOfFrames") or 1)
    if frames > _MOST_FRAMES or frames * height_px * width_px > _MOST_FRAMES * MOST_PIXELS:
        raise UnreadableFileError(
            _("The DICOM segmentation has {frames} frames; it was not drawn on one image.").format(
                frames=frames
            )
        )
    if head.SegmentationType == "FRACTIONAL":
        raise UnreadableFileError(
            _("The DICOM segmentation holds shares of each pixel and no mask; please export a binary one.")
        )


def _frames(read: Dataset) -> NDArray[np.generic]:
    """Return the frames, (frames, H, W)."""
    pixels: NDArray[np.generic] = read.pixel_array
    return pixels.reshape(-1, int(read.Rows), int(read.Columns))


def _segments(read: Dataset, frames: NDArray[np.generic]) -> Iterator[Segment]:
    numbers = None if read.SegmentationType == "LABELMAP" else _segment_numbers(read, len(frames))
    for described in read.SegmentSequence:
        number = int(described.SegmentNumber)
        if numbers is None:
            mask = (frames == number).any(axis=0)
        else:
            mask = frames[np.array(numbers) == number].astype(np.bool_).any(axis=0)
        label = str(described.get("SegmentLabel") or number)
        yield Segment(label, str(described.get("TrackingUID") or ""), mask)


def _segment_numbers(read: Dataset, frame_count: int) -> list[int]:
    """Return of which segment each frame is: as all frames say together, or each for itself."""
    shared = read.SharedFunctionalGroupsSequence[0]
    if "SegmentIdentificationSequence" in shared:
        return [_number_in(shared)] * frame_count
    numbers = [_number_in(groups) for groups in read.PerFrameFunctionalGroupsSequence]
    if len(numbers) != frame_count:
        raise ValueError("the frames and their descriptions are not equally many")
    return numbers


def _number_in(groups: Dataset) -> int:
    return int(groups.SegmentIdentificationSequence[0].ReferencedSegmentNumber)


def _source_uids(read: Dataset) -> Iterator[str]:
    """Yield the images that the file names as what it was drawn on, wherever it does so."""
    for series in read.get("ReferencedSeriesSequence") or ():
        yield from _uids_in(series.get("ReferencedInstanceSequence") or ())
    yield from _uids_in(read.get("SourceImageSequence") or ())
    groups = (*(read.get("SharedFunctionalGroupsSequence") or ()), *_per_frame(read))
    for group in groups:
        for derivation in group.get("DerivationImageSequence") or ():
            yield from _uids_in(derivation.get("SourceImageSequence") or ())


def _per_frame(read: Dataset) -> tuple[Dataset, ...]:
    return tuple(read.get("PerFrameFunctionalGroupsSequence") or ())


def _uids_in(references: Iterator[Dataset] | tuple[Dataset, ...]) -> Iterator[str]:
    for reference in references:
        yield str(reference.ReferencedSOPInstanceUID)
