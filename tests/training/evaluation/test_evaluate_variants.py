from pathlib import Path

import numpy as np
import pytest
import torch

from models.contract.files.atomic_files import sha256_of
from models.contract.shelf.card import WEIGHTS_FILE, read_card, write_card
from models.nets import build
from models.nets.classification.evidence import EvidentialLinear
from models.nets.classification.score_network import ScoreNetwork
from models.nets.layers.drop_path import DropPath
from models.nets.weights import save_weights
from tests.model_folders import write_model
from tests.training.command_line import call
from tests.training.data_folders import mini_data_folder
from training.contract.data_set import DataSetError
from training.evaluation.evaluate import Evaluation, of_split
from training.evaluation.evaluate_variants import Variants, with_variants
from training.evaluation.mc_dropout import disagreement, dropout_awake, passes_of
from training.evaluation.test_time_augmentation import (
    FrameView,
    frame_views,
    mask_over_views,
    probability_over_views,
)
from training.inputs.decode import read_image
from training.tasks.loaded_model import PublishedModel, predicted_mask
from training.tasks.segmentation import network_logits


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder and a segmenter with dropout."""
    root = tmp_path_factory.mktemp("variants")
    mini_data_folder(root / "data", train=2, val=12, test=1)
    write_model(root / "models", "mamba_unet_tiny", "segmentation", with_graph=False)
    return root


@pytest.mark.parametrize(("height", "width", "count"), [(6, 6, 8), (4, 6, 4)])
def test_every_view_is_another_one_and_comes_back_as_it_was(height: int, width: int, count: int) -> None:
    plane = np.arange(height * width, dtype=np.float32).reshape(height, width)
    seen = [view.of(plane) for view in frame_views(height, width)]
    assert len({(each.shape, each.tobytes()) for each in seen}) == count
    assert all(each.shape == (height, width) for each in seen)
    for view, each in zip(frame_views(height, width), seen, strict=True):
        np.testing.assert_array_equal(view.brought_back(each), plane)


def test_a_view_turns_every_channel() -> None:
    image = np.arange(2 * 4 * 4, dtype=np.float32).reshape(2, 4, 4)
    view = FrameView(is_mirrored=True, quarters=1)
    for channel, expected in zip(view.of(image), image, strict=True):
        np.testing.assert_array_equal(channel, view.of(expected))


class Darkness(torch.nn.Module):
    """Answers each pixel by itself, so that every view says the same, but for a slope to the right."""

    def __init__(self, slope: float) -> None:
        super().__init__()
        self.slope = torch.nn.Parameter(torch.tensor(slope))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        leaning = torch.linspace(-1, 1, images.shape[-1]) * self.slope
        return -images.mean(dim=1, keepdim=True) + leaning


def test_the_mean_over_views_undoes_every_turn(root: Path) -> None:
    """What the network says of each pixel stays at its pixel, and a leaning to one side is averaged out."""
    model = PublishedModel.read(root / "models" / "mamba-unet-tiny" / "1")
    image = read_image(of_split(root / "data", "val")[0])
    upright = PublishedModel(Darkness(0.0), model.card)
    leaning = PublishedModel(Darkness(1.0), model.card)
    np.testing.assert_array_equal(mask_over_views(upright, image), predicted_mask(upright, image))
    one_sided = probability_over_views(leaning, image)
    plain = probability_over_views(upright, image)
    assert np.abs(one_sided - plain).max() < 0.08
    assert np.abs(one_sided - plain).max() > 0


def test_disagreement_of_hand_computed_passes() -> None:
    told = disagreement(np.array([[0.0, 0.5, 0.9], [1.0, 0.5, 0.9]]))
    np.testing.assert_allclose(told.mean, [0.5, 0.5, 0.9])
    np.testing.assert_allclose(told.predictive_entropy, [np.log(2), np.log(2), 0.3250829733914482])
    # The first passes contradict each other, the second know nothing, the third agree.
    np.testing.assert_allclose(told.mutual_information, [np.log(2), 0, 0], atol=1e-12)


def test_only_dropout_is_awake_and_only_for_a_while() -> None:
    network = build("mambaderm_tiny").train()
    with dropout_awake(network):
        awake = {type(layer) for layer in network.modules() if layer.training}
        assert awake == {torch.nn.Dropout}
        assert any(isinstance(layer, DropPath) for layer in network.modules())
    assert all(layer.training for layer in network.modules())


def test_passes_differ_and_are_the_same_when_asked_for_again() -> None:
    network = build("mamba_unet_tiny").eval()
    images = np.random.default_rng(0).normal(size=(1, 3, 32, 32)).astype(np.float32)

    def ask() -> np.ndarray:
        with torch.inference_mode():
            return network(torch.from_numpy(images))[0, 0].numpy()

    before = torch.get_rng_state()
    first, again = passes_of(network, ask, 3), passes_of(network, ask, 3)
    assert torch.equal(before, torch.get_rng_state())
    np.testing.assert_array_equal(first, again)
    assert np.abs(first[0] - first[1]).max() > 0
    np.testing.assert_array_equal(network_logits(network, images)[0], network_logits(network, images)[0])


def test_a_network_without_dropout_is_refused() -> None:
    with pytest.raises(DataSetError, match="no dropout"):
        passes_of(build("unet_tiny"), lambda: np.zeros(1, np.float32), 3)


def test_passes_that_are_impossible_are_refused_before_anything_is_measured(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_model(root / "models", "unet_tiny", "segmentation", with_graph=False)
    monkeypatch.setattr(
        "training.evaluation.evaluate.evaluate_segmenter", lambda *_: pytest.fail("measured for nothing")
    )
    assert call("evaluate", folder, "--data", root / "data", "--split", "val", "--mc-dropout", 2) == 1
    assert "no dropout" in capsys.readouterr().err


def test_a_segmenters_further_figures_stand_beside_the_plain_ones(root: Path) -> None:
    folder = root / "models" / "mamba-unet-tiny" / "1"
    options = ("evaluate", folder, "--data", root / "data", "--split", "val")
    assert call(*options) == 0
    plain = read_card(folder).metrics
    assert not any("tta" in name or "mc" in name for name in plain)
    assert call(*options, "--tta", "--mc-dropout", 2) == 0
    figures = read_card(folder).metrics
    assert figures["val_dice"] == plain["val_dice"]
    for name in ("dice_tta", "iou_tta", "dice_mc_dropout", "iou_mc_dropout"):
        assert 0 <= figures[f"val_{name}"].value <= 1
        assert figures[f"val_{name}"].n == 12
    assert figures["val_mutual_information_mc_dropout"].value > 0


def test_an_evidential_classifiers_uncertainties_are_kept_apart(root: Path) -> None:
    torch.manual_seed(3)
    folder = write_model(root / "scores", "mambaderm_tiny", "classification", with_graph=False)
    network = build("mambaderm_tiny", evidential=True)
    assert isinstance(network, ScoreNetwork)
    assert isinstance(network.last_layer, EvidentialLinear)
    save_weights(network, folder)
    changes = {
        "architecture_arguments": {"evidential": True},
        "weights_sha256": sha256_of(folder / WEIGHTS_FILE),
    }
    write_card(read_card(folder).model_copy(update=changes), folder)
    segmenter = root / "models" / "mamba-unet-tiny" / "1"
    variants = Variants(tta=True, mc_passes=3)
    found = with_variants(Evaluation(read_card(folder), "val"), folder, root / "data", segmenter, variants)
    figures = found.card.metrics
    for name in ("auc_one_view", "auc_mc_dropout"):
        assert 0 <= figures[f"val_{name}"].value <= 1
    assert 0 < figures["val_evidence_epistemic"].value < 1
    assert 0 < figures["val_evidence_aleatoric"].value <= np.log(2) + 1e-6
    information = figures["val_mutual_information_mc_dropout"].value
    assert 0 <= information < figures["val_predictive_entropy_mc_dropout"].value
