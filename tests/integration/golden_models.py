"""A tiny pair of models whose cards hold no figure that a default could stand in for."""

from pathlib import Path

import torch
from torch import nn

from models.contract.shelf.card import read_card, write_card
from models.contract.shelf.model_shelf import ModelShelf
from models.nets.classification.score_network import ScoreNetwork
from tests.model_folders import write_model

SEGMENTER = "dermomamba-tiny"
CLASSIFIER = "mambaderm-tiny"
FRAME_SIZE_PX = (40, 56)
CROP_SIZE_PX = 48


def write_golden_models(folder: Path) -> ModelShelf:
    """Write both models below ``folder`` and return the shelf on which they are active."""
    segmenter = write_model(
        folder / "models", "dermomamba_tiny", "segmentation", seed=7, size_px=FRAME_SIZE_PX, redraw=_outlining
    )
    classifier = write_model(
        folder / "models",
        "mambaderm_tiny",
        "classification",
        seed=7,
        size_px=(CROP_SIZE_PX, CROP_SIZE_PX),
        redraw=_scoring,
    )
    _change_card(segmenter, threshold=0.37, temperature=1.7)
    _change_card(
        classifier,
        threshold=0.41,
        temperature=1.3,
        triage_thresholds={"urgent": 0.63, "soon": 0.29},
        input=read_card(classifier).input.model_copy(update={"crop_margin": 0.31}),
    )
    shelf = ModelShelf((folder / "models",), folder / "active.json")
    for name in (SEGMENTER, CLASSIFIER):
        shelf.promote(name, "1", author="a test")
    return shelf


def _change_card(folder: Path, **changes: object) -> None:
    write_card(read_card(folder).model_copy(update=changes), folder)


def _outlining(network: nn.Module) -> None:
    """Spread the answers of random weights, so that a threshold and a temperature matter."""
    _strengthen(network, 1.5)
    head = network.get_submodule("head")
    assert isinstance(head, nn.Conv2d)
    assert head.bias is not None
    with torch.no_grad():
        head.weight.mul_(20.0)
        head.bias.fill_(1.5)


def _scoring(network: nn.Module) -> None:
    assert isinstance(network, ScoreNetwork)
    _strengthen(network, 3.0)
    with torch.no_grad():
        network.last_layer.weight.mul_(60.0)
        network.last_layer.bias.fill_(7.7)


def _strengthen(network: nn.Module, gain: float) -> None:
    with torch.no_grad():
        for weight in network.parameters():
            if weight.ndim >= 2:
                weight.mul_(gain)
