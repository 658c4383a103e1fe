"""Looks at what a snapshot would hold, without writing anything or deciding any patient's subset."""

from collections import Counter, defaultdict
from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.errors import LearningError
from app.usecases.cancellation import CancelToken
from app.usecases.learning.freeze_snapshot import read_training_examples
from app.usecases.learning.patient_splits import check_enough, places_of, subsets_with_unassigned
from app.usecases.learning.single_image_patients import about_single_images
from app.usecases.progress import Progress
from app.usecases.services import Services
from models.contract.shelf.card import Task
from training.contract.snapshot import SPLIT_BY_SUBSET, Subset

if TYPE_CHECKING:
    from app.domain.ids import PatientId


@dataclass(frozen=True, slots=True)
class CorrectionSurvey:
    """What is there to learn from."""

    task: Task
    corrections: int
    """Images with a correction that would be taken."""
    images_by_subset: dict[Subset, int]
    patients_by_subset: dict[Subset, int]
    left_out: dict[str, int]
    """Numbers of images by the reason why they would be left out."""
    lacking: str
    """The sentence that says why this is too little; empty when it suffices."""
    warning: str = ""
    """The sentence that says what to look at before freezing; empty when there is nothing."""


def survey_corrections(
    services: Services, task: Task, *, token: CancelToken, any_confirmation: bool = False
) -> Generator[Progress, None, CorrectionSurvey]:
    """Count what ``freeze_snapshot`` would take now.

    Patients without a subset are dealt by chance when they are frozen: how many come to each subset is known
    before, which ones is not, so the numbers of images by subset may still move a little.
    """
    stored, examples, hidden = yield from read_training_examples(
        services, task, token, any_confirmation=any_confirmation
    )
    subsets = subsets_with_unassigned(stored, examples, hidden, services.clock())
    places = places_of(examples, subsets, hidden)
    placed = [(example, place.subset) for example, place in zip(examples, places, strict=True)]
    patients: dict[Subset, set[PatientId]] = defaultdict(set)
    for example, subset in placed:
        if subset is not None:
            patients[subset].add(example.case.patient.id)
    try:
        check_enough(task, placed, subsets)
        lacking = ""
    except LearningError as error:
        lacking = str(error)
    images = Counter(subset for _, subset in placed if subset is not None)
    return CorrectionSurvey(
        task=task,
        corrections=sum(images.values()) - images["uncorrected"],
        images_by_subset={subset: images[subset] for subset in SPLIT_BY_SUBSET},
        patients_by_subset={subset: len(patients[subset]) for subset in SPLIT_BY_SUBSET},
        left_out=dict(Counter(place.reason for place in places if place.subset is None)),
        lacking=lacking,
        warning=about_single_images(placed),
    )
