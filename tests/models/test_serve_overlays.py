"""The overlays that the model server computes, for models of every kind."""

from pathlib import Path

import numpy as np
import pytest
import torch

from models.contract.messages import Message
from models.contract.shelf.card import Task
from models.nets import build
from models.nets.overlays import overlays_of
from models.serve import ModelServer
from tests.model_folders import random_batch, write_model


def asked(folder: Path, overlay: str, *, with_table: bool) -> Message:
    torch.manual_seed(0)
    arrays = {name: tensor.numpy() for name, tensor in random_batch(2, 48, 64, with_table=with_table).items()}
    request = Message({"verb": "explain", "folder": str(folder), "overlay": overlay}, arrays)
    return ModelServer(torch.device("cpu")).answer(request)


@pytest.mark.parametrize(
    ("architecture", "task"),
    [
        ("mambaderm_tiny", "classification"),
        ("medmamba_tiny", "classification"),
        ("mamba_unet_tiny", "segmentation"),
    ],
)
def test_every_overlay_of_a_network_is_served_and_no_other(
    architecture: str, task: Task, tmp_path: Path
) -> None:
    folder = write_model(tmp_path, architecture, task, with_graph=False)
    offered = overlays_of(build(architecture))
    for name in offered:
        answer = asked(folder, name, with_table=task == "classification")
        assert "error" not in answer.values
        assert answer.arrays["maps"].shape[0] == 2
        assert np.isfinite(answer.arrays["maps"]).all()

    missing = "gate" if "gate" not in offered else "class_activation"
    refused = asked(folder, missing, with_table=task == "classification")
    assert f"cannot show the overlay '{missing}'; it has {', '.join(offered)}" in refused.values["error"]


def test_an_overlay_nobody_knows_is_refused(tmp_path: Path) -> None:
    folder = write_model(tmp_path, "unet_tiny", "segmentation", with_graph=False)

    assert asked(folder, "tea leaves", with_table=False).values["error"] == (
        "There is no overlay called 'tea leaves'."
    )
