"""A network that looks at the image alone, from the command line to the engines that serve its score."""

from pathlib import Path

import numpy as np
import pytest
import torch

from app.inference.engine import ClassifierInput
from app.inference.onnx_engine import OnnxEngine
from app.usecases.cancellation import NeverCancelled
from models.contract.messages import Message
from models.contract.shelf.card import read_card
from models.contract.shelf.model_validation import inspect
from models.export import LARGEST_DIFFERENCE
from models.serve import ModelServer
from tests.model_folders import random_batch
from tests.training.data_folders import mini_data_folder
from training.__main__ import main

pytestmark = pytest.mark.slow

OFFERED = (
    "gradient_x_input",
    "hidden_attention",
    "grad_cam",
    "rollout",
    "class_activation",
    "attribution_rollout",
    "occlusion",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model folder that a run from the command line published."""
    data = mini_data_folder(tmp_path_factory.mktemp("data") / "mini data")
    out = tmp_path_factory.mktemp("runs") / "run"
    options = ("--quick-test", "--epochs", "1", "--threads", "1", "--model", "mambavision_tiny")
    with pytest.raises(SystemExit) as ending:
        main(["classification", "--data", str(data), "--out", str(out), *options])
    assert not ending.value.code
    return out / "published" / "mambavision_tiny" / "1"


def batch(rows: int = 8) -> ClassifierInput:
    torch.manual_seed(1)
    tensors = random_batch(rows, 64, 64, with_table=True)
    return ClassifierInput(**{name: tensor.numpy() for name, tensor in tensors.items()})


def asked(folder: Path, verb: str, given: ClassifierInput, **values: str) -> Message:
    request = Message({"verb": verb, "folder": str(folder), **values}, given.by_name())
    return ModelServer(torch.device("cpu")).answer(request)


def test_its_card_says_that_metadata_are_not_read_and_what_it_can_show(folder: Path) -> None:
    card = inspect(folder)

    assert card == read_card(folder)
    assert card.input.numeric_features == card.input.categorical_features == ()
    assert card.input.measurements is None
    assert card.overlays == OFFERED
    assert any("crop alone" in limit for limit in card.limits)
    assert not any("with and without metadata" in limit for limit in card.limits)
    assert card.parity_max_abs_difference is not None
    assert card.parity_max_abs_difference <= LARGEST_DIFFERENCE
    assert card.metrics["val_auc_all"].value == card.metrics["val_auc_image"].value


def test_both_engines_give_its_score_and_its_map(folder: Path) -> None:
    given = batch()

    answer = asked(folder, "classify", given)
    ours = OnnxEngine().classify(folder, given, NeverCancelled())

    assert "error" not in answer.values
    np.testing.assert_allclose(ours.logits, answer.arrays["logits"], atol=LARGEST_DIFFERENCE)
    assert ours.maps["class_activation"].shape == (8, 2, 2)
    np.testing.assert_allclose(
        ours.maps["class_activation"], answer.arrays["class_activation"], atol=LARGEST_DIFFERENCE
    )


def test_the_server_shows_its_map_and_refuses_one_that_it_has_not(folder: Path) -> None:
    given = batch()

    shown = asked(folder, "explain", given, overlay="class_activation")
    finer = asked(folder, "explain", given, overlay="gradient_x_input")
    refused = asked(folder, "explain", given, overlay="gate")

    np.testing.assert_array_equal(
        shown.arrays["maps"], asked(folder, "classify", given).arrays["class_activation"]
    )
    assert finer.arrays["maps"].shape == (8, 4, 4)
    assert "cannot show the overlay 'gate'; it has gradient_x_input" in refused.values["error"]
