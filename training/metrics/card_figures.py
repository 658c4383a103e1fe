"""Figures for a model card: means and areas with bootstrap intervals, overall and by subgroup."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.contract.metrics import bootstrap_interval
from models.contract.shelf.card import Metric
from training.contract.data_set import Sample

Statistic = Callable[..., float | None]

SEED = 1
FEWEST_CASES = 10
"""Subgroups with fewer images are not reported: their intervals say nothing."""
FEWEST_OF_A_KIND = 5
"""With fewer malignant or benign images an area and its interval jump with every one of them."""
_AGE_BANDS = ((0, 40, "under 40"), (40, 60, "40 to 59"), (60, 200, "60 and over"))


@dataclass(frozen=True)
class Cases:
    """The judged images: whole lesions are drawn in the bootstrap, not single images."""

    samples: tuple[Sample, ...]

    @property
    def groups(self) -> NDArray[np.str_]:
        """The lesion of each image."""
        return np.array([sample.duplicate_group for sample in self.samples])

    @property
    def labels(self) -> NDArray[np.bool_]:
        """Whether each lesion is malignant."""
        return np.array([bool(sample.malignant) for sample in self.samples])

    def sources(self) -> dict[str, NDArray[np.bool_]]:
        """Which images belong to each data set, where there are several."""
        names = np.array([sample.source or "not named" for sample in self.samples])
        found = np.unique(names)
        return {f"data set: {name}": names == name for name in found} if len(found) > 1 else {}

    def ranked(self, by: dict[str, NDArray[np.bool_]]) -> dict[str, NDArray[np.bool_]]:
        """Those subgroups of ``by`` with enough malignant and benign images to tell how they are ranked."""
        return {
            name: chosen
            for name, chosen in by.items()
            if min(np.count_nonzero(self.labels[chosen]), np.count_nonzero(~self.labels[chosen]))
            >= FEWEST_OF_A_KIND
        }

    def subgroups(
        self, *, with_diagnosis: bool, with_site_and_tone: bool = False
    ) -> dict[str, NDArray[np.bool_]]:
        """Which images belong to each sex, age band, view, and what else is asked for."""
        labels = [
            (
                *_labels_of(sample, with_diagnosis=with_diagnosis),
                *(_place_labels(sample) if with_site_and_tone else ()),
            )
            for sample in self.samples
        ]
        names = sorted({label for each in labels for label in each})
        return {name: np.array([name in each for each in labels]) for name in names}


def measured(
    statistic: Statistic,
    columns: Sequence[NDArray[np.generic]],
    cases: Cases,
    *,
    by: dict[str, NDArray[np.bool_]] | None = None,
) -> Metric:
    """``statistic(*columns)`` with its 95 % interval, overall and for each subgroup of ``by``.

    Raises:
        ValueError: the statistic is not defined for all cases together.
    """
    whole = metric_of(statistic, columns, cases.groups)
    if whole is None:
        raise ValueError("the figure is not defined for these images")
    parts: dict[str, Metric] = {}
    for name, chosen in (by or {}).items():
        if int(chosen.sum()) < FEWEST_CASES:
            continue
        part = metric_of(statistic, [column[chosen] for column in columns], cases.groups[chosen])
        if part is not None:
            parts[name] = part
    return whole.model_copy(update={"subgroups": parts})


def metric_of(
    statistic: Statistic, columns: Sequence[NDArray[np.generic]], groups: NDArray[np.str_]
) -> Metric | None:
    """``statistic(*columns)`` with its 95 % interval over ``groups``, None where it is not defined."""
    interval = bootstrap_interval(statistic, *columns, seed=SEED, groups=groups)
    if interval is None:
        return None
    return Metric(value=interval.value, low=interval.low, high=interval.high, n=interval.n)


def mean(values: NDArray[np.float64]) -> float | None:
    """The mean of what is known (NaN is not), None if nothing is."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else None


def _labels_of(sample: Sample, *, with_diagnosis: bool) -> tuple[str, ...]:
    labels = [f"sex: {sample.sex or 'not known'}", f"age: {_age_band(sample.age_years)}"]
    labels.append(f"view: {sample.view or 'not known'}")
    if with_diagnosis:
        labels.append(f"diagnosis: {sample.diagnosis or 'not known'}")
    return tuple(labels)


def _place_labels(sample: Sample) -> tuple[str, ...]:
    return f"site: {sample.site or 'not known'}", f"skin tone: {sample.skin_tone or 'not known'}"


def _age_band(age_years: float | None) -> str:
    if age_years is None:
        return "not known"
    return next((name for low, high, name in _AGE_BANDS if low <= age_years < high), "not known")
