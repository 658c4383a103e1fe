"""What the stored records tell about a score that was computed again, and about edited metadata."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.audit import AuditEvent, AuditKind
from app.domain.case import Case
from app.domain.ids import ImageId
from app.domain.image import Calibration
from app.domain.revision import RevisionReason
from app.text.history import causes_by_score, metadata_words, revision_words
from app.usecases.analysis.compare_scores import case_trail
from app.usecases.analysis.predict_boundary import predict_boundary
from app.usecases.analysis.score_image import rescore_image
from app.usecases.cases.set_calibration import set_calibration
from app.usecases.corrections.correct_mask import correct_mask
from app.usecases.patients.edit_lesion import edit_lesion
from app.usecases.patients.edit_patient import edit_patient
from app.usecases.patients.edit_visit import edit_visit
from app.usecases.services import Services
from tests.builders import a_case, a_mask, a_revision
from tests.fakes import CLASSIFIER, FakeClock, FakeToken

Act = Callable[[Services, Case], object]


def _case(services: Services, image_id: ImageId) -> Case:
    with services.store.reading() as work:
        return work.cases.case(image_id)


def _causes(services: Services, image_id: ImageId) -> list[str]:
    with services.store.reading() as work:
        case = work.cases.case(image_id)
        return list(causes_by_score(case, case_trail(work, case)).values())


def _confirm(services: Services, case: Case) -> None:
    mask = services.arrays.valid_mask(case)
    assert mask is not None
    correct_mask(services, case.image.id, mask, reason=RevisionReason.CONFIRMED)


@pytest.mark.parametrize(
    ("act", "cause"),
    [
        (lambda s, c: correct_mask(s, c.image.id, a_mask(radius_px=12)), "boundary of revision 1"),
        (_confirm, "boundary of revision 1, same outline"),
        (
            lambda s, c: predict_boundary(s, c.image.id, FakeToken()),
            "boundary predicted again, same outline",
        ),
        (lambda s, c: edit_visit(s, c.visit, replace(c.visit, age_years=65)), "age changed"),
        (
            lambda s, c: edit_patient(s, c.patient, replace(c.patient, sex="male", birth_year=1960)),
            "year of birth, sex changed",
        ),
        (lambda s, c: set_calibration(s, c.image.id, Calibration(0.02, "by hand")), "scale changed"),
        (
            lambda s, c: edit_patient(s, c.patient, replace(c.patient, name="Ada")),
            "nothing recorded of this case had changed",
        ),
    ],
)
def test_a_score_computed_again_names_what_differs_from_the_one_before(
    services: Services, tmp_path: Path, act: Act, cause: str
) -> None:
    image_id = a_case(services, tmp_path)
    act(services, _case(services, image_id))
    rescore_image(services, image_id, FakeToken())
    assert _causes(services, image_id) == [cause]


def test_each_score_is_held_against_the_one_just_before(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path)
    correct_mask(services, image_id, a_mask(radius_px=12))
    rescore_image(services, image_id, FakeToken())
    case = _case(services, image_id)
    edit_lesion(services, case.lesion, replace(case.lesion, site="head/neck"))
    rescore_image(services, image_id, FakeToken())
    assert _causes(services, image_id) == ["boundary of revision 1", "body site changed"]


@pytest.mark.parametrize(
    ("model", "engine", "cause"),
    [
        (replace(CLASSIFIER, weights_sha256="c" * 64), None, "another model"),
        (replace(CLASSIFIER, threshold=0.9), None, "the same model with other settings"),
        (CLASSIFIER, "model server", "another engine (model server)"),
    ],
)
def test_another_model_or_engine_is_named(
    services: Services, tmp_path: Path, model: object, engine: str | None, cause: str
) -> None:
    case = _case(services, a_case(services, tmp_path))
    (first,) = case.scores
    run = replace(first.run, engine=engine or first.run.engine)
    again = replace(first, id="2", model=model, run=run)  # type: ignore[arg-type]
    assert causes_by_score(replace(case, scores=(first, again)), ()) == {"2": cause}


def test_without_a_trail_nothing_is_claimed_of_a_score_that_looks_the_same(
    services: Services, tmp_path: Path
) -> None:
    image_id = a_case(services, tmp_path)
    rescore_image(services, image_id, FakeToken())
    assert causes_by_score(_case(services, image_id), ()) == {}


def test_edits_of_metadata_are_told_in_the_words_of_the_forms_with_old_and_new_values(
    services: Services, tmp_path: Path
) -> None:
    image_id = a_case(services, tmp_path)
    case = _case(services, image_id)
    edit_patient(services, case.patient, replace(case.patient, name="Ada", fitzpatrick_skin_type="II"))
    set_calibration(services, image_id, Calibration(0.02, "by hand"))
    with services.store.reading() as work:
        acts = [metadata_words(act) for act in case_trail(work, case)]
    told = [words for words in acts if words is not None]
    assert told == [
        ("Patient edited", "name: not known → Ada\nskin type: not known → II"),
        ("Scale of the image", "0.02 mm/px, by hand"),
    ]


def test_an_act_of_another_version_is_shown_in_its_own_words() -> None:
    act = AuditEvent(1, FakeClock()(), "Dr Test", "lesion photographed again", "i", "by the ward")
    assert metadata_words(act) == ("Lesion photographed again", "by the ward")


def test_an_act_that_has_an_entry_of_its_own_is_not_told_twice() -> None:
    assert metadata_words(AuditEvent(1, FakeClock()(), "Dr Test", AuditKind.IMAGE_IMPORTED, "i")) is None


@pytest.mark.parametrize(
    ("reason", "reverted_to", "words"),
    [
        (RevisionReason.CORRECTED, None, "corrected"),
        (RevisionReason.REVERTED, 2, "reverted to revision 2"),
        ("drawn by two", None, "drawn by two"),
    ],
)
def test_why_there_is_a_revision_is_told(
    reason: RevisionReason | str, reverted_to: int | None, words: str
) -> None:
    revision = replace(a_revision(ImageId("i")), reason=reason, reverted_to=reverted_to)
    assert revision_words(revision) == words
