"""The figures that ``evaluate`` writes for a classifier."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest

import resources
from models.contract.metrics import pauc_above_tpr80, roc_auc
from models.contract.shelf.card import read_card
from tests.tiny_scores import tiny_score_network
from tests.training.data_folders import mini_data_folder
from training.contract.data_set import Sample, read_manifest
from training.evaluation.evaluate import _figures_by_expert_masks, _score_figures
from training.metrics.card_figures import Cases
from training.tasks.loaded_model import PublishedModel

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


@pytest.fixture(scope="module")
def held_out(tmp_path_factory: pytest.TempPathFactory) -> tuple[Sample, ...]:
    return read_manifest(mini_data_folder(tmp_path_factory.mktemp("data") / "mini", train=0, val=0, test=8))


def score_model() -> PublishedModel:
    card = read_card(resources.path("models", "mambaderm_lite", "1"))
    return PublishedModel(tiny_score_network("mambaderm_tiny"), card)


def test_the_figure_by_experts_masks_leaves_out_images_that_a_model_outlined(
    held_out: tuple[Sample, ...],
) -> None:
    # The first two are one malignant and one benign lesion.
    outlined = tuple(replace(each, is_mask_predicted=n < 2) for n, each in enumerate(held_out))

    figures = _figures_by_expert_masks(score_model(), outlined, "test")

    assert figures["test_auc_expert_masks"].n == 6
    assert figures == _figures_by_expert_masks(score_model(), held_out[2:], "test")


def test_there_is_no_such_figure_where_experts_outlined_one_outcome_only(
    held_out: tuple[Sample, ...],
) -> None:
    outlined = tuple(replace(each, is_mask_predicted=bool(each.malignant)) for each in held_out)

    assert _figures_by_expert_masks(score_model(), outlined, "test") == {}


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
