"""DICOM segmentations find the image they were drawn on by UIDs, and wrong or broken ones are refused."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset, dcmread

from app.domain.ids import ImageId
from app.exporters.dicom.dicom_case import DicomCase
from app.exporters.dicom.objects import dicom_objects
from app.usecases.cancellation import NeverCancelled
from app.usecases.cases.import_images import import_images
from app.usecases.corrections.correct_mask import correct_mask
from app.usecases.corrections.import_corrections import (
    AS_CORRECTIONS,
    ImportedCorrections,
    MaskChoices,
    MaskUse,
    import_corrections,
)
from app.usecases.exports.export_cases import case_file
from app.usecases.exports.export_manner import ExportManner
from app.usecases.lesions.edit_lesions import add_lesion, draw_lesion
from app.usecases.services import Services
from models.contract.arrays import BoolMask
from tests.builders import a_mask, an_image_file, result_of, services_at

DRAWN, OTHER = a_mask(radius_px=17, at_xy=(50, 40)), a_mask(radius_px=6, at_xy=(104, 16))


@pytest.fixture
def writing(tmp_path: Path) -> Services:
    return services_at(tmp_path / "data")


def a_drawn_image(services: Services, folder: Path) -> ImageId:
    """Import an image and correct its mask."""
    file = an_image_file(folder, "a.png")
    (image_id,) = result_of(import_images(services, [file], token=NeverCancelled())).imported
    correct_mask(services, image_id, DRAWN)
    return image_id


def exported_to(services: Services, image_id: ImageId, folder: Path, *, deidentified: bool) -> Path:
    """Return a folder with some DICOM objects of a case."""
    file = case_file(services, image_id, NeverCancelled(), overlay=None)
    made = dicom_objects(DicomCase(file, deidentified), ExportManner(deidentified), is_compressed=True)
    (folder / "case").mkdir(parents=True)
    for name, make in made:
        if name != "report":
            (folder / "case" / f"{name}.dcm").write_bytes(make())
    return folder / "case"


def taken(services: Services, *paths: Path, choices: MaskChoices = AS_CORRECTIONS) -> ImportedCorrections:
    return result_of(import_corrections(services, paths, token=NeverCancelled(), choices=choices))


def mask_of(services: Services, image_id: ImageId) -> BoolMask:
    with services.store.reading() as work:
        case = work.cases.case(image_id)
    found = services.arrays.valid_mask(case)
    assert found is not None
    return found


def changed(folder: Path, change: Callable[[Dataset], None]) -> Path:
    read = dcmread(folder / "segmentation.dcm")
    change(read)
    path = folder.parent / "changed.dcm"
    read.save_as(path)
    return path


def of_another_image(read: Dataset) -> None:
    """Name another image everywhere, and leave the lesion."""
    for reference in read.iterall():
        if reference.keyword == "ReferencedSOPInstanceUID":
            reference.value = "1.2.3"


@pytest.mark.parametrize("deidentified", [True, False])
def test_the_folder_of_an_exported_case_brings_back_its_mask(
    deidentified: bool, writing: Services, tmp_path: Path
) -> None:
    image_id = a_drawn_image(writing, tmp_path)
    folder = exported_to(writing, image_id, tmp_path / "out", deidentified=deidentified)
    correct_mask(writing, image_id, OTHER)
    done = taken(writing, folder)
    assert done.corrected == (image_id,)
    assert [refusal.sentence for refusal in done.refused] == []
    assert np.array_equal(mask_of(writing, image_id), DRAWN)
    writing.store.close()


def test_several_segments_are_several_lesions_and_stay_unsigned(writing: Services, tmp_path: Path) -> None:
    image_id = a_drawn_image(writing, tmp_path)
    add_lesion(writing, image_id)
    draw_lesion(writing, image_id, 2, OTHER)
    folder = exported_to(writing, image_id, tmp_path / "out", deidentified=True)
    correct_mask(writing, image_id, OTHER)
    choices = MaskChoices(use=MaskUse.STARTING_POINT, separates=True)
    assert taken(writing, folder, choices=choices).corrected == (image_id,)
    with writing.store.reading() as work:
        case = work.cases.case(image_id)
    assert np.array_equal(mask_of(writing, image_id), DRAWN)
    assert case.revision is not None
    assert not case.revision.is_signed
    assert OTHER.sum() in [one.area_px for one in case.lesions.drawn]
    (refusal,) = taken(writing, folder).refused
    assert "several labels (lesion, other lesion 2)" in refusal.sentence
    writing.store.close()


def test_another_workstation_takes_image_and_segmentation(writing: Services, tmp_path: Path) -> None:
    image_id = a_drawn_image(writing, tmp_path)
    folder = exported_to(writing, image_id, tmp_path / "out", deidentified=True)
    writing.store.close()
    other = services_at(tmp_path / "other")
    (copy,) = result_of(import_images(other, [folder / "image.dcm"], token=NeverCancelled())).imported
    done = taken(other, folder / "segmentation.dcm")
    assert [refusal.sentence for refusal in done.refused] == []
    assert np.array_equal(mask_of(other, copy), DRAWN)
    other.store.close()


def test_a_segmentation_is_matched_by_its_lesion_where_it_names_another_image(
    writing: Services, tmp_path: Path
) -> None:
    image_id = a_drawn_image(writing, tmp_path)
    folder = exported_to(writing, image_id, tmp_path / "out", deidentified=True)
    correct_mask(writing, image_id, OTHER)
    assert taken(writing, changed(folder, of_another_image)).corrected == (image_id,)
    assert np.array_equal(mask_of(writing, image_id), DRAWN)
    writing.store.close()


def test_foreign_broken_and_fractional_files_and_wrong_patients_are_refused(
    writing: Services, tmp_path: Path
) -> None:
    image_id = a_drawn_image(writing, tmp_path)
    folder = exported_to(writing, image_id, tmp_path / "out", deidentified=False)
    correct_mask(writing, image_id, OTHER)

    def foreign(read: Dataset) -> None:
        of_another_image(read)
        read.SegmentSequence[0].TrackingUID = "1.2.4"

    def without_segments(read: Dataset) -> None:
        del read.SegmentSequence

    def of_another_size(read: Dataset) -> None:
        read.Rows, read.Columns = read.Columns, read.Rows

    def of_a_volume(read: Dataset) -> None:
        read.NumberOfFrames = 500

    def of_nobody(read: Dataset) -> None:
        read.PatientID = "4711"

    def of_shares(read: Dataset) -> None:
        read.SegmentationType = "FRACTIONAL"

    sentence_by_change = {
        of_shares: "no mask",
        of_nobody: "another patient",
        foreign: "No case has the image",
        without_segments: "damaged or incomplete",
        of_another_size: "lying on its side",
        of_a_volume: "500 frames",
    }
    for change, sentence in sentence_by_change.items():
        done = taken(writing, changed(folder, change))
        assert sentence in " ".join(refusal.sentence for refusal in done.refused)
        assert done.taken == ()
    cut = tmp_path / "cut.dcm"
    cut.write_bytes((folder / "segmentation.dcm").read_bytes()[:-200])
    assert "damaged or incomplete" in taken(writing, cut).refused[0].sentence
    assert np.array_equal(mask_of(writing, image_id), OTHER)
    writing.store.close()
