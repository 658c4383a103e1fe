"""Cases in every shape that the DICOM objects know, and what becomes of them."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import TypeAlias

import numpy as np
from pydicom import Dataset, dcmread

from app.domain.ids import BlobName
from app.domain.other_lesions import ImageLesions, OtherLesion
from app.exporters.dicom.dicom_case import DicomCase
from app.exporters.dicom.objects import dicom_objects
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile
from tests.app.exporters.conftest import HEIGHT_PX, WIDTH_PX, MakeCase
from tests.builders import a_lesion_list, a_reading

Objects: TypeAlias = dict[str, bytes]


def objects_of(
    file: CaseFile, *, deidentified: bool, overlay: str | None = None, has_report: bool = False
) -> Objects:
    """Return the files of a case by their names; the report, which takes longest, if it is wanted."""
    manner = ExportManner(deidentified, overlay=overlay)
    made = dicom_objects(DicomCase(file, deidentified), manner, is_compressed=True)
    return {name: make() for name, make in made if has_report or name != "report"}


def object_of(
    file: CaseFile,
    name: str,
    *,
    deidentified: bool = True,
    overlay: str | None = None,
    is_compressed: bool = True,
) -> bytes:
    """Return one file of a case."""
    manner = ExportManner(deidentified, overlay=overlay)
    made = dicom_objects(DicomCase(file, deidentified), manner, is_compressed=is_compressed)
    return next(make for found, make in made if found == name)()


def names_of(file: CaseFile, *, overlay: str | None = None) -> list[str]:
    """Return which objects a case has."""
    made = dicom_objects(DicomCase(file, True), ExportManner(True, overlay=overlay), is_compressed=True)
    return [name for name, _make in made]


def dataset_of(content: bytes) -> Dataset:
    return dcmread(BytesIO(content))


def of_size(make_case: MakeCase, height_px: int, width_px: int) -> CaseFile:
    """Return a case with an image of any size; each pixel has another colour than its neighbours."""
    case = make_case().case
    image = replace(case.image, height_px=height_px, width_px=width_px)
    pixels = np.random.default_rng(3).integers(0, 256, (height_px, width_px, 3)).astype(np.uint8)
    mask = pixels[..., 0] > 120
    levels = pixels[..., 1].astype(np.float32) / np.float32(255)
    return make_case(case=replace(case, image=image), pixels=pixels, mask=mask, probability=levels)


def with_several_lesions(make_case: MakeCase) -> CaseFile:
    """Return a case whose image shows two further lesions, one of which lies over the one of interest."""
    case = make_case().case
    masks = [np.zeros((HEIGHT_PX, WIDTH_PX), np.bool_) for _ in range(2)]
    masks[0][5:20, 90:120], masks[1][35:70, 40:80] = True, True
    others = tuple(
        OtherLesion(number, "canaryname", BlobName(f"{number:064x}"), int(mask.sum()), "Dr. Canarystaff")
        for number, mask in enumerate(masks, start=2)
    )
    lists = (replace(a_lesion_list(case.image.id), lesions=ImageLesions(others=others)),)
    return make_case(case=replace(case, lesion_lists=lists), other_masks=tuple(masks))


def uncalibrated(make_case: MakeCase) -> CaseFile:
    """Return a case without a scale, of an image that was not taken through a dermatoscope."""
    case = make_case().case
    image = replace(case.image, calibration=None, image_type="clinical: close-up", dermoscopic_type=None)
    return make_case(case=replace(case, image=image))


def with_empty_mask(make_case: MakeCase) -> CaseFile:
    return make_case(mask=np.zeros((HEIGHT_PX, WIDTH_PX), np.bool_))


def with_reading(make_case: MakeCase) -> CaseFile:
    """Return a case with a reading, whose lesion is on the left cheek."""
    case = make_case().case
    cheek = "Head and neck:Head:Face:Cheek:Upper cheek"
    lesion = replace(case.lesion, site="head/neck", anatomic_site=cheek, laterality="left")
    return make_case(case=replace(case, lesion=lesion, readings=(a_reading(case.image.id),)))


def only_imported(make_case: MakeCase) -> CaseFile:
    case = make_case().case
    bare = replace(case, boundaries=(), scores=(), revisions=(), decisions=(), outcomes=())
    return make_case(case=bare, mask=None, probability=None, overlays={})


SHAPES: tuple[Callable[[MakeCase], CaseFile], ...] = (
    with_reading,
    with_several_lesions,
    with_empty_mask,
    uncalibrated,
    only_imported,
)
