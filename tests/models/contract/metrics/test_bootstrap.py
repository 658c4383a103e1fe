"""Bootstrap intervals: reproducible, covering, and aware of groups and undefined draws."""

import numpy as np
import pytest

from models.contract.metrics import bootstrap_interval, paired_bootstrap_difference, roc_auc


def mean(values: np.ndarray) -> float:
    return float(values.mean())


def test_the_interval_of_a_mean_is_close_to_the_normal_one() -> None:
    values = np.random.default_rng(0).normal(0.8, 0.1, 400)
    found = bootstrap_interval(mean, values, seed=1)
    assert found is not None
    error = 1.96 * values.std() / np.sqrt(len(values))
    assert found.value == pytest.approx(values.mean())
    assert found.low == pytest.approx(values.mean() - error, abs=0.15 * error)
    assert found.high == pytest.approx(values.mean() + error, abs=0.15 * error)
    assert found.n == 400


def test_a_seed_gives_the_same_interval_again() -> None:
    values = np.random.default_rng(0).random(50)
    first = bootstrap_interval(mean, values, seed=3, samples=100)
    assert bootstrap_interval(mean, values, seed=3, samples=100) == first
    assert bootstrap_interval(mean, values, seed=4, samples=100) != first


def test_a_wider_level_gives_a_wider_interval() -> None:
    values = np.random.default_rng(0).random(50)
    narrow = bootstrap_interval(mean, values, seed=0, level=0.5)
    wide = bootstrap_interval(mean, values, seed=0, level=0.99)
    assert narrow is not None
    assert wide is not None
    assert wide.low < narrow.low < narrow.high < wide.high


def test_groups_are_drawn_as_a_whole() -> None:
    lesions = np.repeat(np.arange(30), 10)
    values = np.random.default_rng(0).random(30)[lesions]
    alone = bootstrap_interval(mean, values, seed=0)
    grouped = bootstrap_interval(mean, values, seed=0, groups=lesions)
    assert alone is not None
    assert grouped is not None
    assert grouped.high - grouped.low > 2 * (alone.high - alone.low)


def test_undefined_statistics_have_no_interval() -> None:
    assert bootstrap_interval(roc_auc, np.zeros(5), np.arange(5.0), seed=0) is None
    assert bootstrap_interval(mean, np.zeros(0), seed=0) is None


def test_draws_without_both_classes_are_left_out() -> None:
    labels = np.array([1, 0, 0, 0])
    found = bootstrap_interval(roc_auc, labels, np.array([0.9, 0.1, 0.2, 0.95]), seed=0)
    assert found is not None
    assert 0.0 <= found.low <= found.value <= found.high <= 1.0


def test_a_difference_is_paired() -> None:
    rng = np.random.default_rng(5)
    labels = rng.random(300) < 0.4
    first = rng.normal(size=300) + 0.5 * labels
    second = first + 0.6 * labels
    found = paired_bootstrap_difference(roc_auc, labels, first, second, seed=0, samples=300)
    assert found is not None
    assert found.value == pytest.approx(roc_auc(labels, second) - roc_auc(labels, first))
    assert found.low > 0
    same = paired_bootstrap_difference(roc_auc, labels, first, first, seed=0, samples=50)
    assert same is not None
    assert same.low == same.value == same.high == 0.0
