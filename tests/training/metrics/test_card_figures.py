from pathlib import Path

import numpy as np
import pytest

from models.contract.metrics import roc_auc
from training.contract.data_set import Sample
from training.metrics.card_figures import Cases, mean, measured


def a_sample(index: int, **changes: object) -> Sample:
    values: dict[str, object] = {
        "image_id": f"i{index}", "split": "test", "image_file": Path("x"), "mask_file": None,
        "diagnosis": "nevus", "malignant": False, "age_years": 50.0, "sex": "female", "site": None,
        "duplicate_group": f"g{index}", "view": "full", "structures": (None,) * 5,
    }  # fmt: skip
    return Sample(**(values | changes))  # type: ignore[arg-type]  # built from names


def test_a_mean_has_an_interval_that_holds_it() -> None:
    cases = Cases(tuple(a_sample(n) for n in range(40)))
    metric = measured(mean, [np.linspace(0, 1, 40)], cases)
    assert metric.low is not None
    assert metric.high is not None
    assert metric.value == pytest.approx(0.5)
    assert metric.low < metric.value < metric.high
    assert metric.n == 40


def test_copies_of_one_lesion_do_not_narrow_the_interval() -> None:
    values = np.repeat(np.linspace(0, 1, 10), 20)
    alone = Cases(tuple(a_sample(n) for n in range(200)))
    grouped = Cases(tuple(a_sample(n, duplicate_group=f"g{n // 20}") for n in range(200)))
    narrow, wide = measured(mean, [values], alone), measured(mean, [values], grouped)
    assert narrow.high is not None
    assert narrow.low is not None
    assert wide.high is not None
    assert wide.low is not None
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)


def test_subgroups_hold_their_own_cases_and_small_ones_are_left_out() -> None:
    samples = [
        a_sample(n, sex="male" if n < 12 else "female", age_years=None if n < 3 else 70.0) for n in range(30)
    ]
    cases = Cases(tuple(samples))
    metric = measured(mean, [np.arange(30.0)], cases, by=cases.subgroups(with_diagnosis=True))
    assert metric.subgroups["sex: male"].value == pytest.approx(5.5)
    assert metric.subgroups["sex: male"].n == 12
    assert metric.subgroups["age: 60 and over"].n == 27
    assert "age: not known" not in metric.subgroups
    assert metric.subgroups["diagnosis: nevus"].n == 30


@pytest.mark.parametrize(
    ("age", "band"), [(None, "not known"), (0, "under 40"), (40, "40 to 59"), (85, "60 and over")]
)
def test_age_bands_meet_without_a_gap(age: float | None, band: str) -> None:
    names = Cases((a_sample(0, age_years=age),)).subgroups(with_diagnosis=False)
    assert f"age: {band}" in names


def test_undefined_values_are_left_out_of_a_mean() -> None:
    assert mean(np.array([1.0, np.nan, 3.0])) == 2
    assert mean(np.array([np.nan])) is None


def test_a_subgroup_of_one_class_has_no_area() -> None:
    samples = [a_sample(n, malignant=n < 10, sex="male" if n < 20 else "female") for n in range(40)]
    cases = Cases(tuple(samples))
    scores = -np.arange(40.0)
    metric = measured(roc_auc, [cases.labels, scores], cases, by=cases.subgroups(with_diagnosis=False))
    assert metric.value == pytest.approx(1)
    assert "sex: male" in metric.subgroups
    assert "sex: female" not in metric.subgroups


def test_a_figure_that_is_not_defined_is_refused() -> None:
    cases = Cases((a_sample(0), a_sample(1)))
    with pytest.raises(ValueError, match="not defined"):
        measured(roc_auc, [cases.labels, np.array([0.1, 0.2])], cases)


def test_a_subgroup_with_hardly_any_of_a_kind_has_no_area() -> None:
    # Under 40 four of 20 are malignant, above five; a group of malignant ones alone has none that is benign.
    samples = [
        a_sample(n, age_years=30.0 if n < 20 else 70.0, malignant=n % 5 == 0 or n == 21) for n in range(40)
    ]
    cases = Cases(tuple(samples))
    by = cases.subgroups(with_diagnosis=False) | {"all but one kind": cases.labels.copy()}
    assert set(cases.ranked(by)) == {"age: 60 and over", "sex: female", "view: full"}
