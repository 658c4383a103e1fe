"""The images of a plan: its split or fold, cut down to a handful for a quick test."""

from collections.abc import Iterable

from training.contract.data_set import Sample, Split, split_samples
from training.contract.plan import TrainingPlan

_QUICK_TRAIN, _QUICK_VALIDATION = 24, 12


def planned_split(plan: TrainingPlan, samples: Iterable[Sample]) -> Split:
    """The training and validation images that the plan asks for, out of those of its data folder."""
    split = split_samples(samples, fold=plan.fold, folds=plan.folds)
    if not plan.quick_test:
        return split
    return Split(few(split.train, _QUICK_TRAIN), few(split.validation, _QUICK_VALIDATION))


def few(samples: tuple[Sample, ...], count: int) -> tuple[Sample, ...]:
    """``count`` samples in which malignant and benign ones take turns, those with an expert's mask first."""
    with_mask_first = sorted(samples, key=lambda sample: not sample.has_expert_mask)
    malignant = [sample for sample in with_mask_first if sample.malignant]
    benign = [sample for sample in with_mask_first if not sample.malignant]
    half = count // 2
    return tuple(malignant[:half] + benign[: count - min(half, len(malignant))])
