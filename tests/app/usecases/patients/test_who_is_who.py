"""Whose picture an import takes a file for: by number and issuer, never against sex, birth date or name."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from itertools import count
from pathlib import Path

import pytest

from app.domain.case import Case
from app.domain.errors import NotFoundError
from app.domain.people.patient import Patient
from app.exporters.tables.csv_table import CsvTable
from app.imaging.read_image import ReadImage
from app.imaging.readers import ImageReader
from app.usecases.cases.import_images import ImportReport, import_images
from app.usecases.exports.export_cases import export_cases
from app.usecases.exports.export_manner import ExportManner
from app.usecases.patients.edit_patient import edit_patient
from app.usecases.patients.list_identity_questions import list_identity_questions
from app.usecases.patients.settle_identity import join_patients, keep_apart
from app.usecases.services import Services
from tests.builders import a_lesion_image, result_of
from tests.fakes import FakeToken

CASES = Path(__file__).resolve().parents[3] / "golden" / "cases"
DAY = date(2024, 1, 2)

FEMALE = {"sex": "female", "birth_year": 1950, "birthday": "01-01"}
MALE = {"sex": "male", "birth_year": 1990, "birthday": "01-01"}

Import = Callable[..., ImportReport]


class _Headers(ImageReader):
    """Reads each file as a picture of its own with the next of the given headers."""

    def __init__(self, headers: Sequence[dict[str, object]], first_seed: int) -> None:
        self._headers = iter(headers)
        self._seed = first_seed

    def read(self, path: Path, *, takes_damaged: bool = False) -> ReadImage:
        self._seed += 1
        header = {"patient_code": "1000", "taken_on": DAY, **next(self._headers)}
        return ReadImage(a_lesion_image(self._seed), "application/dicom", None, (), **header)


@pytest.fixture
def take(services: Services, tmp_path: Path) -> Import:
    """Return a function that imports a file for each header, as one batch."""
    numbers = count(1)

    def imported(*headers: dict[str, object], **options: object) -> ImportReport:
        first = next(numbers)
        paths = [tmp_path / f"{first}-{place}.dcm" for place in range(len(headers))]
        for path in paths:
            path.write_bytes(path.name.encode())
        reading = replace(services, images=_Headers(headers, 100 * first))
        return result_of(import_images(reading, paths, token=FakeToken(), **options))

    return imported


def _cases(services: Services, *reports: ImportReport) -> list[Case]:
    with services.store.reading() as work:
        return [work.cases.case(image_id) for report in reports for image_id in report.imported]


def _patients(services: Services, *reports: ImportReport) -> list[Patient]:
    return [case.patient for case in _cases(services, *reports)]


@pytest.mark.parametrize(
    ("first", "second", "word"),
    [
        ({"sex": "female"}, {"sex": "male"}, "another sex"),
        ({"birth_year": 1950}, {"birth_year": 1990}, "another year of birth"),
        (
            {"birth_year": 1950, "birthday": "01-01"},
            {"birth_year": 1950, "birthday": "05-17"},
            "another day of birth",
        ),
        ({"patient_name": "Doe, Jane"}, {"patient_name": "Roe, Rita"}, "another name"),
        ({"age_years": 45}, {"age_years": 12}, "another year of birth"),
        ({"birth_year": 1950}, {"age_years": 34}, "another year of birth"),
        ({"age_years": 45, "taken_on": None}, {"age_years": 12, "taken_on": None}, "another year of birth"),
    ],
)
@pytest.mark.parametrize("is_one_batch", [True, False])
def test_a_header_that_contradicts_the_stored_person_is_kept_apart_and_said(
    services: Services,
    take: Import,
    caplog: pytest.LogCaptureFixture,
    first: dict[str, object],
    second: dict[str, object],
    word: str,
    is_one_batch: bool,
) -> None:
    reports = [take(first, second)] if is_one_batch else [take(first), take(second)]
    stored, newcomer = _patients(services, *reports)
    assert stored.id != newcomer.id
    assert (stored.code, newcomer.code) == ("1000", "1000 (2)")
    ((path, sentence),) = [(one.path, one.sentence) for one in reports[-1].kept_apart]
    assert sentence == f"Patient number 1000 is stored with {word}; kept apart as 1000 (2)."
    assert path.name.endswith(".dcm")
    (question,) = list_identity_questions(services)
    assert (question.stored.patient, question.newcomer.patient) == (stored, newcomer)
    with services.store.reading() as work:
        trail = str(work.audit.events())
    assert not any(name in caplog.text + trail for name in ("Doe", "Roe"))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"sex": "female"}, {}),
        ({}, FEMALE),
        ({"patient_name": "Müller, Jörg"}, {"patient_name": "JOERG MUELLER"}),
        ({"patient_name": "Doe, Jane"}, {"patient_name": "Anonymous"}),
        ({"birth_year": 1950}, {"age_years": 73}),
        ({"age_years": 45, "taken_on": date(2014, 1, 2)}, {"age_years": 55}),
        ({"patient_issuer": "Clinic A"}, {}),
        ({"patient_issuer": "Clinic A"}, {"patient_issuer": "CLINIC A"}),
    ],
)
def test_a_missing_value_or_another_spelling_does_not_contradict(
    services: Services, take: Import, first: dict[str, object], second: dict[str, object]
) -> None:
    report = take(first, second)
    one, other = _patients(services, report)
    assert one == other
    assert report.kept_apart == ()
    assert list_identity_questions(services) == ()


def test_what_a_later_file_adds_is_compared_with_the_next(services: Services, take: Import) -> None:
    report = take({}, {"sex": "female"}, {"sex": "male"}, {"sex": "male"}, {"sex": "female"})
    first, second, third, fourth, fifth = _patients(services, report)
    assert first == second == fifth
    assert first.sex == "female"
    assert third == fourth
    assert third.sex == "male"
    assert len(report.kept_apart) == 1


def test_numbers_of_two_issuers_are_two_persons_without_a_question(services: Services, take: Import) -> None:
    report = take(
        {"patient_issuer": "Clinic A"}, {"patient_issuer": "Clinic B"}, {"patient_issuer": "clinic b"}
    )
    first, second, third = _patients(services, report)
    assert (first.code, second.code, second.issuer) == ("1000", "1000 (Clinic B)", "Clinic B")
    assert second == third
    assert report.kept_apart == ()


def test_two_persons_of_one_issuer_are_counted(services: Services, take: Import) -> None:
    headers = [{"patient_issuer": "Clinic A", "sex": sex} for sex in ("female", "male")]
    codes = [patient.code for patient in _patients(services, take(*headers))]
    assert codes == ["1000", "1000 (2)"]


def test_a_header_that_fits_two_persons_is_asked_about(services: Services, take: Import) -> None:
    report = take(FEMALE, MALE, {}, {"sex": "male"})
    female, male, nobody, another_male = _patients(services, report)
    assert nobody.code == "1000 (3)"
    assert report.kept_apart[1].sentence == (
        "Patient number 1000 is that of several stored persons; kept apart as 1000 (3)."
    )
    assert another_male == male
    assert female.sex == "female"


@pytest.mark.parametrize("code", ["Anonymous", "UNKNOWN", "0", "NA", "000000", "XXXX", "-", "test", " "])
def test_a_placeholder_makes_a_patient_of_its_own_for_each_file(
    services: Services, take: Import, code: str
) -> None:
    header = {"patient_code": code, "patient_name": "ANONYMOUS^", "sex": "female"}
    report = take(header, header)
    first, second = _patients(services, report)
    assert (first.code, second.code) == ("NAEV-00001", "NAEV-00002")
    assert (first.name, first.issued_id) == ("", "")
    sentences = [notice.sentence for notice in report.notices]
    assert ["placeholder" in sentence for sentence in sentences] == ([] if code == " " else [True, True])


def test_a_pseudonym_is_one_person(services: Services, take: Import) -> None:
    one, other = _patients(services, take(*[{"patient_code": "ANON-0017", "patient_name": "Anonymous"}] * 2))
    assert one == other
    assert (one.code, one.name) == ("ANON-0017", "")


def test_the_table_gives_each_person_the_own_sex_and_age(services: Services, tmp_path: Path) -> None:
    folder = CASES / "01-same-id-two-persons"
    services = replace(services, exporters=(CsvTable(),))
    report = result_of(import_images(services, [folder], token=FakeToken()))
    written = result_of(
        export_cases(
            services,
            report.imported,
            "csv_table",
            tmp_path / "out",
            manner=ExportManner(False),
            token=FakeToken(),
        )
    )
    with written.files[0].open(encoding="utf-8-sig", newline="") as file:
        rows = {row["file_name"]: row for row in csv.DictReader(file)}
    exported = {
        name: (row["patient_id"], row["sex"], row["age"], row["birth_year"]) for name, row in rows.items()
    }
    assert exported == {
        "a-female-1950.dcm": ("1000", "female", "74", "1950"),
        "b-male-1990.dcm": ("1000 (2)", "male", "34", "1990"),
    }


def test_files_with_a_placeholder_keep_their_own_sex_and_age(services: Services) -> None:
    report = result_of(import_images(services, [CASES / "02-placeholder-id"], token=FakeToken()))
    persons = [
        (case.patient.code, case.patient.sex, case.visit.age_years) for case in _cases(services, report)
    ]
    assert persons == [("NAEV-00001", "female", 45), ("NAEV-00002", "male", 12)]
    assert len(report.notices) == 2


def test_what_the_reader_remarks_is_told(services: Services) -> None:
    report = result_of(import_images(services, [CASES / "05-backslash-in-identity"], token=FakeToken()))
    assert ["backslash" in notice.sentence for notice in report.notices] == [True, False]
    assert [patient.code for patient in _patients(services, report)] == ["A12\\B77", "T-8"]


def test_with_a_yes_in_advance_one_number_is_one_person(services: Services, take: Import) -> None:
    report = take(FEMALE, {**MALE, "age_years": 33, "patient_name": "Doe, Jo"}, merges_patients=True)
    first, second = _cases(services, report)
    assert first.patient == second.patient
    assert (first.patient.sex, first.patient.birth_year, first.patient.name) == ("female", 1950, "Doe, Jo")
    assert second.visit.age_years is None
    assert report.kept_apart == ()
    assert report.notices[0].sentence == (
        "Patient number 1000 is stored with another sex and another year of birth; "
        "taken as the same person, as asked."
    )


def test_importing_again_with_a_yes_joins_what_was_kept_apart(services: Services, tmp_path: Path) -> None:
    folder = CASES / "01-same-id-two-persons"
    apart = result_of(import_images(services, [folder], token=FakeToken()))
    again = result_of(import_images(services, [folder], token=FakeToken(), merges_patients=True))
    one, other = _patients(services, apart)
    assert one == other
    assert again.joined == (apart.imported[1],)
    assert again.changes.touches(apart.imported[1])
    assert again.notices[0].sentence == (
        "The lesions of patient 1000 (2) were given to patient 1000, as asked."
    )
    assert result_of(import_images(services, [folder], token=FakeToken(), merges_patients=True)).joined == ()


def test_a_person_s_yes_gives_all_lesions_to_the_stored_person(services: Services, take: Import) -> None:
    report = take(FEMALE, {**MALE, "age_years": 33, "patient_name": "Doe, Jo"}, MALE)
    newcomer = _patients(services, report)[1]
    changes = join_patients(services, newcomer.id)
    first, second, third = _cases(services, report)
    assert first.patient == second.patient == third.patient
    assert (first.patient.sex, first.patient.birth_year, first.patient.name) == ("female", 1950, "Doe, Jo")
    assert second.visit.age_years is None
    assert changes.images == frozenset(report.imported)
    assert list_identity_questions(services) == ()
    with services.store.reading() as work:
        assert work.cases.patient(newcomer.id) == newcomer
        acts = [event.kind for event in work.audit.events(newcomer.id)]
    assert acts == ["patient added", "patients found to be one"]


def test_a_yes_never_takes_out_an_age_of_the_stored_person(services: Services, take: Import) -> None:
    report = take({"age_years": 74}, MALE)
    join_patients(services, _patients(services, report)[1].id)
    first, second = _cases(services, report)
    assert first.patient == second.patient
    assert (first.visit.age_years, first.patient.birth_year, first.patient.sex) == (74, None, "male")


def test_after_a_yes_the_next_file_like_this_goes_to_the_stored_person(
    services: Services, take: Import
) -> None:
    report = take(FEMALE, MALE)
    join_patients(services, _patients(services, report)[1].id)
    later = take(MALE, FEMALE, {})
    assert {patient.id for patient in _patients(services, report, later)} == {
        _patients(services, report)[0].id
    }
    assert later.kept_apart == ()


def test_after_a_no_the_two_stay_two_and_it_is_not_asked_again(services: Services, take: Import) -> None:
    report = take(FEMALE, MALE)
    female, male = _patients(services, report)
    keep_apart(services, male.id)
    later = take(MALE, FEMALE)
    assert _patients(services, later) == [male, female]
    assert later.kept_apart == ()
    assert list_identity_questions(services) == ()


def test_there_is_nothing_to_say_about_a_patient_nobody_doubts(services: Services, take: Import) -> None:
    (patient,) = _patients(services, take(FEMALE))
    with pytest.raises(NotFoundError):
        join_patients(services, patient.id)
    with pytest.raises(NotFoundError):
        keep_apart(services, patient.id)


def test_a_number_corrected_by_hand_is_not_found_by_the_old_one(services: Services, take: Import) -> None:
    (patient,) = _patients(services, take({"patient_issuer": "Clinic A"}))
    edit_patient(services, patient, replace(patient, code="2000"))
    old, new = _patients(services, take({}, {"patient_code": "2000"}))
    assert old.id != patient.id
    assert (new.id, new.issuer) == (patient.id, "")


def test_an_open_question_shows_both_persons(services: Services, take: Import) -> None:
    report = take({**FEMALE, "patient_name": "Doe, Jane"}, {**MALE, "age_years": 33})
    (question,) = list_identity_questions(services)
    assert question.differing == ("sex", "birth_year")
    assert (question.stored.ages_years, question.newcomer.ages_years) == ((74,), (33,))
    assert (question.stored.images, question.newcomer.images) == (report.imported[:1], report.imported[1:])
    assert question.newcomer.file_names == ("1-1.dcm",)
    with services.store.reading() as work:
        (line,) = work.cases.lines_of(question.newcomer.images)
    assert question.newcomer.thumbnail == line.thumbnail
