from pathlib import Path

import pytest

from app.domain.case_filter import CaseFilter
from app.domain.ids import ImageId
from app.domain.revision import RevisionReason
from app.exporters.case_index import mask_origin
from app.usecases.cases.list_cases import list_cases, next_to_correct
from app.usecases.cases.open_case import open_case
from app.usecases.corrections.boundary_queue import boundaries_to_review
from app.usecases.corrections.correct_mask import correct_mask
from app.usecases.corrections.pace_of_today import pace_of_today
from app.usecases.corrections.revert_revision import revert_revision
from app.usecases.learning.training_examples import training_example_of
from app.usecases.services import Services
from tests.builders import a_case, a_mask


def confirm(services: Services, image_id: ImageId, author: str | None = None) -> None:
    mask = open_case(services, image_id).mask
    assert mask is not None
    correct_mask(services, image_id, mask, author=author, reason=RevisionReason.CONFIRMED)


def test_a_right_boundary_is_confirmed_and_not_corrected(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path)
    confirm(services, image_id)
    opened = open_case(services, image_id)
    assert opened.case.status == "confirmed"
    assert opened.case.is_score_current
    (line,) = list_cases(services).lines
    assert (line.status, line.is_corrected) == ("confirmed", True)
    assert next_to_correct(services) is None


def test_a_changed_boundary_stays_corrected_however_often_it_is_confirmed(
    services: Services, tmp_path: Path
) -> None:
    image_id = a_case(services, tmp_path, corrected=True)
    confirm(services, image_id)
    case = open_case(services, image_id).case
    assert case.revision is not None
    assert case.revision.reason is RevisionReason.CONFIRMED
    assert case.status == "corrected"
    correct_mask(services, image_id, a_mask(radius_px=9))
    assert open_case(services, image_id).case.status == "corrected"


def test_the_same_person_confirms_once_and_another_one_again(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path)
    for author in ("Dr A", "Dr A", "Dr B"):
        confirm(services, image_id, author)
    assert [revision.author for revision in open_case(services, image_id).case.revisions] == ["Dr A", "Dr B"]


@pytest.mark.parametrize(
    ("shown", "found"),
    [(CaseFilter.UNCORRECTED, {2}), (CaseFilter.CORRECTED, {1}), (CaseFilter.CONFIRMED, {0})],
)
def test_the_work_list_can_be_cut_down_to_what_was_done(
    services: Services, tmp_path: Path, shown: CaseFilter, found: set[int]
) -> None:
    ids = [a_case(services, tmp_path, seed=seed, corrected=seed == 2) for seed in (1, 2, 3)]
    confirm(services, ids[0])
    assert {line.image_id for line in list_cases(services, shown=shown).lines} == {ids[one] for one in found}


def test_a_confirmed_boundary_is_learned_from_as_a_right_one(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path)
    confirm(services, image_id)
    example = training_example_of(
        open_case(services, image_id).case, "segmentation", services.vocabulary, any_confirmation=False
    )
    assert example.has_correction
    assert example.reason == "The boundary was confirmed"


def test_what_the_person_who_signs_did_today_is_counted(services: Services, tmp_path: Path) -> None:
    ids = [a_case(services, tmp_path, seed=seed) for seed in (1, 2, 3)]
    confirm(services, ids[0])
    correct_mask(services, ids[1], a_mask(radius_px=9))
    confirm(services, ids[2], "Dr Other")
    pace = pace_of_today(services)
    assert (pace.corrected, pace.confirmed) == (1, 1)


def test_a_review_that_is_taken_back_leaves_the_boundary_to_be_reviewed(
    services: Services, tmp_path: Path
) -> None:
    confirmed, corrected = (a_case(services, tmp_path, seed=seed) for seed in (1, 2))
    confirm(services, confirmed)
    correct_mask(services, corrected, a_mask(radius_px=9))
    for image_id in (confirmed, corrected):
        predicted = open_case(services, image_id).case.boundaries[-1]
        revert_revision(services, image_id, predicted.id)
        case = open_case(services, image_id).case
        assert case.revision is not None
        assert (case.mask, case.revision.is_signed) == (predicted.mask, False)
        assert (case.is_corrected, case.status, mask_origin(case)) == (False, "predicted", "predicted")
    assert set(boundaries_to_review(services)) == {confirmed, corrected}
    pace = pace_of_today(services)
    assert (pace.corrected, pace.confirmed) == (0, 0)
    mask = open_case(services, corrected).mask
    assert mask is not None
    correct_mask(services, corrected, mask)
    assert len(open_case(services, corrected).case.revisions) == 2  # Drawn back to the same says nothing.
    revert_revision(services, corrected, open_case(services, corrected).case.revisions[0].id)
    assert open_case(services, corrected).case.status == "corrected"


def test_a_starting_point_that_is_gone_back_to_is_still_signed_by_nobody(
    services: Services, tmp_path: Path
) -> None:
    image_id = a_case(services, tmp_path)
    correct_mask(services, image_id, a_mask(radius_px=9), reason=RevisionReason.STARTING_POINT)
    correct_mask(services, image_id, a_mask(radius_px=11))
    started = open_case(services, image_id).case.revisions[0]
    revert_revision(services, image_id, started.id)
    case = open_case(services, image_id).case
    assert (case.mask, case.is_corrected, mask_origin(case)) == (started.mask, False, "starting point")
    example = training_example_of(case, "segmentation", services.vocabulary, any_confirmation=False)
    assert example.reason == "The newest mask is not signed"
