"""What is counted beforehand is what freezing then takes."""

from pathlib import Path

from app.domain.ids import ImageId
from app.usecases.cases.import_images import import_images
from app.usecases.cases.remove_case import remove_case
from app.usecases.corrections.correct_mask import correct_mask
from app.usecases.learning.freeze_snapshot import freeze_snapshot
from app.usecases.learning.survey_corrections import survey_corrections
from app.usecases.services import Services
from tests.app.usecases.learning.learning_clinic import a_clinic
from tests.builders import a_case, a_mask, an_image_file, result_of
from tests.fakes import FakeToken


def test_a_survey_foretells_the_snapshot_and_writes_nothing(services: Services, tmp_path: Path) -> None:
    images = a_clinic(services, tmp_path, 9)
    a_case(services, tmp_path, seed=77)
    remove_case(services, images[0])
    survey = result_of(survey_corrections(services, "segmentation", token=FakeToken()))
    with services.store.reading() as work:
        assert work.learning.patients() == {}
    frozen = result_of(freeze_snapshot(services, "segmentation", token=FakeToken()))
    assert survey.lacking == ""
    assert survey.corrections == 8
    assert survey.patients_by_subset == frozen.patients_by_subset
    assert survey.images_by_subset == frozen.images_by_subset
    assert survey.left_out == frozen.left_out


def test_photographs_that_each_became_a_patient_are_pointed_out(services: Services, tmp_path: Path) -> None:
    images = a_clinic(services, tmp_path, 4)
    survey = result_of(survey_corrections(services, "segmentation", token=FakeToken()))
    assert survey.warning.startswith("4 patients have one image each.")
    frozen = result_of(freeze_snapshot(services, "segmentation", token=FakeToken()))
    assert frozen.warning == survey.warning
    for number, image_id in enumerate(images[:2]):
        with services.store.reading() as work:
            lesion_id = work.cases.case(image_id).lesion.id
        file = an_image_file(tmp_path, f"second {number}.png", seed=50 + number)
        result_of(import_images(services, [file], token=FakeToken(), lesion_id=lesion_id))
        correct_mask(services, newest_of(services), a_mask(radius_px=9))
    assert result_of(survey_corrections(services, "segmentation", token=FakeToken())).warning == ""


def newest_of(services: Services) -> ImageId:
    with services.store.reading() as work:
        return work.learning.all_images()[-1]


def test_what_is_lacking_is_told_not_raised(services: Services, tmp_path: Path) -> None:
    a_clinic(services, tmp_path, 1)
    survey = result_of(survey_corrections(services, "segmentation", token=FakeToken()))
    assert survey.corrections == 1
    assert "more patients are needed" in survey.lacking
