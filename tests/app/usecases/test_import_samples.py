from pathlib import Path

import pytest

import resources
from app.domain.errors import UnreadableFileError
from app.usecases.import_samples import import_samples
from app.usecases.ports import Services
from tests.builders import result_of
from tests.fakes import FakeToken


def test_the_bundled_samples_come_with_age_and_sex(services: Services) -> None:
    report = result_of(import_samples(services, resources.path("samples"), token=FakeToken()))
    with services.reading() as work:
        cases = [work.cases.case(image_id) for image_id in report.imported]
    assert len(cases) == len(list(resources.path("samples").glob("*.jpg")))
    assert report.refused == ()
    assert all(case.patient.code.startswith("SAMPLE ISIC_") for case in cases)
    assert all(case.patient.sex and case.visit.age_years and case.lesion.label for case in cases)


def test_samples_offered_again_stay_as_they_are(services: Services) -> None:
    folder = resources.path("samples")
    first = result_of(import_samples(services, folder, token=FakeToken(cancel_after=2)))
    again = result_of(import_samples(services, folder, token=FakeToken(cancel_after=3)))
    assert set(again.already_known) == set(first.imported)
    assert len(again.imported) == 1


def test_a_missing_list_is_said_in_a_sentence(services: Services, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="list of sample images cannot be read"):
        result_of(import_samples(services, tmp_path, token=FakeToken()))
