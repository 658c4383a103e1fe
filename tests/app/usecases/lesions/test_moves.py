"""What was filed wrongly is put right, by one act that the trail keeps and that can be undone."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import pytest

from app.domain.audit import AuditKind
from app.domain.errors import DomainError, InvalidFieldError, NotFoundError
from app.domain.ids import BlobName, ImageId, LesionId, MoveId, PatientId, VisitId, new_id
from app.domain.image import DermoscopicImage
from app.domain.lesion import Lesion, Visit
from app.domain.patient_tree import LesionLine
from app.domain.people.patient import Patient
from app.usecases.cases.remove_case import remove_case
from app.usecases.lesions.filing import Moved
from app.usecases.lesions.merge_lesions import merge_lesions
from app.usecases.lesions.move_images import change_visit, move_images, split_off
from app.usecases.lesions.move_lesion import move_lesion, move_lesion_to_new_patient
from app.usecases.lesions.patient_tree import lesions_of_patient, list_patients
from app.usecases.lesions.undo_move import undo_move
from app.usecases.services import Services
from tests.builders import a_score

SPRING, SUMMER, AUTUMN = date(2025, 3, 1), date(2025, 6, 1), date(2025, 9, 1)


@dataclass(frozen=True)
class Clinic:
    """Ada has two lesions, one seen twice; Bea has one."""

    services: Services
    ada: Patient
    bea: Patient
    arm: Lesion
    back: Lesion
    nose: Lesion
    arm_spring: ImageId
    arm_summer: ImageId
    back_summer: ImageId
    nose_autumn: ImageId

    def tree(self, patient: Patient) -> dict[str, dict[date, set[ImageId]]]:
        return {
            line.lesion.label: {
                visit.visited_on: {one.case.image_id for one in visit.images} for visit in line.visits
            }
            for line in self.lines(patient)
        }

    def lines(self, patient: Patient) -> tuple[LesionLine, ...]:
        return lesions_of_patient(self.services, patient.id)

    def lesion(self, lesion: Lesion) -> Lesion:
        with self.services.store.reading() as work:
            return work.cases.lesion(lesion.id)

    def everything(self) -> object:
        """Return all that is filed where, with the lines of the work list."""
        with self.services.store.reading() as work:
            images = (self.arm_spring, self.arm_summer, self.back_summer, self.nose_autumn)
            cases = [work.cases.case(image_id) for image_id in images]
            lines = work.cases.lines_of(images)
        return [(one.visit, one.lesion, one.patient, one.fellow_sizes_mm) for one in cases], lines


@pytest.fixture
def clinic(services: Services) -> Clinic:
    ada = Patient(PatientId(new_id()), "A-1", name="Ada", birth_year=1960)
    bea = Patient(PatientId(new_id()), "B-1", name="Bea")
    arm = Lesion(LesionId(new_id()), ada.id, "arm", site="upper extremity", clin_size_long_diam_mm=7.0)
    back = Lesion(LesionId(new_id()), ada.id, "back", clin_size_long_diam_mm=3.0, notes="flat")
    nose = Lesion(LesionId(new_id()), bea.id, "nose")
    with services.store.writing() as work:
        for patient in (ada, bea):
            work.cases.add_patient(patient)
        for lesion in (arm, back, nose):
            work.cases.add_lesion(lesion)
        images = []
        for lesion, day in ((arm, SPRING), (arm, SUMMER), (back, SUMMER), (nose, AUTUMN)):
            visit = Visit(VisitId(new_id()), lesion.id, day)
            work.cases.add_visit(visit)
            image = _image(services, visit)
            work.cases.add_image(image, BlobName(new_id() * 2))
            work.cases.add_score(a_score(image.id, 0.4))
            images.append(image.id)
        work.commit()
    return Clinic(services, ada, bea, arm, back, nose, *images)


def _image(services: Services, visit: Visit) -> DermoscopicImage:
    blobs = [BlobName(new_id() * 2) for _ in range(2)]
    return DermoscopicImage(
        ImageId(new_id()), visit.id, "a.jpg", "image/jpeg", *blobs, 128, 96, services.clock(), "Dr Test"
    )


MOVES: dict[str, Callable[[Clinic], Moved]] = {
    "an image to another lesion": lambda c: move_images(c.services, [c.arm_summer], c.back.id),
    "all images to another lesion": lambda c: move_images(c.services, [c.back_summer], c.arm.id),
    "an image to a new lesion": lambda c: split_off(c.services, [c.arm_summer]),
    "lesions merged": lambda c: merge_lesions(c.services, c.back.id, c.arm.id),
    "a lesion to another patient": lambda c: move_lesion(c.services, c.back.id, "B-1"),
    "a lesion to a new patient": lambda c: move_lesion_to_new_patient(c.services, c.back.id),
    "an image to another day": lambda c: change_visit(c.services, [c.arm_summer], SPRING),
    "an image to a new day": lambda c: change_visit(c.services, [c.arm_summer], AUTUMN),
}


@pytest.mark.parametrize("name", MOVES)
def test_every_move_can_be_undone_and_done_again_to_the_letter(clinic: Clinic, name: str) -> None:
    before = clinic.everything()
    moved = MOVES[name](clinic)
    after = clinic.everything()
    assert after != before
    undone = undo_move(clinic.services, moved.move_id)
    assert clinic.everything() == before
    undo_move(clinic.services, undone.move_id)
    assert clinic.everything() == after
    assert undone.changes == moved.changes
    with pytest.raises(DomainError, match="undone already"):
        undo_move(clinic.services, undone.move_id)


@pytest.mark.parametrize("name", MOVES)
def test_a_move_names_everything_whose_score_it_may_outdate(clinic: Clinic, name: str) -> None:
    def inputs() -> dict[ImageId, str]:
        with clinic.services.store.reading() as work:
            images = (clinic.arm_spring, clinic.arm_summer, clinic.back_summer, clinic.nose_autumn)
            return {one: work.cases.case(one).scored_inputs("w").sha256 for one in images}

    before = inputs()
    moved = MOVES[name](clinic)
    outdated = {image for image, digest in inputs().items() if digest != before[image]}
    assert outdated <= moved.changes.images
    with clinic.services.store.reading() as work:
        stale = {one for one in before if not work.cases.case(one).is_score_current}
    assert moved.changes.case_list
    assert clinic.ada.id in moved.changes.patients
    assert outdated <= stale


def test_an_image_keeps_its_day_under_the_other_lesion(clinic: Clinic) -> None:
    move_images(clinic.services, [clinic.arm_summer], clinic.back.id)
    assert clinic.tree(clinic.ada) == {
        "arm": {SPRING: {clinic.arm_spring}},
        "back": {SUMMER: {clinic.back_summer, clinic.arm_summer}},
    }


def test_a_merged_lesion_gives_what_the_kept_one_lacks_and_no_more(clinic: Clinic) -> None:
    merge_lesions(clinic.services, clinic.back.id, clinic.arm.id)
    assert clinic.tree(clinic.ada) == {
        "arm": {SPRING: {clinic.arm_spring}, SUMMER: {clinic.arm_summer, clinic.back_summer}}
    }
    assert clinic.lesion(clinic.arm) == replace(clinic.arm, notes="flat")
    assert clinic.lesion(clinic.back) == replace(clinic.back, merged_into=clinic.arm.id)
    with clinic.services.store.reading() as work:
        assert work.cases.case(clinic.arm_spring).fellow_sizes_mm == ()


def test_a_merged_lesion_takes_removed_cases_with_it(clinic: Clinic) -> None:
    remove_case(clinic.services, clinic.back_summer)
    merge_lesions(clinic.services, clinic.back.id, clinic.arm.id)
    with clinic.services.store.reading() as work:
        assert work.cases.case(clinic.back_summer).lesion.id == clinic.arm.id


def test_an_entry_after_a_merge_survives_its_undoing(clinic: Clinic) -> None:
    moved = merge_lesions(clinic.services, clinic.back.id, clinic.arm.id)
    with clinic.services.store.writing() as work:
        work.cases.update_lesion(replace(work.cases.lesion(clinic.arm.id), notes="raised since May"))
        work.commit()
    undo_move(clinic.services, moved.move_id)
    assert clinic.lesion(clinic.arm).notes == "raised since May"


def test_the_trail_tells_of_each_image_and_holds_no_values(clinic: Clinic) -> None:
    moved = merge_lesions(clinic.services, clinic.back.id, clinic.arm.id)
    undo_move(clinic.services, moved.move_id)
    with clinic.services.store.reading() as work:
        of_image = [(event.kind, event.detail) for event in work.audit.events(clinic.back_summer)]
        trail = " ".join(event.detail for event in work.audit.events())
    assert of_image[0] == (AuditKind.LESIONS_MERGED, moved.move_id)
    assert [kind for kind, _detail in of_image] == [AuditKind.LESIONS_MERGED, AuditKind.MOVE_UNDONE]
    assert not any(word in trail for word in ("Ada", "flat", "upper", "2025"))


def test_an_earlier_move_is_not_undone_across_a_later_one(clinic: Clinic) -> None:
    first = move_images(clinic.services, [clinic.arm_summer], clinic.back.id)
    second = split_off(clinic.services, [clinic.arm_summer])
    before = clinic.everything()
    with pytest.raises(DomainError, match="moved again"):
        undo_move(clinic.services, first.move_id)
    assert clinic.everything() == before
    undo_move(clinic.services, second.move_id)
    undo_move(clinic.services, first.move_id)
    assert set(clinic.tree(clinic.ada)) == {"arm", "back"}


def test_undoing_never_brings_images_of_two_persons_together(clinic: Clinic) -> None:
    first = move_images(clinic.services, [clinic.arm_summer], clinic.back.id)
    move_lesion(clinic.services, clinic.back.id, "B-1")
    with pytest.raises(DomainError, match="two persons are never put together"):
        undo_move(clinic.services, first.move_id)


REFUSED: dict[str, tuple[Callable[[Clinic], object], str]] = {
    "another person's lesion": (
        lambda c: move_images(c.services, [c.arm_summer], c.nose.id),
        "The images are of patient A-1 and the lesion is of patient B-1; images of two persons",
    ),
    "images of two persons": (
        lambda c: move_images(c.services, [c.arm_summer, c.nose_autumn], c.arm.id),
        "The images are of 2 patients",
    ),
    "split of two persons": (lambda c: split_off(c.services, [c.arm_summer, c.nose_autumn]), "of 2 patients"),
    "merge of two persons": (lambda c: merge_lesions(c.services, c.nose.id, c.arm.id), "of two persons"),
    "merge with itself": (lambda c: merge_lesions(c.services, c.arm.id, c.arm.id), "with another one"),
    "nothing to move": (lambda c: move_images(c.services, [], c.arm.id), "No image was chosen"),
    "there already": (
        lambda c: move_images(c.services, [c.arm_summer], c.arm.id),
        "under this lesion already",
    ),
    "of its own already": (lambda c: split_off(c.services, [c.back_summer]), "one of their own already"),
    "that patient's already": (
        lambda c: move_lesion(c.services, c.arm.id, " A-1 "),
        "of patient A-1 already",
    ),
    "of this day already": (
        lambda c: change_visit(c.services, [c.arm_summer], SUMMER),
        "of this day already",
    ),
    "no such patient": (lambda c: move_lesion(c.services, c.arm.id, "Z-9"), "no patient Z-9"),
    "no such image": (
        lambda c: move_images(c.services, [ImageId("0" * 32)], c.arm.id),
        "not in the case store",
    ),
    "no such lesion": (lambda c: merge_lesions(c.services, LesionId("'"), c.arm.id), "not in the case store"),
    "no such move": (lambda c: undo_move(c.services, MoveId(new_id())), "not in the audit trail"),
    "an image's id": (lambda c: undo_move(c.services, MoveId(c.arm_summer)), "not in the audit trail"),
    "a day in the future": (
        lambda c: change_visit(c.services, [c.arm_summer], date(2999, 1, 1)),
        "cannot lie in the future",
    ),
    "a day before birth": (
        lambda c: change_visit(c.services, [c.arm_summer], date(1959, 12, 31)),
        "lies before the patient's birth in 1960",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_is_refused_with_a_sentence_and_changes_nothing(clinic: Clinic, name: str) -> None:
    act, words = REFUSED[name]
    before, trail = clinic.everything(), _trail(clinic)
    with pytest.raises(DomainError, match=words):
        act(clinic)
    assert (clinic.everything(), _trail(clinic)) == (before, trail)


def _trail(clinic: Clinic) -> object:
    with clinic.services.store.reading() as work:
        return work.audit.events()


@pytest.mark.parametrize(
    ("birth_year", "age_years", "words"), [(2030, None, "before"), (1950, 20, "born in")]
)
def test_a_lesion_is_not_given_to_a_patient_whom_its_visits_contradict(
    clinic: Clinic, birth_year: int, age_years: int | None, words: str
) -> None:
    with clinic.services.store.writing() as work:
        work.cases.update_patient(replace(clinic.bea, birth_year=birth_year))
        visit = work.cases.visit_of_image(clinic.back_summer)
        work.cases.update_visit(replace(visit, age_years=age_years))
        work.commit()
    with pytest.raises(InvalidFieldError, match=words):
        move_lesion(clinic.services, clinic.back.id, "B-1")


def test_a_new_day_keeps_an_age_only_where_it_still_fits(clinic: Clinic) -> None:
    with clinic.services.store.writing() as work:
        visit = work.cases.visit_of_image(clinic.arm_summer)
        work.cases.update_visit(replace(visit, age_years=65))
        work.commit()
    change_visit(clinic.services, [clinic.arm_summer], date(2015, 1, 1))
    with clinic.services.store.reading() as work:
        assert work.cases.visit_of_image(clinic.arm_summer).age_years is None


def test_patients_of_the_tree_are_counted_and_found(clinic: Clinic) -> None:
    page = list_patients(clinic.services, offset=0, limit=10)
    assert [(one.code, one.lesion_count, one.image_count) for one in page.lines] == [
        ("A-1", 2, 3),
        ("B-1", 1, 1),
    ]
    assert [one.code for one in list_patients(clinic.services, offset=1, limit=1).lines] == ["B-1"]
    assert list_patients(clinic.services, offset=0, limit=10, search="nose").lines[0].code == "B-1"
    remove_case(clinic.services, clinic.nose_autumn)
    assert list_patients(clinic.services, offset=0, limit=10).total == 1
    with pytest.raises(NotFoundError), clinic.services.store.reading() as work:
        work.cases.visit_of_image(ImageId(new_id()))
