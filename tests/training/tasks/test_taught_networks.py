import numpy as np
import pytest
import torch

from models.contract.imaging.structures import STRUCTURES
from models.nets import build
from models.nets.classification.score_network import ScoreNetwork
from training.contract.data_set import DIAGNOSES
from training.inputs.lesion_table import LesionTable
from training.tasks.auxiliary_heads import ClassifierWithAuxiliaryHeads
from training.tasks.classifier_setup import classifier_with_auxiliary_heads, disable_unseen_inputs

CELLS = {
    "mambaderm_tiny": 16,
    "mambaderm_hierarchical_tiny": 16,
    "medmamba_tiny": 4,
    "mambavision_tiny": 4,
}
"""Tokens of a 64 px crop that the lesion is learned from."""


@pytest.mark.parametrize(("name", "cells"), CELLS.items())
def test_every_score_network_is_taught_the_same_targets(name: str, cells: int) -> None:
    torch.manual_seed(0)
    core = build(name)
    assert isinstance(core, ScoreNetwork)
    taught = ClassifierWithAuxiliaryHeads(core).eval()
    batch = (torch.randn(2, 3, 64, 64), torch.randn(2, 35), torch.ones(2, 6, dtype=torch.int64))

    outputs = taught(*batch)

    torch.testing.assert_close(outputs["malignant"], core(*batch)[:, 0])
    assert outputs["mask"].shape == (2, cells)
    assert outputs["structures"].shape == (2, len(STRUCTURES))
    assert outputs["diagnosis"].shape == (2, len(DIAGNOSES))


def a_table(lesions: int = 3) -> LesionTable:
    return LesionTable(
        squares=np.zeros((lesions, 1, 3), np.float32),
        numeric=np.arange(lesions * 35, dtype=np.float32).reshape(lesions, 1, 35),
        categorical=np.ones((lesions, 6), np.int64),
    )


@pytest.mark.parametrize("name", CELLS)
def test_opening_up_leaves_steps_and_decays_and_wakes_every_layer_scale(name: str) -> None:
    torch.manual_seed(0)
    core = build(name, **({"layer_scale": 1e-5} if name == "mambavision_tiny" else {}))
    assert isinstance(core, ScoreNetwork)
    kept = {
        key: value.clone()
        for key, value in core.state_dict().items()
        if key.rsplit(".", 1)[-1] in ("delta_bias", "delta_weight", "a_log", "skip")
    }
    assert kept

    taught = classifier_with_auxiliary_heads(core, a_table())

    state = taught.core.state_dict()
    assert all(torch.equal(state[key], value) for key, value in kept.items())
    scales = [value for key, value in taught.core.named_parameters() if "scale" in key]
    assert all(scale.min() > 0.1 for scale in scales)
    assert bool(scales) is not (name == "medmamba_tiny")
    assert taught.core.last_layer.weight.std() < 0.05


def test_a_network_without_a_table_has_nothing_to_silence() -> None:
    core = build("medmamba_tiny")
    assert isinstance(core, ScoreNetwork)
    before = {name: value.clone() for name, value in core.state_dict().items()}

    disable_unseen_inputs(core)

    assert all(torch.equal(value, before[name]) for name, value in core.state_dict().items())
