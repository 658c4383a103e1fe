"""The figures that ``evaluate`` writes for a classifier."""

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from models.contract.metrics import pauc_above_tpr80, roc_auc
from training.contract.data_set import Sample
from training.evaluation.evaluate import _score_figures
from training.metrics.card_figures import Cases

if TYPE_CHECKING:
    from models.contract.shelf.card import ModelCard


def samples(count: int) -> tuple[Sample, ...]:
    return tuple(
        Sample(
            f"i{n}", "test", Path("i.png"), None, "nevus", n % 3 == 0, 50, "female", None, f"g{n}", None,
            (None,) * 5,
        )
        for n in range(count)
    )  # fmt: skip


def test_the_partial_area_above_80_percent_sensitivity_is_among_the_figures() -> None:
    cases = Cases(samples(90))
    logits = np.random.default_rng(1).normal(cases.labels * 1.5).astype(np.float32)
    card = cast("ModelCard", SimpleNamespace(temperature=1.0, threshold=0.5))
    figures: dict[str, Any] = _score_figures(cases, logits, card, "test")
    partial = figures["test_pauc_above_tpr80"]
    assert partial.value == pauc_above_tpr80(cases.labels, logits)
    assert partial.low < partial.value < partial.high
    assert partial.n == 90
    assert figures["test_auc"].value == roc_auc(cases.labels, logits)
