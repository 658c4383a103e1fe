"""A score before and after a correction is compared only where nothing but the boundary changed."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.case import Case
from app.domain.ids import ImageId
from app.domain.image import Calibration
from app.domain.revision import RevisionReason
from app.text.scores import comparison_words
from app.usecases.analysis.compare_scores import ScoreComparison, comparison_of
from app.usecases.analysis.score_image import preview_score, rescore_image
from app.usecases.cases.open_case import open_case
from app.usecases.cases.set_calibration import set_calibration
from app.usecases.corrections.correct_mask import correct_mask
from app.usecases.patients.edit_lesion import edit_lesion
from app.usecases.patients.edit_patient import edit_patient
from app.usecases.patients.edit_visit import edit_visit
from app.usecases.services import Services
from tests.builders import a_case, a_mask
from tests.fakes import CLASSIFIER, FakeToken

Edit = Callable[[Services, Case], object]


def _compared(services: Services, image_id: ImageId) -> ScoreComparison | None:
    opened = open_case(services, image_id)
    return comparison_of(opened.case, opened.trail)


def _case(services: Services, image_id: ImageId) -> Case:
    with services.store.reading() as work:
        return work.cases.case(image_id)


def _rescored(services: Services, image_id: ImageId) -> None:
    rescore_image(services, image_id, FakeToken())


def test_a_correction_alone_is_compared(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path, corrected=True)
    _rescored(services, image_id)
    comparison, case = _compared(services, image_id), _case(services, image_id)
    assert comparison is not None
    assert (comparison.before, comparison.after) == case.scores
    assert comparison.is_of_boundaries_alone


@pytest.mark.parametrize(
    ("edit", "entered"),
    [
        (lambda s, c: edit_visit(s, c.visit, replace(c.visit, age_years=65)), ("age",)),
        (lambda s, c: edit_patient(s, c.patient, replace(c.patient, sex="female", notes="-")), ("sex",)),
        (lambda s, c: edit_patient(s, c.patient, replace(c.patient, birth_year=1960)), ("year of birth",)),
        (lambda s, c: edit_lesion(s, c.lesion, replace(c.lesion, site="head/neck")), ("body site",)),
        (lambda s, c: set_calibration(s, c.image.id, Calibration(0.02, "entered by hand")), ("scale",)),
        (lambda s, c: edit_patient(s, c.patient, replace(c.patient, notes="-", name="Zoë")), ()),
    ],
)
def test_what_the_score_model_is_given_is_named_when_it_changed_in_between(
    services: Services, tmp_path: Path, edit: Edit, entered: tuple[str, ...]
) -> None:
    image_id = a_case(services, tmp_path, corrected=True)
    edit(services, _case(services, image_id))
    _rescored(services, image_id)
    comparison = _compared(services, image_id)
    assert comparison is not None
    assert comparison.entered == entered
    assert ("→" in comparison_words(comparison)) is (entered == ())


def test_data_entered_before_the_first_or_after_the_last_of_the_two_scores_do_not_matter(
    services: Services, tmp_path: Path
) -> None:
    image_id = a_case(services, tmp_path)
    case = _case(services, image_id)
    edit_patient(services, case.patient, replace(case.patient, sex="male"))
    _rescored(services, image_id)
    correct_mask(services, image_id, a_mask(radius_px=12))
    _rescored(services, image_id)
    edit_visit(services, case.visit, replace(case.visit, age_years=65))
    comparison = _compared(services, image_id)
    assert comparison is not None
    assert comparison.is_of_boundaries_alone


def test_an_unsaved_correction_is_compared_with_what_is_entered_now(
    services: Services, tmp_path: Path
) -> None:
    image_id = a_case(services, tmp_path)
    preview = preview_score(services, image_id, a_mask(radius_px=12), FakeToken()).score
    opened = open_case(services, image_id)
    comparison = comparison_of(opened.case, opened.trail, preview)
    assert comparison is not None
    assert comparison.is_of_boundaries_alone
    edit_visit(services, opened.case.visit, replace(opened.case.visit, age_years=65))
    opened = open_case(services, image_id)
    comparison = comparison_of(opened.case, opened.trail, preview)
    assert comparison is not None
    assert comparison.entered == ("age",)


def test_another_model_is_named_as_a_cause(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path, corrected=True)
    _rescored(services, image_id)
    comparison = _compared(services, image_id)
    assert comparison is not None
    older = replace(comparison.before, model=replace(CLASSIFIER, version="0"))
    other = replace(comparison, before=older)
    assert not other.is_of_boundaries_alone
    assert "another model gave that score" in comparison_words(other)


def test_a_confirmed_boundary_is_no_other_one(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path)
    mask = open_case(services, image_id).mask
    assert mask is not None
    correct_mask(services, image_id, mask, reason=RevisionReason.CONFIRMED)
    _rescored(services, image_id)
    assert _compared(services, image_id) is None


def test_a_correction_of_a_boundary_that_was_confirmed_before_is_compared(
    services: Services, tmp_path: Path
) -> None:
    image_id = a_case(services, tmp_path)
    mask = open_case(services, image_id).mask
    assert mask is not None
    correct_mask(services, image_id, mask, reason=RevisionReason.CONFIRMED)
    correct_mask(services, image_id, a_mask(radius_px=12))
    _rescored(services, image_id)
    assert _compared(services, image_id) is not None


def test_without_the_trail_nothing_is_compared(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path, corrected=True)
    _rescored(services, image_id)
    assert comparison_of(_case(services, image_id), ()) is None
