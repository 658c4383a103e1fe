"""What all moves have in common: finding the visit of an image's day, carrying a move out, telling of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from app.domain.audit import AuditKind
from app.domain.case_checks import check_age, check_birth
from app.domain.changes import Changes
from app.domain.errors import DomainError
from app.domain.ids import ImageId, MoveId, PatientId, VisitId, new_id
from app.domain.lesion import Lesion, Visit
from app.domain.moves import Filling, ImageStep, MergeStep, Move
from app.domain.people.patient import Patient
from app.storage.unit_of_work import UnitOfWork
from app.translation import _
from app.usecases.lesions.moved_outcomes import refile_outcomes
from app.usecases.patients.edit_patient import images_of_patient
from app.usecases.services import Services


@dataclass(frozen=True, slots=True)
class Moved:
    """A move that was carried out, to be announced and perhaps undone."""

    move_id: MoveId
    changes: Changes


def carried_out(services: Services, work: UnitOfWork, kind: AuditKind, move: Move) -> Moved:
    """Carry out a move, uncommitted; the lines of everything that it concerns are renewed.

    Raises:
        DomainError: something was moved elsewhere meanwhile, or images of two persons would come together.
    """
    patients = _patients_of(work, move)
    for one in move.lesions:
        lesion = work.cases.lesion(one.lesion)
        _expect(lesion.patient_id == one.before)
        _check_person(work, lesion, one.after)
        work.cases.update_lesion(replace(lesion, patient_id=one.after))
    _file_images(work, move.images)
    _note_merges(work, move.merges)
    for filling in move.fillings:
        _fill(work, filling)
    work.moves.add(services.user, kind, move)
    refile_outcomes(services, work, move)
    # The sizes of a lesion are read for the patient's other lesions, too, and removed cases can come back.
    work.cases.renew_lines(
        [image for one in sorted(patients) for image in work.cases.every_image_of_patient(one)]
    )
    images = frozenset[ImageId]().union(*(images_of_patient(work, one) for one in patients))
    return Moved(move.id, Changes(images=images, patients=frozenset(patients), case_list=True))


def new_move_id() -> MoveId:
    """Return the identifier of a new move."""
    return MoveId(new_id())


def steps_to(work: UnitOfWork, image_ids: Iterable[ImageId], lesion: Lesion) -> tuple[ImageStep, ...]:
    """Return the steps that file images under a lesion, each in a visit of its own day and age."""
    visits = work.cases.visits_of(lesion.id)
    steps = []
    for image_id in dict.fromkeys(image_ids):
        own = work.cases.visit_of_image(image_id)
        if own.lesion_id == lesion.id:
            continue
        same = (one for one in visits if (one.visited_on, one.age_years) == (own.visited_on, own.age_years))
        visit = next(same, None)
        if visit is None:
            visit = replace(own, id=VisitId(new_id()), lesion_id=lesion.id)
            work.cases.add_visit(visit)
            visits.append(visit)
        steps.append(ImageStep(image_id, own.id, visit.id))
    return tuple(steps)


def merges_of(work: UnitOfWork, steps: Sequence[ImageStep], lesion: Lesion) -> tuple[MergeStep, ...]:
    """Return the steps that note which lesions become this one, because no image is left of them.

    Removed cases are counted. A lesion that had become another one and gets images again is itself again.
    """
    moved = {step.image for step in steps}
    lesions = dict.fromkeys(work.cases.visit(step.before).lesion_id for step in steps)
    emptied = [one for one in lesions if moved.issuperset(work.cases.every_image_of(one))]
    merges = [MergeStep(one, work.cases.lesion(one).merged_into, lesion.id) for one in emptied]
    if lesion.merged_into is not None:
        merges.append(MergeStep(lesion.id, lesion.merged_into, None))
    return tuple(merges)


def patient_of_images(work: UnitOfWork, image_ids: Sequence[ImageId]) -> PatientId:
    """Return the one patient of images.

    Raises:
        DomainError: there is no image, or they are of several patients.
        NotFoundError: one of them is not in the case store.
    """
    patients = {
        work.cases.lesion(work.cases.visit_of_image(image_id).lesion_id).patient_id for image_id in image_ids
    }
    if not patients:
        raise DomainError(_("No image was chosen to be moved."))
    if len(patients) > 1:
        raise DomainError(
            _("The images are of {count} patients; move those of one patient at a time.").format(
                count=len(patients)
            )
        )
    return patients.pop()


def check_same_patient(work: UnitOfWork, patient_id: PatientId, lesion: Lesion) -> None:
    """Raise DomainError when images of a patient are to come under a lesion of another one."""
    if lesion.patient_id != patient_id:
        raise DomainError(
            _(
                "The images are of patient {own} and the lesion is of patient {other}; images of two persons "
                "are never put together. If they are one person, give the lesion to the right patient first."
            ).format(
                own=work.cases.patient(patient_id).code, other=work.cases.patient(lesion.patient_id).code
            )
        )


def _patients_of(work: UnitOfWork, move: Move) -> set[PatientId]:
    visits = {visit_id for step in move.images for visit_id in (step.before, step.after)}
    lesions = {work.cases.visit(visit_id).lesion_id for visit_id in visits}
    patients = {work.cases.lesion(lesion_id).patient_id for lesion_id in lesions}
    return patients | {one for step in move.lesions for one in (step.before, step.after)}


def _file_images(work: UnitOfWork, steps: Iterable[ImageStep]) -> None:
    for step in steps:
        _expect(work.cases.visit_of_image(step.image).id == step.before)
        before, after = (
            work.cases.lesion(work.cases.visit(visit_id).lesion_id) for visit_id in (step.before, step.after)
        )
        check_same_patient(work, before.patient_id, after)
        patient, visit = work.cases.patient(after.patient_id), work.cases.visit(step.after)
        check_birth(patient, visit)
        check_age(patient, visit)
        work.cases.file_image(step.image, step.after)


def _note_merges(work: UnitOfWork, steps: Iterable[MergeStep]) -> None:
    for step in steps:
        lesion = work.cases.lesion(step.lesion)
        _expect(lesion.merged_into == step.before)
        work.cases.update_lesion(replace(lesion, merged_into=step.after))


def _fill(work: UnitOfWork, filling: Filling) -> None:
    """Take unknown fields over from a merged lesion; back, those that still have what was taken over."""
    lesion, source = work.cases.lesion(filling.lesion), work.cases.lesion(filling.source)
    unknown = Lesion(lesion.id, lesion.patient_id)
    gives, expected = (unknown, source) if filling.is_taken_back else (source, unknown)
    values = {
        name: getattr(gives, name)
        for name in filling.names
        if getattr(lesion, name) == getattr(expected, name)
    }
    work.cases.update_lesion(replace(lesion, **values))


def _check_person(work: UnitOfWork, lesion: Lesion, patient_id: PatientId) -> None:
    """Raise InvalidFieldError when visits of a lesion contradict the year of birth of a patient."""
    patient = work.cases.patient(patient_id)
    for visit in work.cases.visits_of(lesion.id):
        check_birth(patient, visit)
        check_age(patient, visit)


def _expect(is_as_it_was: bool) -> None:
    if not is_as_it_was:
        raise DomainError(_("Something of this was moved again or changed since; undo the later move first."))


def fitting_visit(patient: Patient, visit: Visit) -> Visit:
    """Return a visit without an age that contradicts the year of birth of the patient."""
    try:
        check_age(patient, visit)
    except DomainError:
        return replace(visit, age_years=None)
    return visit
