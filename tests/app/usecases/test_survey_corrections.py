"""What is counted beforehand is what freezing then takes."""

from pathlib import Path

from app.usecases.freeze_snapshot import freeze_snapshot
from app.usecases.ports import Services
from app.usecases.remove_case import remove_case
from app.usecases.survey_corrections import survey_corrections
from tests.app.usecases.learning_clinic import a_clinic
from tests.builders import a_case, result_of
from tests.fakes import FakeToken


def test_a_survey_foretells_the_snapshot_and_writes_nothing(services: Services, tmp_path: Path) -> None:
    images = a_clinic(services, tmp_path, 9)
    a_case(services, tmp_path, seed=77)
    remove_case(services, images[0])
    survey = result_of(survey_corrections(services, "segmentation", token=FakeToken()))
    with services.reading() as work:
        assert work.learning.patients() == {}
    frozen = result_of(freeze_snapshot(services, "segmentation", token=FakeToken()))
    assert survey.lacking == ""
    assert survey.corrections == 8
    assert survey.patients_by_side == frozen.patients_by_side
    assert survey.images_by_side == frozen.images_by_side
    assert survey.left_out == frozen.left_out


def test_what_is_lacking_is_told_not_raised(services: Services, tmp_path: Path) -> None:
    a_clinic(services, tmp_path, 1)
    survey = result_of(survey_corrections(services, "segmentation", token=FakeToken()))
    assert survey.corrections == 1
    assert "more patients are needed" in survey.lacking
