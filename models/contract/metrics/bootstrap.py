"""Percentile bootstrap intervals, for means over images and for any statistic of several columns."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.generic]
Statistic = Callable[..., float | None]


@dataclass(frozen=True)
class Interval:
    """A statistic of ``n`` cases with its bootstrap interval."""

    value: float
    low: float
    high: float
    n: int


def bootstrap_interval(
    statistic: Statistic,
    *columns: Column,
    seed: int,
    groups: Column | None = None,
    samples: int = 1000,
    level: float = 0.95,
) -> Interval | None:
    """``statistic(*columns)`` with a percentile interval; None when it is undefined.

    Rows are drawn with replacement; with ``groups`` (N,) whole groups are, so that several images
    of one lesion or patient do not pass for independent ones. Draws for which the statistic is
    undefined (one class missing) are left out.

    Args:
        statistic: takes the columns, as ``roc_auc`` takes labels and scores; or ``np.mean``.
        columns: each (N, ...), row i of each belongs to case i.
        seed: of the draws.
        groups: (N,) or None.
        samples: number of draws.
        level: coverage, as 0.95.
    """
    value = statistic(*columns) if len(columns[0]) else None
    if value is None:
        return None
    drawn = [
        statistic(*(column[rows] for column in columns))
        for rows in _draws(len(columns[0]), groups, samples, seed)
    ]
    return _interval(float(value), drawn, len(columns[0]), level)


def paired_bootstrap_difference(
    statistic: Statistic,
    truth: Column,
    first: Column,
    second: Column,
    *,
    seed: int,
    groups: Column | None = None,
    samples: int = 1000,
    level: float = 0.95,
) -> Interval | None:
    """``statistic(truth, second) - statistic(truth, first)`` on the same drawn cases.

    An interval that excludes 0 says that the two models differ on these cases.
    """

    def difference(*columns: Column) -> float | None:
        before, after = statistic(columns[0], columns[1]), statistic(columns[0], columns[2])
        return None if before is None or after is None else after - before

    return bootstrap_interval(
        difference, truth, first, second, seed=seed, groups=groups, samples=samples, level=level
    )


def _draws(count: int, groups: Column | None, samples: int, seed: int) -> Iterator[NDArray[np.intp]]:
    random = np.random.default_rng(seed)
    if groups is None:
        for _ in range(samples):
            yield random.integers(0, count, count)
        return
    _, member_of = np.unique(groups, return_inverse=True)
    order = np.argsort(member_of, kind="stable")
    rows_by_group = np.split(order, np.cumsum(np.bincount(member_of))[:-1])
    for _ in range(samples):
        chosen = random.integers(0, len(rows_by_group), len(rows_by_group))
        yield np.concatenate([rows_by_group[group] for group in chosen])


def _interval(value: float, drawn: list[float | None], n: int, level: float) -> Interval | None:
    defined = np.array([each for each in drawn if each is not None], dtype=np.float64)
    if defined.size == 0:
        return None
    tail = 50.0 * (1.0 - level)
    low, high = np.percentile(defined, [tail, 100.0 - tail])
    return Interval(value, float(low), float(high), n)
