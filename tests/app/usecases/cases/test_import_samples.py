from pathlib import Path

import pytest

import resources
from app.domain.errors import UnreadableFileError
from app.usecases.cases.import_images import import_images
from app.usecases.cases.import_samples import import_samples
from app.usecases.services import Services
from tests.builders import an_image_file, result_of
from tests.fakes import FakeToken


def test_the_bundled_samples_come_with_age_and_sex(services: Services) -> None:
    report = result_of(import_samples(services, resources.path("samples"), token=FakeToken()))
    with services.store.reading() as work:
        cases = [work.cases.case(image_id) for image_id in report.imported]
    assert len(cases) == len(list(resources.path("samples").glob("*.jpg")))
    assert report.refused == ()
    assert all(case.patient.code.startswith("SAMPLE ISIC_") for case in cases)
    assert all(case.patient.sex and case.visit.age_years and case.lesion.label for case in cases)


def test_the_folder_of_the_samples_is_imported_with_their_list(services: Services) -> None:
    report = result_of(import_images(services, [resources.path("samples")], token=FakeToken()))
    with services.store.reading() as work:
        cases = [work.cases.case(image_id) for image_id in report.imported]
    assert report.described == len(cases) == 8
    assert all(case.patient.sex and case.visit.age_years and case.lesion.label for case in cases)


def test_a_list_describes_only_images_of_the_very_bytes_it_names(services: Services, tmp_path: Path) -> None:
    rows = f"file,sha256,title,age,sex\nlesion.png,{'0' * 64},Someone else's,40,male\n"
    folder = tmp_path / "in"
    an_image_file(folder)
    (folder / "samples.csv").write_text(rows, encoding="utf-8")
    report = result_of(import_images(services, [folder], token=FakeToken()))
    with services.store.reading() as work:
        case = work.cases.case(report.imported[0])
    assert report.described == 0
    assert (case.patient.code, case.patient.sex) == ("NAEV-00001", None)


@pytest.mark.parametrize("rows", ["file,age\nlesion.png,40\n", "\0", "\u00e9"])
def test_a_table_of_that_name_that_is_no_list_of_samples_is_passed_over(
    services: Services, tmp_path: Path, rows: str
) -> None:
    folder = tmp_path / "in"
    an_image_file(folder)
    (folder / "samples.csv").write_text(rows, encoding="latin-1")
    report = result_of(import_images(services, [folder], token=FakeToken()))
    assert (len(report.imported), report.refused, report.passed_over) == (1, (), 1)


def test_samples_offered_again_stay_as_they_are(services: Services) -> None:
    folder = resources.path("samples")
    first = result_of(import_samples(services, folder, token=FakeToken(cancel_after=2)))
    again = result_of(import_samples(services, folder, token=FakeToken(cancel_after=3)))
    assert set(again.already_known) == set(first.imported)
    assert len(again.imported) == 1


def test_a_missing_list_is_said_in_a_sentence(services: Services, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="list of sample images cannot be read"):
        result_of(import_samples(services, tmp_path, token=FakeToken()))
