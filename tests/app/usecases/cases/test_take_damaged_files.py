"""A damaged JPEG is refused, or by choice taken with a mark: outlined, never scored, never learned from."""

from pathlib import Path

import numpy as np
import pytest
from pypdf import PdfReader

from app.domain.audit import AuditKind
from app.domain.case import Case
from app.domain.errors import ScoreWithheldError
from app.domain.ids import ImageId
from app.exporters.report.pdf import ReportPdf
from app.exporters.tables.csv_table import CsvTable
from app.imaging import png_codec
from app.text.history import metadata_words
from app.usecases.analysis.analyse import Request, analyse_images
from app.usecases.analysis.score_image import preview_score, rescore_image
from app.usecases.cases.import_images import ImportReport, import_images
from app.usecases.cases.set_decision import set_decision
from app.usecases.corrections.correct_mask import correct_mask
from app.usecases.exports.export_cases import case_file
from app.usecases.learning.freeze_snapshot import freeze_snapshot
from app.usecases.learning.survey_corrections import survey_corrections
from app.usecases.learning.training_examples import training_example_of
from app.usecases.services import Services
from tests.app.usecases.learning.learning_clinic import a_clinic
from tests.builders import a_lesion_image, a_mask, an_image_file, exported, predict_again, result_of
from tests.fakes import FakeToken
from training.contract.snapshot import read_snapshot


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """Return a JPEG whose second half was not copied."""
    path = an_image_file(tmp_path / "card", "lesion.jpg")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


def taken(services: Services, path: Path) -> ImageId:
    (image_id,) = imported(services, path, takes_damaged=True).imported
    return image_id


def imported(services: Services, path: Path, *, takes_damaged: bool) -> ImportReport:
    return result_of(import_images(services, [path], token=FakeToken(), takes_damaged=takes_damaged))


def case_of(services: Services, image_id: ImageId) -> Case:
    with services.store.reading() as work:
        return work.cases.case(image_id)


def test_without_the_choice_a_damaged_file_is_refused_and_the_choice_named(
    services: Services, damaged: Path
) -> None:
    report = imported(services, damaged, takes_damaged=False)
    assert report.imported == ()
    assert report.partly_readable == (damaged,)


def test_what_is_left_of_the_picture_is_stored_with_its_mark(services: Services, damaged: Path) -> None:
    report = imported(services, damaged, takes_damaged=True)
    case = case_of(services, report.imported[0])
    assert case.image.is_damaged
    assert "damaged" in report.notices[0].sentence
    pixels = png_codec.pixels_from_png(services.store.blobs.get(case.image.upright)).astype(int)
    near = np.abs(pixels - a_lesion_image()).mean(axis=(1, 2))
    assert near[:32].max() < 40
    assert services.store.blobs.get(case.image.original) == damaged.read_bytes()
    with services.store.reading() as work:
        (act,) = [one for one in work.audit.events(case.image.id) if one.kind == AuditKind.DAMAGED_FILE_TAKEN]
    assert metadata_words(act) == ("Taken although the file is damaged, without a score", "")


@pytest.mark.parametrize("last", [b"\xff\xda\x00\x0c", b"\xff\xdb"])
def test_a_file_of_which_nothing_is_left_stays_refused(
    services: Services, damaged: Path, last: bytes
) -> None:
    content = damaged.read_bytes()
    damaged.write_bytes(content[: content.index(last) + 14])
    report = imported(services, damaged, takes_damaged=True)
    assert report.imported == ()
    assert report.partly_readable == ()


def test_a_sound_file_and_another_kind_of_damaged_file_are_as_without_the_choice(
    services: Services, tmp_path: Path
) -> None:
    sound, png = an_image_file(tmp_path, "a.jpg"), an_image_file(tmp_path, "b.png", seed=2)
    png.write_bytes(png.read_bytes()[:-200])
    assert not case_of(services, taken(services, sound)).image.is_damaged
    report = imported(services, png, takes_damaged=False)
    assert (len(report.refused), report.partly_readable) == (1, ())
    assert len(imported(services, png, takes_damaged=True).refused) == 1


def test_it_is_outlined_and_never_scored_whoever_asks(services: Services, damaged: Path) -> None:
    image_id = taken(services, damaged)
    predict_again(services, image_id)
    case = case_of(services, image_id)
    assert case.boundary is not None
    assert (case.score, case.priority, case.is_score_withheld) == (None, None, True)
    with pytest.raises(ScoreWithheldError, match="Damaged file"):
        rescore_image(services, image_id, FakeToken(), is_asked_for=True)
    with pytest.raises(ScoreWithheldError, match="Damaged file"):
        preview_score(services, image_id, a_mask(), FakeToken())
    (refusal,) = result_of(
        analyse_images(services, [image_id], FakeToken(), Request(is_anew=True, scores_unsuitable=True))
    )
    assert "Damaged file" in refusal.sentence
    correct_mask(services, image_id, a_mask())
    rescore_image(services, image_id, FakeToken())
    case = case_of(services, image_id)
    assert case.is_corrected
    assert case.score is None


def test_list_table_and_report_say_the_mark(services: Services, damaged: Path, tmp_path: Path) -> None:
    image_id = taken(services, damaged)
    predict_again(services, image_id)
    with services.store.reading() as work:
        (line,) = work.cases.case_lines()
    assert (line.is_damaged, line.no_score_words) == (True, "Damaged file")
    assert (line.priority, line.benefit, line.reasons_to_correct) == (None, 0.0, ())
    file = case_file(services, image_id, FakeToken(), overlay=None)
    (table,) = exported(CsvTable(), [file], tmp_path / "out", deidentified=True)
    assert "Damaged file: parts of the picture are missing or wrong." in table.read_text("utf-8-sig")
    (report,) = exported(ReportPdf(services.clock), [file], tmp_path / "out", deidentified=True)
    words = " ".join(" ".join(page.extract_text() for page in PdfReader(report).pages).split())
    assert "No score. Damaged file: parts of the picture are missing or wrong." in words
    assert "At import, damaged file: taken by choice, without a score." in words


def test_nothing_is_learned_from_it_not_even_beside_a_training_patients_corrections(
    services: Services, damaged: Path, tmp_path: Path
) -> None:
    a_clinic(services, tmp_path, 8)
    result_of(freeze_snapshot(services, "segmentation", token=FakeToken()))
    with services.store.reading() as work:
        patient_id = next(
            one.patient_id for one in work.learning.patients().values() if one.subset == "train"
        )
        (lesion, *_) = work.cases.lesions_of(patient_id)
    job = import_images(services, [damaged], token=FakeToken(), lesion_id=lesion.id, takes_damaged=True)
    (image_id,) = result_of(job).imported
    for _ in range(2):
        survey = result_of(survey_corrections(services, "segmentation", token=FakeToken()))
        frozen = result_of(freeze_snapshot(services, "segmentation", token=FakeToken()))
        assert survey.left_out == frozen.left_out == {"The file is damaged.": 1}
        images = read_snapshot(frozen.folder).images
        assert sum(image.subset is None for image in images) == 1
        correct_mask(services, image_id, a_mask())


def test_no_score_is_learned_from_its_confirmed_diagnosis(services: Services, damaged: Path) -> None:
    image_id = taken(services, damaged)
    correct_mask(services, image_id, a_mask())
    set_decision(services, image_id, diagnosis="Nevus", diagnosis_confirm_type="histopathology")
    case = case_of(services, image_id)
    example = training_example_of(case, "classification", services.vocabulary, any_confirmation=True)
    assert not example.has_correction
