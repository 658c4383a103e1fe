"""Freezes the signed corrections into a snapshot that training reads."""

from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from app.domain.audit import AuditKind
from app.domain.case import Case
from app.domain.errors import DamagedFileError, LearningError, UnreadableFileError
from app.domain.ids import ImageId, new_id
from app.imaging import png_codec
from app.translation import _
from app.usecases.cancellation import CancelToken, stop_if_cancelled
from app.usecases.learning.patient_splits import (
    NO_PSEUDONYM,
    Subsets,
    check_enough,
    places_of,
    subsets_with_unassigned,
)
from app.usecases.learning.single_image_patients import about_single_images
from app.usecases.learning.training_examples import (
    TrainingExample,
    has_malignant_decision,
    training_example_of,
)
from app.usecases.progress import Progress
from app.usecases.services import Services
from models.contract.shelf.card import Task
from training.contract.data_set import GIVEN_CATEGORIES, GIVEN_NUMBERS
from training.contract.snapshot import (
    SPLIT_BY_SUBSET,
    Snapshot,
    SnapshotEntry,
    SnapshotError,
    SnapshotImage,
    SnapshotWriter,
    Subset,
    new_snapshot,
)

SNAPSHOTS = "snapshots"
_SAMPLE = "It is a sample case, which shipped models know and their exam shows"


@dataclass(frozen=True, slots=True)
class FrozenSnapshot:
    """What was frozen."""

    id: str
    task: Task
    folder: Path
    created_at: datetime
    images_by_subset: dict[str, int] = field(metadata={"json": "images_by_side"})
    patients_by_subset: dict[str, int] = field(metadata={"json": "patients_by_side"})
    left_out: dict[str, int]
    """Numbers of images by the reason why they were left out."""
    warning: str = ""
    """The sentence that says what should be looked at; empty when there is nothing."""


def freeze_snapshot(
    services: Services, task: Task, *, token: CancelToken, any_confirmation: bool = False
) -> Generator[Progress, None, FrozenSnapshot]:
    """Write the signed corrections of ``task``, and uncorrected images of training patients, as a snapshot.

    Diagnoses count when histopathology confirmed them; ``any_confirmation`` takes the other ways as well.
    A damaged file is left out with its reason. The folder appears whole or not at all; subsets of patients
    (see ``assign_subsets``), pseudonyms and the audit event are stored in one transaction.

    Raises:
        LearningError: there are too few corrections, or the disk is full; nothing is left behind.
        CancelledError: nothing is left behind.
    """
    stored, examples, hidden = yield from read_training_examples(
        services, task, token, any_confirmation=any_confirmation
    )
    created_at = services.clock()
    subsets = subsets_with_unassigned(stored, examples, hidden, created_at)
    places = places_of(examples, subsets, hidden)
    planned = [(example, place.subset) for example, place in zip(examples, places, strict=True)]
    check_enough(task, planned, subsets)
    snapshot_id = f"{task}-{created_at:%Y%m%d-%H%M%S}-{new_id()[:4]}"
    folder = services.store.folder / SNAPSHOTS / snapshot_id
    try:
        with new_snapshot(folder) as writer:
            written: list[SnapshotImage] = []
            for number, (example, place) in enumerate(zip(examples, places, strict=True)):
                stop_if_cancelled(token)
                yield Progress(number, len(examples), _("Freezing the corrections"))
                image = _image(example, subsets, place.subset, place.reason)
                written.append(_added(services, writer, example, image))
            subsets_in = [image.subset for image in written]
            check_enough(task, zip(examples, subsets_in, strict=True), subsets)
            snapshot = writer.finish(snapshot_id, task, created_at)
            stop_if_cancelled(token)
            _keep(services, subsets, examples, snapshot)
    except SnapshotError as error:
        raise LearningError(str(error)) from error
    return _frozen(snapshot, folder, about_single_images(zip(examples, subsets_in, strict=True)))


def read_training_examples(
    services: Services, task: Task, token: CancelToken, *, any_confirmation: bool
) -> Generator[Progress, None, tuple[Subsets, Sequence[TrainingExample], frozenset[ImageId]]]:
    """Read every case of the store once."""
    examples, hidden, malignant = [], set(), set()
    with services.store.reading() as work:
        image_ids = work.learning.all_images()
        patients, images = work.learning.patients(), work.learning.images()
        for number, image_id in enumerate(image_ids):
            stop_if_cancelled(token)
            yield Progress(number, len(image_ids), _("Looking for corrections"))
            case = work.cases.case(image_id)
            if case.image.is_sample:
                examples.append(TrainingExample(case, has_correction=False, reason=_SAMPLE))
                continue
            examples.append(
                training_example_of(case, task, services.vocabulary, any_confirmation=any_confirmation)
            )
            if work.cases.is_hidden(image_id):
                hidden.add(image_id)
            elif has_malignant_decision(case, services.vocabulary):
                malignant.add(case.patient.id)
    return Subsets(patients, images, frozenset(malignant)), examples, frozenset(hidden)


def _image(example: TrainingExample, subsets: Subsets, subset: Subset | None, reason: str) -> SnapshotImage:
    patient = subsets.patients.get(example.case.patient.id)
    is_corrected = subset is not None and subset != "uncorrected"
    return SnapshotImage(
        image_id=subsets.images[example.case.image.id].pseudonym,
        patient=patient.pseudonym if patient else NO_PSEUDONYM,
        subset=subset,
        reason=reason,
        mask_revision=example.mask_revision if is_corrected else None,
        confirmed_by=example.confirmed_by if is_corrected else None,
    )


def _added(
    services: Services, writer: SnapshotWriter, example: TrainingExample, image: SnapshotImage
) -> SnapshotImage:
    """Write an image's files; a damaged one is left out."""
    if image.subset is None:
        return writer.add(SnapshotEntry(image))
    try:
        entry = _entry(services, example, image)
    except (DamagedFileError, UnreadableFileError) as error:
        entry = SnapshotEntry(_left_out(image, f"A stored file is damaged: {error}"))
    except LearningError as error:
        entry = SnapshotEntry(_left_out(image, str(error)))
    return writer.add(entry)


def _left_out(image: SnapshotImage, reason: str) -> SnapshotImage:
    return image.model_copy(
        update={"subset": None, "reason": reason, "mask_revision": None, "confirmed_by": None}
    )


def _entry(services: Services, example: TrainingExample, image: SnapshotImage) -> SnapshotEntry:
    """Collect pixels, mask and the few facts that a snapshot may tell of a patient."""
    case, words = example.case, services.vocabulary
    is_corrected = image.subset != "uncorrected"
    return SnapshotEntry(
        image,
        image_png=services.store.blobs.get(case.image.upright),
        mask_png=_mask_png(services, example) if is_corrected else None,
        malignant=example.malignant if is_corrected else None,
        diagnosis=example.diagnosis if is_corrected else None,
        age_years=case.age_years,
        sex=words.known("sex", case.patient.sex),
        site=words.known("site", case.lesion.site),
        skin_type=words.known("fitzpatrick_skin_type", case.patient.fitzpatrick_skin_type),
        given=tuple(_given(case)),
    )


def _given(case: Case) -> Iterator[tuple[str, float | str]]:
    """Collect the entered inputs of the score for which data folders have no column of their own."""
    for described, value in case.model_inputs.items():
        is_given = described.model_input in (*GIVEN_NUMBERS, *GIVEN_CATEGORIES)
        if is_given and described.model_input is not None and isinstance(value, float | int | str):
            yield described.model_input, value


def _mask_png(services: Services, example: TrainingExample) -> bytes | None:
    if example.mask is None:
        return None
    mask = services.arrays.mask(example.mask)
    if mask.shape != (example.case.image.height_px, example.case.image.width_px):
        raise LearningError(_("Its mask has not the size of the image."))
    if not mask.any():
        raise LearningError(_("Its mask is empty."))
    return png_codec.mask_png(mask)


def _keep(
    services: Services, subsets: Subsets, examples: Sequence[TrainingExample], snapshot: Snapshot
) -> None:
    """Store subsets, pseudonyms and the act, before the folder appears: no snapshot without its subsets."""
    with services.store.writing() as work:
        for patient in subsets.patients.values():
            work.learning.add_patient(patient)
        for example, image in zip(examples, snapshot.images, strict=True):
            known = subsets.images[example.case.image.id]
            if image.subset is not None:
                subset = subsets.patients[example.case.patient.id].subset
                known = replace(known, subset=known.subset or subset)
            work.learning.put_image(known)
        used = sum(image.subset is not None for image in snapshot.images)
        work.audit.append(services.user, AuditKind.SNAPSHOT_FROZEN, snapshot.id, f"{used} images")
        work.commit()


def _frozen(snapshot: Snapshot, folder: Path, warning: str) -> FrozenSnapshot:
    return FrozenSnapshot(
        id=snapshot.id,
        task=snapshot.task,
        folder=folder,
        created_at=snapshot.created_at,
        images_by_subset={subset: len(snapshot.on(subset)) for subset in SPLIT_BY_SUBSET},
        patients_by_subset={subset: len(snapshot.patients_on(subset)) for subset in SPLIT_BY_SUBSET},
        left_out=dict(Counter(image.reason for image in snapshot.on(None))),
        warning=warning,
    )
