"""The annotated view as a Color Softcopy Presentation State (PS3.3, A.33.2): outlines over the image."""

from collections.abc import Iterator

import highdicom as hd
import numpy as np
from pydicom.dataset import Dataset

from app import __version__
from app.exporters.annotation.mask_outlines import Ring, outlined_regions
from app.exporters.dicom.colours import srgb_profile
from app.exporters.dicom.dicom_case import DicomCase
from app.exporters.dicom.header import MANUFACTURER, MODEL, NO_SERIAL_NUMBER
from app.exporters.dicom.segmentation import segmentation_uid, shown_lesions
from app.exporters.dicom.settled import settled
from app.exporters.dicom.sites import side_letter
from app.exporters.dicom.stored_state import newest_moment
from app.usecases.analysis.colour_scales import lesion_rgb
from app.usecases.exports.exporter import ShownLesion

_MOST_POINTS = 4000
"""Of one line: its coordinates must fit into a value of at most 65,534 bytes."""


def has_outlines(case: DicomCase) -> bool:
    """Say whether any lesion marks anything."""
    return any(shown.mask.any() for shown in shown_lesions(case))


def presentation_state_file(case: DicomCase, image: Dataset) -> bytes:
    """Return the outlines of all lesions as a file, each a layer in the colour that it has on screen."""
    annotations: list[hd.pr.GraphicAnnotation] = []
    layers: list[hd.pr.GraphicLayer] = []
    for shown in shown_lesions(case):
        if shown.mask.any():
            layer = _layer(shown, len(layers) + 1)
            layers.append(layer)
            outlines = [_outline(part) for ring in _rings(shown) for part in _parts(ring)]
            annotations.append(
                hd.pr.GraphicAnnotation(
                    referenced_images=[image], graphic_layer=layer, graphic_objects=outlines
                )
            )
    made = hd.pr.ColorSoftcopyPresentationState(
        referenced_images=[image],
        series_instance_uid=case.uid("series", "presentation"),
        series_number=7,
        series_description="Research use only",
        sop_instance_uid=case.uid("presentation", segmentation_uid(case)),
        instance_number=1,
        manufacturer=MANUFACTURER,
        manufacturer_model_name=MODEL,
        software_versions=__version__,
        device_serial_number=NO_SERIAL_NUMBER,
        content_label="OUTLINES",
        graphic_annotations=annotations,
        graphic_layers=layers,
        icc_profile=srgb_profile(),
    )
    made.Laterality = side_letter(case.case.lesion)
    return settled(made, case, case.moment(newest_moment(case.case)))


def _layer(shown: ShownLesion, order: int) -> hd.pr.GraphicLayer:
    colour = hd.color.CIELabColor.from_rgb(*lesion_rgb(shown.number))
    words = "Lesion of interest" if shown.is_of_interest else f"Other lesion {shown.number}"
    return hd.pr.GraphicLayer(f"LESION_{order}", order, description=words, display_color=colour)


def _rings(shown: ShownLesion) -> Iterator[Ring]:
    for region in outlined_regions(shown.mask):
        yield from region.rings


def _parts(ring: Ring) -> Iterator[Ring]:
    """Yield a ring as lines that are short enough; each begins where the one before has ended."""
    closed = np.concatenate([ring, ring[:1]])
    for start in range(0, len(closed) - 1, _MOST_POINTS - 1):
        yield closed[start : start + _MOST_POINTS]


def _outline(image_xy: Ring) -> hd.pr.GraphicObject:
    return hd.pr.GraphicObject(
        graphic_type=hd.pr.GraphicTypeValues.POLYLINE,
        graphic_data=image_xy,
        units=hd.pr.AnnotationUnitsValues.PIXEL,
    )
