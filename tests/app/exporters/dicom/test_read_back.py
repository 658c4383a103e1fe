"""The objects read back by pydicom and highdicom hold the same pixels, outlines and numbers."""

from dataclasses import replace
from io import BytesIO

import highdicom as hd
import numpy as np
import pytest
from pydicom import Dataset

from app.domain.errors import UnreadableFileError
from app.domain.revision import RevisionReason
from app.exporters.annotation.mask_outlines import outlined_regions
from app.imaging.dicom.reader import read_dicom
from app.usecases.exports.exporter import CaseFile
from tests.app.exporters.conftest import HEIGHT_PX, WIDTH_PX, MakeCase
from tests.app.exporters.dicom.dicom_cases import (
    dataset_of,
    names_of,
    object_of,
    of_size,
    only_imported,
    uncalibrated,
    with_empty_mask,
    with_reading,
    with_several_lesions,
)

SIZES = ((1, 7), (5, 1), (33, 64), (90, 131))


def segments_of(content: bytes) -> np.ndarray:
    """Return the segments, (H, W, segments), as highdicom reads them for their source image."""
    read = hd.seg.segread(BytesIO(content))
    ((_study, _series, source),) = read.get_source_image_uids()
    pixels = read.get_pixels_by_source_instance([source], skip_overlap_checks=True)
    return np.asarray(pixels[0])


def report_of(file: CaseFile, *, deidentified: bool = False) -> hd.sr.MeasurementReport:
    content = object_of(file, "structured_report", deidentified=deidentified)
    return hd.sr.MeasurementReport.from_sequence(hd.sr.srread(BytesIO(content)).content)


def numbers_of(group: Dataset) -> dict[str, tuple[float, str]]:
    return {one.name.meaning: (one.value, one.unit.value) for one in group.get_measurements()}  # type: ignore[operator]


@pytest.mark.parametrize("is_compressed", [True, False])
@pytest.mark.parametrize("size_px", SIZES, ids=str)
def test_images_keep_every_pixel(size_px: tuple[int, int], is_compressed: bool, make_case: MakeCase) -> None:
    file = of_size(make_case, *size_px)
    read = dataset_of(object_of(file, "image", deidentified=True, is_compressed=is_compressed))
    assert np.array_equal(read.pixel_array, file.pixels)
    assert read.PhotometricInterpretation == "RGB"


@pytest.mark.parametrize("size_px", SIZES, ids=str)
def test_segments_are_the_masks_and_the_probability_of_the_same_image(
    size_px: tuple[int, int], make_case: MakeCase
) -> None:
    file = of_size(make_case, *size_px)
    objects = {name: object_of(file, name) for name in ("image", "segmentation", "probability")}
    assert np.array_equal(segments_of(objects["segmentation"])[..., 0], file.lesion_pixels)
    assert np.array_equal(
        segments_of(objects["probability"])[..., 0].astype(np.float32), file.lesion_probability
    )
    image = dataset_of(objects["image"])
    for name in ("segmentation", "probability"):
        (found,) = hd.seg.segread(BytesIO(objects[name])).get_source_image_uids()
        assert found == (image.StudyInstanceUID, image.SeriesInstanceUID, image.SOPInstanceUID)


def test_each_lesion_is_a_segment_although_they_overlap(make_case: MakeCase) -> None:
    file = with_several_lesions(make_case)
    content = object_of(file, "segmentation", deidentified=True)
    segments = segments_of(content)
    assert [int(segments[..., at].sum()) for at in range(3)] == [int(one.mask.sum()) for one in file.lesions]
    said = dataset_of(content).SegmentSequence
    assert [one.SegmentLabel for one in said] == ["lesion", "other lesion 2", "other lesion 3"]
    assert [one.SegmentAlgorithmType for one in said] == ["SEMIAUTOMATIC", "MANUAL", "MANUAL"]
    assert len({one.TrackingUID for one in said}) == 3


def test_an_empty_mask_is_a_segment_without_outline_and_no_mask_is_none(make_case: MakeCase) -> None:
    empty = with_empty_mask(make_case)
    assert not segments_of(object_of(empty, "segmentation")).any()
    assert "outlines" not in names_of(empty)
    assert names_of(only_imported(make_case)) == ["image", "report"]


def test_segments_say_who_drew_them(make_case: MakeCase) -> None:
    case = make_case().case
    predicted = make_case(case=replace(case, revisions=()))
    boundary = case.boundaries[0]
    revision = replace(case.revisions[0], mask=boundary.mask, reason=RevisionReason.CONFIRMED)
    drawn = {
        "AUTOMATIC": predicted,
        "SEMIAUTOMATIC": make_case(),
        "MANUAL": make_case(case=replace(case, boundaries=())),
    }
    for kind, file in drawn.items():
        read = dataset_of(object_of(file, "segmentation", deidentified=False))
        (segment,) = read.SegmentSequence
        assert segment.SegmentAlgorithmType == kind
        assert ("SegmentationAlgorithmIdentificationSequence" in segment) == (kind != "MANUAL")
        assert read.ContentCreatorName == ("" if file is predicted else "Dr. Canarystaff^")
    confirmed = make_case(case=replace(case, revisions=(revision,)))
    (segment,) = dataset_of(object_of(confirmed, "segmentation", deidentified=False)).SegmentSequence
    assert segment.SegmentAlgorithmType == "AUTOMATIC"
    assert "weights_sha256=" + "5e" * 32 in str(
        segment.SegmentationAlgorithmIdentificationSequence[0].AlgorithmParameters
    )


def test_the_report_measures_in_mm_only_when_calibrated(make_case: MakeCase) -> None:
    (group,) = report_of(with_reading(make_case)).get_planar_roi_measurement_groups()
    numbers, measured = numbers_of(group), with_reading(make_case).measure()
    assert measured is not None
    assert numbers["Long axis"] == (round(measured.long_diameter_mm or 0, 4), "mm")
    assert numbers["Area"][1] == "mm2"
    (group,) = report_of(uncalibrated(make_case)).get_planar_roi_measurement_groups()
    numbers = numbers_of(group)
    assert numbers["Long axis"] == (round(measured.long_diameter_px, 4), "{pixels}")
    assert numbers["Area"] == (int(make_case().lesion_pixels.sum()), "{pixels}")
    assert not {unit for _value, unit in numbers.values()} & {"mm", "mm2"}


def test_the_report_tells_score_reading_and_decision_apart(make_case: MakeCase) -> None:
    report = report_of(with_reading(make_case), deidentified=True)
    score, reading, decision = report.get_image_measurement_groups()
    assert numbers_of(score)["Model output: probability of malignancy"] == (0.634, "1")
    said = [
        {one.name.meaning: one.value.meaning for one in group.get_qualitative_evaluations()}
        for group in (score, reading, decision)
    ]
    assert said[0]["Intended use"] == "Research use only; the clinician decides"
    assert said[1]["Axes with asymmetry"] == "2"
    assert said[2] == {
        "Clinician's diagnosis": "Nevus",
        "How the diagnosis was confirmed": "histopathology",
        "Clinician's management": "biopsy",
    }


def test_the_exact_site_or_the_one_round_it_and_its_side_are_coded(make_case: MakeCase) -> None:
    file = with_reading(make_case)
    image = dataset_of(object_of(file, "image"))
    (region,) = image.AnatomicRegionSequence
    said = (region.CodingSchemeDesignator, region.CodeValue, region.CodeMeaning)
    assert said == ("SCT", "36141000", "Skin of cheek")
    assert image.Laterality == "L"
    (site,) = report_of(file).get_planar_roi_measurement_groups()[0].finding_sites
    side = site.ContentSequence[0].ConceptCodeSequence[0].CodeMeaning
    assert (site.value.meaning, side) == ("Skin of cheek", "Left")
    assert dataset_of(object_of(make_case(), "image")).AnatomicRegionSequence[0].CodeMeaning == "Skin of back"


def test_outlines_readings_and_decisions_name_who_said_them(make_case: MakeCase) -> None:
    report = report_of(with_reading(make_case))
    people = [
        [str(item.PersonName) for item in group[0].ContentSequence if item.ValueType == "PNAME"]
        for group in (*report.get_planar_roi_measurement_groups(), *report.get_image_measurement_groups())
    ]
    assert people == [["Dr. Canarystaff^"], [], ["Dr Test^"], ["Dr. Canarystaff^"]]


def test_a_damaged_image_says_so_and_its_withheld_score_is_not_reported(make_case: MakeCase) -> None:
    case = make_case().case
    damaged = replace(case.image, provenance=(("damaged file", "taken all the same"),))
    file = make_case(case=replace(case, image=damaged))
    report = report_of(file)
    assert not [group for group in report.get_image_measurement_groups() if numbers_of(group)]
    assert "damaged" in dataset_of(object_of(file, "image")).DerivationDescription


def test_outlines_enclose_the_lesions_in_pixels_of_the_image(make_case: MakeCase) -> None:
    file = with_several_lesions(make_case)
    read = dataset_of(object_of(file, "outlines", deidentified=True))
    layers = [one.GraphicLayer for one in read.GraphicAnnotationSequence]
    assert layers == ["LESION_1", "LESION_2", "LESION_3"]
    for annotation, shown in zip(read.GraphicAnnotationSequence, file.lesions, strict=True):
        rings = [ring for region in outlined_regions(shown.mask) for ring in region.rings]
        found = [np.reshape(one.GraphicData, (-1, 2))[:-1] for one in annotation.GraphicObjectSequence]
        assert all(map(np.allclose, found, rings))
        assert {one.GraphicAnnotationUnits for one in annotation.GraphicObjectSequence} == {"PIXEL"}


def test_an_overlay_is_a_map_of_the_same_numbers_where_the_image_has_a_scale(make_case: MakeCase) -> None:
    relevance = np.linspace(0, 1, HEIGHT_PX * WIDTH_PX, dtype=np.float32).reshape(HEIGHT_PX, WIDTH_PX)
    file = make_case(overlays={"grad_cam": relevance})
    read = dataset_of(object_of(file, "overlay", deidentified=True, overlay="grad_cam"))
    assert np.array_equal(read.pixel_array, relevance)
    mapping = read.SharedFunctionalGroupsSequence[0].RealWorldValueMappingSequence[0]
    assert mapping.QuantityDefinitionSequence[0].ConceptCodeSequence[0].CodeValue == "130403"
    assert "overlay" not in names_of(file)
    bare = make_case(case=uncalibrated(make_case).case, overlays={"grad_cam": relevance})
    assert "overlay" not in names_of(bare, overlay="grad_cam")


def test_the_report_is_a_pdf_that_says_whether_it_names_the_patient(make_case: MakeCase) -> None:
    for deidentified, burned_in in ((True, "NO"), (False, "YES")):
        read = dataset_of(object_of(make_case(), "report", deidentified=deidentified))
        content = read.EncapsulatedDocument[: read.EncapsulatedDocumentLength]
        assert content.startswith(b"%PDF-")
        assert content.rstrip().endswith(b"%%EOF")
        assert read.BurnedInAnnotation == burned_in


def test_naevus_reads_its_own_image_with_scale_lesion_and_patient(make_case: MakeCase) -> None:
    file = make_case()
    content = object_of(file, "image", deidentified=False)
    read = read_dicom(content)
    assert np.array_equal(read.pixels, file.pixels)
    assert read.calibration is not None
    assert read.calibration.mm_per_px == pytest.approx(0.05)
    said = (read.patient_code, read.patient_name, read.sex, read.age_years, read.lesion_label)
    assert said == ("CANARY-0815/ü", "Canaryname, Jürgen", "male", 85, "canarylabel")
    assert (read.dermoscopic_type, read.image_type) == ("contact polarized", "dermoscopic")
    with pytest.raises(UnreadableFileError, match="Masks drawn elsewhere"):
        read_dicom(object_of(file, "probability"))
    assert read.tracking_uid == str(dataset_of(content).TrackingUID)
