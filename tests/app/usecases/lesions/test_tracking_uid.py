"""Files with one Tracking UID show one lesion, unless they name different persons."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from app.domain.case import Case
from app.domain.patient_tree import LesionLine
from app.imaging.read_image import ReadImage
from app.imaging.readers import ImageReader
from app.usecases.cases.import_images import ImportReport, import_images
from app.usecases.lesions.merge_lesions import merge_lesions
from app.usecases.lesions.patient_tree import lesions_beside
from app.usecases.patients.list_identity_questions import list_identity_questions
from app.usecases.patients.settle_identity import join_patients
from app.usecases.services import Services
from tests.builders import a_lesion_image, result_of
from tests.fakes import FakeToken

UID = "2.25.77"
SPRING, SUMMER = date(2025, 3, 1), date(2025, 6, 1)
ANNA = {"patient_code": "1000", "sex": "female", "birth_year": 1961}


class _Headers(ImageReader):
    """Reads each file with the next of the given headers."""

    def __init__(self, headers: list[dict[str, object]], first: int) -> None:
        self._headers = iter(headers)
        self._seed = first

    def read(self, path: Path, *, takes_damaged: bool = False) -> ReadImage:
        self._seed += 1
        header = {"tracking_uid": UID, **next(self._headers)}
        return ReadImage(a_lesion_image(self._seed), "application/dicom", None, (), **header)  # type: ignore[arg-type]


def _take(services: Services, folder: Path, *headers: dict[str, object], **options: object) -> ImportReport:
    first = len(list(folder.glob("*.dcm")))
    paths = [folder / f"{first + place}.dcm" for place in range(len(headers))]
    for path in paths:
        path.write_bytes(path.name.encode())
    reading = replace(services, images=_Headers(list(headers), 100 + first))
    return result_of(import_images(reading, paths, token=FakeToken(), **options))  # type: ignore[arg-type]


def _cases(services: Services, *reports: ImportReport) -> list[Case]:
    with services.store.reading() as work:
        return [work.cases.case(image_id) for report in reports for image_id in report.imported]


def _lesions(services: Services, report: ImportReport) -> tuple[LesionLine, ...]:
    return lesions_beside(services, report.imported[0])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (ANNA, ANNA),
        (ANNA, {"patient_code": "1000"}),
        (ANNA, {}),
        ({}, {}),
        ({"patient_code": "ANONYMOUS"}, {"patient_code": "ANONYMOUS"}),
    ],
)
def test_two_files_of_one_uid_are_two_visits_of_one_lesion(
    services: Services, tmp_path: Path, first: dict[str, object], second: dict[str, object]
) -> None:
    report = _take(services, tmp_path, {**first, "taken_on": SPRING}, {**second, "taken_on": SUMMER})
    (lesion,) = _lesions(services, report)
    assert [visit.visited_on for visit in lesion.visits] == [SPRING, SUMMER]
    assert lesion.lesion.tracking_uid == UID
    assert len(report.imported) == 2
    assert "visit" not in " ".join(notice.sentence for notice in report.notices)


@pytest.mark.parametrize(
    "other",
    [
        {"patient_code": "2000"},
        {**ANNA, "sex": "male"},
        {"sex": "male"},
        {"patient_code": "1000", "patient_issuer": "Clinic B"},
    ],
)
def test_a_file_that_names_another_person_is_a_lesion_of_its_own_and_that_is_said(
    services: Services, tmp_path: Path, other: dict[str, object]
) -> None:
    report = _take(services, tmp_path, {**ANNA, "patient_issuer": "Clinic A"}, other)
    one, two = _cases(services, report)
    assert one.lesion.id != two.lesion.id
    assert one.patient.id != two.patient.id
    assert any("the Tracking UID of a lesion of patient 1000" in one.sentence for one in report.notices)


def test_another_uid_or_none_is_another_lesion_of_the_patient(services: Services, tmp_path: Path) -> None:
    report = _take(
        services, tmp_path, ANNA, {**ANNA, "tracking_uid": "2.25.78"}, {**ANNA, "tracking_uid": None}
    )
    cases = _cases(services, report)
    assert len({case.lesion.id for case in cases}) == 3
    assert len({case.patient.id for case in cases}) == 1


def test_an_earlier_visit_that_comes_later_is_put_in_order_and_said(
    services: Services, tmp_path: Path
) -> None:
    report = _take(services, tmp_path, {**ANNA, "taken_on": SUMMER}, {**ANNA, "taken_on": SPRING})
    (lesion,) = _lesions(services, report)
    assert [visit.visited_on for visit in lesion.visits] == [SPRING, SUMMER]
    assert lesion.is_imported_out_of_order
    (notice,) = report.notices
    assert notice.sentence.startswith("The visit of 01 Mar 2025 lies before one that was imported earlier")


def test_a_day_before_birth_is_not_believed(services: Services, tmp_path: Path) -> None:
    report = _take(services, tmp_path, ANNA, {"patient_code": "1000", "taken_on": date(1950, 1, 1)})
    _first, second = _cases(services, report)
    assert second.visit.visited_on == services.clock().astimezone().date()
    assert second.image.provenance[-1][1].endswith("lies before the patient's birth")


def test_a_file_of_a_merged_lesion_goes_to_the_one_that_was_kept(services: Services, tmp_path: Path) -> None:
    report = _take(services, tmp_path, ANNA, {**ANNA, "tracking_uid": "2.25.78"})
    one, two = _cases(services, report)
    merge_lesions(services, one.lesion.id, two.lesion.id)
    (later,) = _cases(services, _take(services, tmp_path, {**ANNA, "taken_on": SPRING}))
    assert later.lesion.id == two.lesion.id
    (given,) = _cases(
        services, _take(services, tmp_path, {**ANNA, "taken_on": None}, lesion_id=one.lesion.id)
    )
    assert given.lesion.id == two.lesion.id


def test_persons_found_to_be_one_have_one_lesion_of_the_uid(services: Services, tmp_path: Path) -> None:
    report = _take(services, tmp_path, ANNA, {**ANNA, "sex": "male"})
    (question,) = list_identity_questions(services)
    join_patients(services, question.newcomer.patient.id)
    (lesion,) = _lesions(services, report)
    assert len(lesion.images) == 2


def test_a_file_that_is_given_to_a_lesion_lends_it_its_uid(services: Services, tmp_path: Path) -> None:
    (plain,) = _cases(services, _take(services, tmp_path, {**ANNA, "tracking_uid": None}))
    _take(services, tmp_path, ANNA, lesion_id=plain.lesion.id)
    other = _take(services, tmp_path, {**ANNA, "tracking_uid": "2.25.9"}, lesion_id=plain.lesion.id)
    assert "another Tracking UID" in other.notices[0].sentence
    (later,) = _cases(services, _take(services, tmp_path, ANNA))
    assert later.lesion.id == plain.lesion.id


def test_what_the_file_calls_the_lesion_is_its_label(services: Services, tmp_path: Path) -> None:
    (case,) = _cases(services, _take(services, tmp_path, {**ANNA, "lesion_label": "L7"}))
    assert case.lesion.label == "L7"
