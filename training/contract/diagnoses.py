"""Which diagnoses the images of a data set have, and which of them are malignant."""

from collections.abc import Iterable

from models.contract.shelf.card import Diagnosis
from training.contract.data_set import DataSetError, Sample
from training.contract.plan import TrainingPlan


def diagnoses_of(samples: Iterable[Sample]) -> tuple[Diagnosis, ...]:
    """The diagnoses of the images whose malignancy is known, in alphabetical order.

    Raises:
        DataSetError: a diagnosis is malignant here and benign there, or all are malignant, or all benign.
    """
    is_malignant: dict[str, bool] = {}
    for sample in samples:
        if sample.diagnosis is None or sample.malignant is None:
            continue
        if is_malignant.setdefault(sample.diagnosis, sample.malignant) != sample.malignant:
            raise DataSetError(
                f"The diagnosis {sample.diagnosis!r} is malignant in some images and benign in others (see "
                f"{sample.image_id}), so it cannot be told apart from the others; mend the manifest first."
            )
    if set(is_malignant.values()) != {True, False}:
        raise DataSetError(
            "Telling diagnoses apart needs training images of a malignant and of a benign diagnosis."
        )
    return tuple(Diagnosis(name=name, is_malignant=is_malignant[name]) for name in sorted(is_malignant))


def planned_diagnoses(plan: TrainingPlan) -> tuple[Diagnosis, ...]:
    """What the plan wants told apart, in the order of the network's logits; usually nothing."""
    labels = plan.architecture_arguments.get("diagnosis_labels", ())
    if not plan.diagnoses or not isinstance(labels, tuple):
        return ()
    return tuple(
        Diagnosis(name=name, is_malignant=bool(label))
        for name, label in zip(plan.diagnoses, labels, strict=True)
    )
