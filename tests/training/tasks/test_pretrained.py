"""First weights from ImageNet, and of a refiner from a boundary model."""

import pytest
import torch

from models.nets import build
from models.nets.pretrained import HasPretrainedEncoder, in_fastest_layout
from models.nets.segmentation.click_refiner import ClickRefiner
from models.nets.weights import load_weights
from resources import path as shipped
from training.loop.error_messages import PlanRefusedError
from training.tasks.pretrained import fill_from_boundary_model, fill_pretrained_encoder


@pytest.mark.parametrize("name", ["dermomamba_efficient", "mambaderm_efficient"])
def test_the_bundled_weights_fill_the_encoder_and_nothing_else(name: str) -> None:
    torch.manual_seed(1)
    network = build(name)
    assert isinstance(network, HasPretrainedEncoder)
    encoder = network.pretrained_encoder
    own = {key for key in network.state_dict() if ".encoder." in f".{key}"}
    before = {key: tensor.clone() for key, tensor in network.state_dict().items()}

    fill_pretrained_encoder(network)

    after = network.state_dict()
    assert all(torch.equal(after[key], before[key]) for key in after if key not in own)
    # Of the published first kernel; a wrong order of the names would put another one there.
    assert float(encoder.stem.convolution.weight.detach().std()) == pytest.approx(0.7712, abs=1e-3)
    assert float(encoder.blocks[-1].project.norm.running_var.mean()) > 0


def test_features_of_the_bundled_encoder_are_those_it_was_published_with() -> None:
    network = build("mambaderm_efficient")
    assert isinstance(network, HasPretrainedEncoder)
    fill_pretrained_encoder(network)
    encoder = network.pretrained_encoder.eval()
    ramp = torch.linspace(-2, 2, 224 * 224 * 3).reshape(1, 3, 224, 224)
    with torch.no_grad():
        pooled = encoder(ramp)[-1].mean(dim=(2, 3))[0]
    assert pooled.shape == (1280,)
    assert 0.05 < float(pooled.mean()) < 1.0
    assert float(pooled.max()) <= 6


def test_a_network_without_such_an_encoder_is_refused() -> None:
    with pytest.raises(PlanRefusedError, match="no pretrained start"):
        fill_pretrained_encoder(build("dermomamba_tiny"))


def test_an_encoder_of_another_shape_is_refused() -> None:
    with pytest.raises(PlanRefusedError, match="another encoder"):
        fill_pretrained_encoder(build("dermomamba_efficient_tiny"))


def test_a_refiner_starts_with_the_layers_it_shares_with_a_boundary_model() -> None:
    boundary, refiner = build("dermomamba_efficient"), build("click_refiner")
    assert isinstance(refiner, ClickRefiner)
    folder = shipped("models", "dermomamba_efficient", "1")
    load_weights(boundary, folder)
    guidance = {name: tensor.clone() for name, tensor in refiner.guidance.state_dict().items()}

    fill_from_boundary_model(refiner, folder)

    taken, given = refiner.state_dict(), boundary.state_dict()
    for part in ("encoder", "reduce", "decoder", "head"):
        names = [name for name in taken if name.startswith(f"{part}.")]
        assert names
        assert all(torch.equal(taken[name], given[name]) for name in names)
    assert all(torch.equal(refiner.guidance.state_dict()[name], guidance[name]) for name in guidance)


def test_a_refiner_does_not_start_from_a_boundary_model_with_another_encoder() -> None:
    refiner = build("click_refiner")
    assert isinstance(refiner, ClickRefiner)
    with pytest.raises(PlanRefusedError, match="same encoder"):
        fill_from_boundary_model(refiner, shipped("models", "dermomamba", "2"))


def test_channels_come_last_where_that_is_faster_and_only_there() -> None:
    fast, plain = (in_fastest_layout(build(f"{name}_tiny")) for name in ("mambaderm_efficient", "dermomamba"))
    weight = next(each for each in fast.parameters() if each.ndim == 4 and each.shape[1] > 1)
    assert weight.is_contiguous(memory_format=torch.channels_last)
    assert all(each.is_contiguous() for each in plain.parameters())
