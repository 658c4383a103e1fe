"""UIDs are the same at every export and hold nothing of the patient; without identity no day goes out."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pydicom import DataElement, Dataset

from app.domain.errors import CancelledError
from app.domain.ids import BlobName, RevisionId
from app.exporters.dicom.dicom_folder import DICOM
from app.exporters.dicom.values import long_string, person_name
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile
from app.usecases.exports.report_layout import Letterhead
from tests.app.exporters.conftest import MakeCase
from tests.app.exporters.dicom.dicom_cases import (
    dataset_of,
    object_of,
    objects_of,
    with_reading,
    with_several_lesions,
)
from tests.builders import result_of

OVERLAY = "hidden_attention"
OF_THE_STANDARD = "1.2.840.10008."
OF_LIBRARIES = "1.2.826.0.1.3680043."


def elements_of(dataset: Dataset) -> Iterator[DataElement]:
    yield from dataset.iterall()


def uids_of(file: CaseFile, *, deidentified: bool) -> dict[str, set[str]]:
    """Return the UIDs of our own in each object."""
    found: dict[str, set[str]] = {}
    for name, content in objects_of(file, deidentified=deidentified, overlay=OVERLAY).items():
        read = dataset_of(content)
        values = {str(one.value) for one in elements_of(read) if one.VR == "UI"}
        found[name] = {uid for uid in values if not uid.startswith((OF_THE_STANDARD, OF_LIBRARIES))}
    return found


def renamed(file: CaseFile) -> CaseFile:
    """Return the same case of a patient about whom everything else was entered."""
    patient = replace(file.case.patient, code="4711", name="Other, Name", birth_year=1980, sex="female")
    visit = replace(file.case.visit, visited_on=date(2024, 1, 2))
    lesion = replace(file.case.lesion, label="another", notes="x")
    return replace(file, case=replace(file.case, patient=patient, visit=visit, lesion=lesion))


def test_a_second_export_has_the_same_bytes(make_case: MakeCase) -> None:
    file = with_several_lesions(make_case)
    one, two = (objects_of(file, deidentified=True, overlay=OVERLAY, has_report=True) for _ in "ab")
    assert set(one) == {
        "image", "segmentation", "probability", "structured_report", "report", "outlines", "overlay",
    }  # fmt: skip
    assert one == two


def test_uids_do_not_depend_on_the_patient_and_differ_without_identity(make_case: MakeCase) -> None:
    file = with_reading(make_case)
    hidden, known = (uids_of(file, deidentified=hides) for hides in (True, False))
    assert uids_of(renamed(file), deidentified=True) == hidden
    assert uids_of(renamed(file), deidentified=False) == known
    assert not set.union(*hidden.values()) & set.union(*known.values())
    assert all(uid.startswith("2.25.") for uids in hidden.values() for uid in uids)


def test_all_objects_of_a_visit_are_one_study(make_case: MakeCase) -> None:
    file = with_reading(make_case)
    objects = objects_of(file, deidentified=False, overlay=OVERLAY, has_report=True)
    read = [dataset_of(content) for content in objects.values()]
    assert len({one.StudyInstanceUID for one in read}) == 1
    assert len({one.SeriesInstanceUID for one in read}) == len({one.SOPInstanceUID for one in read}) == 7
    assert {one.StudyDate for one in read} == {"20210314"}


def test_a_new_revision_is_another_segmentation_of_the_same_image(make_case: MakeCase) -> None:
    file = make_case()
    newer = replace(file.case.revisions[0], id=RevisionId("f" * 32), number=2, mask=BlobName("0f" * 32))
    corrected = replace(file, case=replace(file.case, revisions=(*file.case.revisions, newer)))
    made = ("image", "segmentation", "probability", "structured_report", "outlines")
    before, after = (
        {name: dataset_of(object_of(one, name)).SOPInstanceUID for name in made} for one in (file, corrected)
    )
    same = {name for name in before if before[name] == after[name]}
    assert same == {"image", "probability"}


def test_the_lesion_keeps_the_tracking_uid_of_its_files_only_with_identity(make_case: MakeCase) -> None:
    file = make_case()
    lesion = replace(file.case.lesion, tracking_uid="1.2.3.4")
    file = replace(file, case=replace(file.case, lesion=lesion))
    for name in ("image", "segmentation", "structured_report"):
        hidden, known = (object_of(file, name, deidentified=hides) for hides in (True, False))
        assert "1.2.3.4" in {str(one.value) for one in elements_of(dataset_of(known))}
        assert "1.2.3.4" not in {str(one.value) for one in elements_of(dataset_of(hidden))}


def test_without_identity_no_object_has_a_day_or_a_canary(make_case: MakeCase) -> None:
    file = with_several_lesions(make_case)
    for content in objects_of(file, deidentified=True, overlay=OVERLAY).values():
        read = dataset_of(content)
        days = {str(one.value) for one in elements_of(read) if one.VR in {"DA", "DT"} and not one.is_empty}
        assert days <= {"19000101", "19000101000000"}
        assert not [one for one in elements_of(read) if "canary" in str(one.value).lower()]
        assert read.PatientIdentityRemoved == "YES"
        assert str(read.PatientID).startswith("P-")


def test_with_identity_the_patient_is_named_as_dicom_writes_names(make_case: MakeCase) -> None:
    read = dataset_of(object_of(make_case(), "image", deidentified=False))
    assert str(read.PatientName) == "Canaryname^Jürgen"
    assert "PatientIdentityRemoved" not in read
    assert person_name("Dr\\A^B=C  D") == "Dr A B C D^"
    assert person_name(" , ") == ""
    assert person_name("x" * 100) == "x" * 63 + "^"
    assert long_string("a\\b\n\tc" + "x" * 100) == "a/b  c" + "x" * 58


def test_a_stopped_export_does_not_keep_a_letterhead_that_may_not_go_out(
    make_case: MakeCase, tmp_path: Path
) -> None:
    files = [make_case()]
    clinic = ExportManner(True, letterhead=Letterhead("Canary clinic"), shows_clinic=True)

    def stopped() -> Iterator[CaseFile]:
        yield from files
        raise CancelledError

    with pytest.raises(CancelledError):
        result_of(DICOM.write(stopped(), tmp_path, clinic))
    result_of(DICOM.write(files, tmp_path, replace(clinic, shows_clinic=False)))
    (report,) = tmp_path.glob("naevus_dicom/*/report.dcm")
    assert report.read_bytes() == object_of(files[0], "report")
