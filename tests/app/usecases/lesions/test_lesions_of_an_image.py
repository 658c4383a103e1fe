"""Several lesions of an image: one is measured, scored and learned from, the others are kept beside it."""

from pathlib import Path

import numpy as np
import pytest

from app.domain.audit import AuditKind
from app.domain.errors import ImplausibleMaskError, InvalidFieldError, NotFoundError
from app.domain.ids import ImageId
from app.domain.other_lesions import ImageLesions, LesionChange
from app.domain.revision import RevisionReason
from app.usecases.analysis.score_image import rescore_image
from app.usecases.cases.open_case import open_case
from app.usecases.corrections.correct_mask import correct_mask
from app.usecases.corrections.revert_revision import revert_revision
from app.usecases.learning.training_examples import OTHER_LESIONS, training_example_of
from app.usecases.lesions.edit_lesions import add_lesion, draw_lesion, name_lesion, remove_lesion
from app.usecases.lesions.rearrange_lesions import (
    DrawnElsewhere,
    choose_lesion_of_interest,
    import_lesions,
    join_lesion,
    separate_region,
)
from app.usecases.lesions.take_back_lesions import take_back_lesions
from app.usecases.services import Services
from tests.app.usecases.lesions.conftest import LEFT, RIGHT, case_of, disc, other_mask, valid_mask
from tests.builders import a_case
from tests.fakes import FakeToken


def take_back(services: Services, image_id: ImageId) -> None:
    take_back_lesions(services, image_id, case_of(services, image_id).lesion_lists[-1].id)


def separate_right(services: Services, image_id: ImageId) -> None:
    separate_region(services, image_id, row=RIGHT[1], column=RIGHT[0])


def acts(services: Services, image_id: ImageId) -> list[str]:
    with services.store.reading() as work:
        return [str(event.kind) for event in work.audit.events(image_id)]


def test_an_image_has_one_lesion_until_a_person_says_otherwise(services: Services, tmp_path: Path) -> None:
    case = case_of(services, a_case(services, tmp_path))
    assert case.lesions == ImageLesions()
    assert (case.lesions.numbers, case.is_of_predicted_lesion) == ((1,), True)


def test_another_lesion_is_drawn_without_touching_the_boundary_or_its_score(
    services: Services, tmp_path: Path
) -> None:
    image_id = a_case(services, tmp_path)
    before = case_of(services, image_id)
    add_lesion(services, image_id)
    assert case_of(services, image_id).lesions.drawn == ()
    changes = draw_lesion(services, image_id, 2, disc(RIGHT))
    after = case_of(services, image_id)
    assert (after.mask, after.scores, after.is_score_current) == (before.mask, before.scores, True)
    assert [(one.number, one.author, one.is_signed) for one in after.lesions.drawn] == [(2, "Dr Test", True)]
    assert after.lesions.drawn[0].area_px == np.count_nonzero(disc(RIGHT))
    assert (other_mask(services, image_id, 2) == disc(RIGHT)).all()
    assert (changes.images, changes.case_list) == (frozenset({image_id}), False)
    made = [AuditKind.OTHER_LESION_ADDED, AuditKind.OTHER_LESION_DRAWN]
    assert acts(services, image_id)[-2:] == made
    assert not draw_lesion(services, image_id, 2, disc(RIGHT)).images


def test_a_mask_that_marks_nothing_is_no_lesion_unless_it_is_meant(
    services: Services, tmp_path: Path
) -> None:
    image_id = a_case(services, tmp_path)
    add_lesion(services, image_id)
    with pytest.raises(ImplausibleMaskError, match="marks nothing"):
        draw_lesion(services, image_id, 2, np.zeros((96, 128), np.bool_))
    with pytest.raises(NotFoundError):
        draw_lesion(services, image_id, 3, disc(RIGHT))


def test_a_removed_lesion_comes_back_and_its_number_is_not_given_again(
    services: Services, image_id: ImageId
) -> None:
    separate_right(services, image_id)
    name_lesion(services, image_id, 2, "  on the  scar ")
    remove_lesion(services, image_id, 2)
    assert case_of(services, image_id).lesions.others == ()
    add_lesion(services, image_id)
    assert case_of(services, image_id).lesions.numbers == (1, 3)
    take_back(services, image_id)
    assert case_of(services, image_id).lesions.numbers == (1,)
    take_back(services, image_id)
    assert case_of(services, image_id).lesions.numbers == (1, 3)


def test_what_was_removed_can_be_taken_back_with_name_and_outline(
    services: Services, image_id: ImageId
) -> None:
    separate_right(services, image_id)
    name_lesion(services, image_id, 2, " on the  scar ")
    before = case_of(services, image_id).lesions
    remove_lesion(services, image_id, 2)
    take_back(services, image_id)
    assert case_of(services, image_id).lesions == before
    assert before.others[0].name == "on the scar"


def test_the_lesion_of_interest_is_not_removed(services: Services, image_id: ImageId) -> None:
    with pytest.raises(NotFoundError, match="of interest"):
        remove_lesion(services, image_id, 1)


def test_a_region_becomes_a_lesion_of_its_own_and_the_rest_is_scored_again(
    services: Services, image_id: ImageId
) -> None:
    rescore_image(services, image_id, FakeToken())
    assert case_of(services, image_id).is_score_current
    separate_right(services, image_id)
    case = case_of(services, image_id)
    assert (valid_mask(services, image_id) == disc(LEFT, 14)).all()
    assert (other_mask(services, image_id, 2) == disc(RIGHT)).all()
    assert case.revision is not None
    assert (case.revision.reason, case.revision.lesion) == (RevisionReason.SEPARATED, 1)
    assert case.lesion_lists[-1].mask_revision == case.revision.id
    assert not case.is_score_current


def test_the_only_region_is_not_separated(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path, corrected=True)
    with pytest.raises(InvalidFieldError, match="one region only"):
        separate_region(services, image_id, row=48, column=64)
    with pytest.raises(InvalidFieldError, match="marks nothing here"):
        separate_region(services, image_id, row=2, column=2)


def test_joined_again_it_is_the_mask_as_it_was(services: Services, image_id: ImageId) -> None:
    before = case_of(services, image_id).mask
    separate_right(services, image_id)
    join_lesion(services, image_id, 2)
    case = case_of(services, image_id)
    assert (case.mask, case.lesions.others) == (before, ())
    assert [one.change for one in case.lesion_lists] == [LesionChange.SEPARATED, LesionChange.JOINED]


def test_a_separation_taken_back_reverts_to_the_revision_before(
    services: Services, image_id: ImageId
) -> None:
    before = case_of(services, image_id).revision
    separate_right(services, image_id)
    take_back(services, image_id)
    case = case_of(services, image_id)
    assert before is not None
    assert case.revision is not None
    assert (case.mask, case.revision.reverted_to) == (before.mask, before.number)
    assert case.lesions == ImageLesions()


def test_a_separation_is_not_taken_back_over_a_newer_correction(
    services: Services, image_id: ImageId
) -> None:
    separate_right(services, image_id)
    correct_mask(services, image_id, disc(LEFT, 16))
    with pytest.raises(InvalidFieldError, match="changed since"):
        take_back(services, image_id)


def test_another_lesion_of_interest_is_measured_and_scored(services: Services, image_id: ImageId) -> None:
    rescore_image(services, image_id, FakeToken())
    separate_right(services, image_id)
    choose_lesion_of_interest(services, image_id, 2)
    case = case_of(services, image_id)
    assert (case.lesions.of_interest, case.lesions.numbers) == (2, (1, 2))
    assert (valid_mask(services, image_id) == disc(RIGHT)).all()
    assert (other_mask(services, image_id, 1) == disc(LEFT, 14)).all()
    assert case.revision is not None
    assert (case.revision.reason, case.revision.lesion) == (RevisionReason.OTHER_OF_INTEREST, 2)
    assert not case.is_score_current
    area = next(one for one in open_case(services, image_id).measurements if one.name == "Area")
    assert area.value == np.count_nonzero(disc(RIGHT))
    take_back(services, image_id)
    assert case_of(services, image_id).lesions.of_interest == 1
    assert (valid_mask(services, image_id) == disc(LEFT, 14)).all()


def test_a_lesion_that_is_not_drawn_cannot_be_of_interest(services: Services, image_id: ImageId) -> None:
    add_lesion(services, image_id)
    with pytest.raises(InvalidFieldError, match="Draw the lesion first"):
        choose_lesion_of_interest(services, image_id, 2)


def test_a_predicted_outline_is_signed_by_nobody_when_another_lesion_is_of_interest(
    services: Services, tmp_path: Path
) -> None:
    image_id = a_case(services, tmp_path)
    add_lesion(services, image_id)
    draw_lesion(services, image_id, 2, disc((20, 20), 8))
    choose_lesion_of_interest(services, image_id, 2)
    former = case_of(services, image_id).lesions.other(1)
    assert former is not None
    assert not former.is_signed


def test_a_boundary_of_another_lesion_is_not_reverted_to(services: Services, image_id: ImageId) -> None:
    separate_right(services, image_id)
    choose_lesion_of_interest(services, image_id, 2)
    case = case_of(services, image_id)
    assert case.boundary is not None
    for earlier in (case.revisions[0].id, case.boundary.id):
        with pytest.raises(InvalidFieldError, match="lesion 1 of the image"):
            revert_revision(services, image_id, earlier)
    choose_lesion_of_interest(services, image_id, 1)
    revert_revision(services, image_id, case.revisions[0].id)
    assert case_of(services, image_id).mask == case.revisions[0].mask


def test_a_drawing_of_the_former_lesion_of_interest_is_not_taken_for_the_new_one(
    services: Services, image_id: ImageId
) -> None:
    separate_right(services, image_id)
    choose_lesion_of_interest(services, image_id, 2)
    with pytest.raises(NotFoundError, match="meanwhile"):
        correct_mask(services, image_id, disc(LEFT), lesion=1)


def test_no_outline_is_learned_while_the_image_shows_other_lesions(
    services: Services, image_id: ImageId
) -> None:
    def example() -> tuple[bool, str]:
        case = case_of(services, image_id)
        found = training_example_of(case, "segmentation", services.vocabulary, any_confirmation=False)
        return found.has_correction, found.reason

    assert example() == (True, "The boundary was corrected")
    add_lesion(services, image_id)
    assert example() == (False, OTHER_LESIONS)
    separate_right(services, image_id)
    assert example() == (False, OTHER_LESIONS)
    join_lesion(services, image_id, 3)
    assert not example()[0]
    remove_lesion(services, image_id, 2)
    assert example()[0]


def test_lesions_drawn_elsewhere_replace_those_of_the_list_and_can_be_taken_back(
    services: Services, image_id: ImageId
) -> None:
    separate_right(services, image_id)
    before = case_of(services, image_id)
    drawn = (
        DrawnElsewhere("nevus", disc((20, 20), 8), is_of_interest=False),
        DrawnElsewhere("", disc(LEFT), is_of_interest=True),
    )
    import_lesions(services, image_id, drawn, is_signed=False)
    case = case_of(services, image_id)
    assert case.revision is not None
    assert (case.revision.is_signed, case.revision.reason) == (False, RevisionReason.STARTING_POINT)
    assert [(one.number, one.name, one.is_signed) for one in case.lesions.others] == [(3, "nevus", False)]
    take_back(services, image_id)
    assert (case_of(services, image_id).mask, case_of(services, image_id).lesions) == (
        before.mask,
        before.lesions,
    )


def test_a_prediction_stays_unreviewed_when_a_choice_of_another_lesion_is_taken_back(
    services: Services, tmp_path: Path
) -> None:
    image_id = a_case(services, tmp_path, seed=3)
    add_lesion(services, image_id)
    draw_lesion(services, image_id, 2, disc(RIGHT))
    choose_lesion_of_interest(services, image_id, 2)
    chosen = case_of(services, image_id)
    take_back_lesions(services, image_id, chosen.lesion_lists[-1].id)
    case = case_of(services, image_id)
    assert (chosen.status, case.status) == ("corrected", "predicted")
    take_back_lesions(services, image_id, case.lesion_lists[-1].id)
    assert case_of(services, image_id).status == "corrected"
    choose_lesion_of_interest(services, image_id, 1)
    case = case_of(services, image_id)
    assert (case.status, case.is_corrected) == ("predicted", False)
