"""The sentences of a model card that follow from the task, the data and the plan."""

import re
from typing import Final

from models.contract.shelf.card import ModelCard, ModelTask
from training.contract.data_set import Sample
from training.contract.plan import TrainingPlan

LICENCE = "MIT"

_NON_COMMERCIAL_MARK = "NC"
_CREATIVE_COMMONS: Final = re.compile(r"CC (?P<conditions>BY(?: (?:NC|SA|ND))*)(?: (?P<version>\d\.\d))?")

INTENDED_USE = (
    "Research and teaching on dermoscopic images of single pigmented lesions. Not a medical device: "
    "the output is no diagnosis and must not be the reason to treat or not to treat anybody."
)

CLINIC_SOURCE = "corrected cases of one clinic, beside what the model it started from had seen"
CLINIC_LICENCE = "the clinic's own images, which stay with it; bundled images: CC0-1.0."

_SEGMENTER_LIMITS = (
    "Experts agree among themselves at a Dice of about 0.88 on such images; some of their masks cover "
    "the whole frame or are cut by it. Differences smaller than that mean little.",
    "Draws one region per image; several lesions in one image are not told apart.",
)

_REFINER_LIMITS = (
    "Learned from simulated clicks in the middle of what was wrong; how it does with clicks of people was "
    "not measured.",
    "Redraws one region per image, also where the expert would have drawn none.",
)

_CLASSIFIER_LIMITS = (
    "Probabilities are calibrated to the share of malignant lesions among the validation images, which is "
    "far higher than in practice.",
)

_TABLE_LIMITS = (
    "In such data missing age, sex or site is itself a hint at the diagnosis; compare the figures with "
    "and without metadata before relying on them.",
    "Numbers that no training image had (where it had no scale, all sizes in millimetres) do not move the "
    "score, also when they are known.",
)


_IMAGE_LIMITS = (
    "Looks at the lesion's crop alone: age, sex, site and the measurements do not move the score, also when "
    "they are known.",
)


def limits_of(task: ModelTask, samples: tuple[Sample, ...], *, reads_table: bool = True) -> tuple[str, ...]:
    """What a reader of the card must know before using the model; ``reads_table`` is for classifiers."""
    if task == "segmentation":
        return (*_SEGMENTER_LIMITS, *_limits_of_data(samples))
    if task == "refinement":
        return (*_REFINER_LIMITS, *_limits_of_data(samples))
    of_inputs = _TABLE_LIMITS if reads_table else _IMAGE_LIMITS
    return (*_CLASSIFIER_LIMITS, *of_inputs, *_limits_of_data(samples))


def diagnoses_limit(names: tuple[str, ...]) -> str:
    """What a reader must know about a model that divides its score among diagnoses."""
    return (
        f"Divides its score among {len(names)} diagnoses and knows no other: a lesion of any other kind is "
        "divided among them all the same."
    )


def fine_tuning_limit(samples: tuple[Sample, ...]) -> str:
    """What a reader must know about a model that was taught a clinic's corrections."""
    learned = sum(sample.split == "train" for sample in samples)
    return (
        f"Fine-tuned on {learned} cases of one clinic, with its cameras and its way of drawing; how it does "
        "elsewhere was measured on a few bundled images only."
    )


def sources_of(samples: tuple[Sample, ...]) -> tuple[str, ...]:
    """The data sets that the images come from, as the manifest names them."""
    return tuple(sorted({sample.source or "not named" for sample in samples}))


def diagnosis_names_of(samples: tuple[Sample, ...]) -> tuple[str, ...]:
    """The diagnoses that the images come with, as the manifest names them."""
    return tuple(sorted({sample.diagnosis for sample in samples if sample.diagnosis}))


def licences_of(samples: tuple[Sample, ...], note: str, teacher: ModelCard | None = None) -> str:
    """The licences of the images, as the manifest names them, of a teacher, and what else must be said."""
    named = ", ".join(sorted({sample.licence or "not named" for sample in samples}))
    taught = "" if teacher is None else f"{teacher_as_source(teacher)}: {teacher.licence}. "
    return f"images and masks: {named}. {taught}{note}".strip()


def distillation_limit(teacher: ModelCard) -> str:
    """What a reader must know about a model that was taught by another one."""
    return (
        f"Learned from the answers of {teacher.reference}, too: what that model gets wrong it "
        "is likely to get wrong as well."
    )


def model_licence(samples: tuple[Sample, ...], teacher: ModelCard | None = None) -> str:
    """The licence of weights that learned from ``samples``: what any of them forbids, the weights forbid.

    Conditions beside the non-commercial one (SA, ND) are kept; several licences are all named. What forbids
    something of a teacher's weights forbids it of its student's.
    """
    bound = {_spelled(sample.licence or "") for sample in samples if _binds(sample)}
    if teacher is not None and _is_non_commercial(teacher.licence):
        bound |= set(teacher.licence.split(" and "))
    return " and ".join(sorted(bound)) or LICENCE


def non_commercial_limit(samples: tuple[Sample, ...], teacher: ModelCard | None = None) -> str:
    """What a reader must know about weights that learned from something non-commercial."""
    bound = sorted({sample.source or "not named" for sample in samples if _binds(sample)})
    if teacher is not None and _is_non_commercial(teacher.licence):
        bound.append(teacher_as_source(teacher))
    licence = model_licence(samples, teacher)
    return f"For non-commercial use only ({licence}): it learned from {', '.join(bound)}."


def teacher_as_source(teacher: ModelCard) -> str:
    """A teacher among what its student has learned from."""
    return f"answers of {teacher.reference}"


def _binds(sample: Sample) -> bool:
    return sample.split.startswith("train") and _is_non_commercial(sample.licence or "")


def _is_non_commercial(licence: str) -> bool:
    return _NON_COMMERCIAL_MARK in _licence_words(licence)


def _licence_words(licence: str) -> list[str]:
    return licence.upper().replace("-", " ").split()


def _spelled(licence: str) -> str:
    """Return a Creative Commons licence as its publisher writes it, "CC BY-NC-SA 4.0"; others unchanged."""
    found = _CREATIVE_COMMONS.fullmatch(" ".join(_licence_words(licence)))
    if found is None:
        return licence.strip()
    conditions = found["conditions"].replace(" ", "-")
    return " ".join(part for part in ("CC", conditions, found["version"]) if part)


def split_in_words(plan: TrainingPlan) -> str:
    """How training and validation images were kept apart."""
    groups = "images of one lesion (duplicate_group) never on both sides"
    if plan.fold is None:
        return f"trained on train and train_extra, chosen on val, measured on test; {groups}"
    return f"fold {plan.fold} of {plan.folds} of the training images held out; {groups}"


def _limits_of_data(samples: tuple[Sample, ...]) -> tuple[str, ...]:
    learned = [sample for sample in samples if sample.split.startswith("train")]
    held_out = {
        split: sum(bool(s.malignant) for s in samples if s.split == split) for split in ("val", "test")
    }
    return (
        f"Trained on {len(learned)} images from {', '.join(sources_of(samples))}; other cameras, clinical "
        "photographs and skin types or body sites that are rare there are outside what it has seen.",
        f"The data know these diagnoses only: {', '.join(diagnosis_names_of(samples)) or 'none'}.",
        f"Held-out malignant lesions: {held_out['val']} in val, {held_out['test']} in test; intervals are "
        "wide.",
    )
