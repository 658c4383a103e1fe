"""Frozen gradient x input, for the smallest of every architecture."""

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor, nn

from models.nets import CATALOGUE, Architecture, build
from models.nets.explainable import Divisible
from models.nets.overlays.frozen import frozen
from models.nets.overlays.gradient_x_input import Relevance, gradient_x_input, relevance, together

FAMILIES = [
    architecture
    for architecture in CATALOGUE
    if architecture.name.endswith("_tiny") and architecture.task != "refinement"
]
"""All but the refiners, whose answers to clicks no overlay explains."""
CLASSIFIERS = [architecture for architecture in FAMILIES if architecture.task == "classification"]

every_family = pytest.mark.parametrize("architecture", FAMILIES, ids=lambda each: each.name)


def trained_looking(architecture: Architecture, *, diagnosis_labels: Sequence[int] = ()) -> nn.Module:
    """Give weights values they only get by training, so that no bias, norm or decision can be forgotten."""
    torch.manual_seed(0)
    options = {"diagnosis_labels": diagnosis_labels} if diagnosis_labels else {}
    network = build(architecture.name, **options).eval()
    for name, parameter in network.named_parameters():
        if name.endswith("delta_bias"):
            # Long steps, so that the answer hangs on what the scans select.
            nn.init.zeros_(parameter)
        elif name.endswith("bias"):
            nn.init.normal_(parameter, std=0.1)
        elif "norm" in name:
            nn.init.uniform_(parameter, 0.5, 1.5)
        elif name.endswith(("proj.weight", "x_proj", "score.weight", "head.weight")):
            nn.init.normal_(parameter, std=0.5)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.running_mean, std=0.1)
    return network


def inputs_of(architecture: Architecture, samples: int = 2) -> tuple[Tensor, ...]:
    draw = torch.Generator().manual_seed(0)
    if architecture.task == "segmentation":
        return (torch.randn(samples, 3, 32, 48, generator=draw),)
    numeric = torch.randn(samples, 35, generator=draw)
    numeric[:, ::3] = torch.nan
    categorical = torch.randint(0, 3, (samples, 6), generator=draw)
    return torch.randn(samples, 3, 64, 64, generator=draw), numeric, categorical


def split(network: nn.Module, inputs: tuple[Tensor, ...]) -> Relevance:
    assert isinstance(network, Divisible)
    return relevance(network, *inputs)


def ordinary_answer(architecture: Architecture, logits: Tensor) -> Tensor:
    if architecture.task == "classification":
        return logits[:, 0]
    return torch.where(logits > 0, logits, 0.0).sum(dim=(1, 2, 3))


@every_family
def test_a_cut_answers_as_the_whole_network_and_freezing_keeps_the_answer(architecture: Architecture) -> None:
    network, inputs = trained_looking(architecture), inputs_of(architecture)
    assert isinstance(network, Divisible)
    expected = ordinary_answer(architecture, network(*inputs).detach())

    for cut in (network.cut(*inputs), network.late_cut(*inputs)):
        torch.testing.assert_close(cut.answer(cut.sources).detach(), expected, atol=1e-5, rtol=1e-4)
        with frozen():
            torch.testing.assert_close(cut.answer(cut.sources).detach(), expected, atol=1e-5, rtol=1e-4)


@every_family
def test_shares_of_places_and_constants_add_up_to_the_answer(architecture: Architecture) -> None:
    found = split(trained_looking(architecture), inputs_of(architecture))

    assert found.by_place.abs().sum() > 0.01 * found.answer.abs().sum()
    assert found.gap.max() < 1e-4


@pytest.mark.parametrize(
    "architecture",
    # A UNet is affine between the kinks of its activations: frozen or not is all the same to it.
    [each for each in FAMILIES if each.name != "unet_tiny"],
    ids=lambda each: each.name,
)
def test_forgetting_to_freeze_is_noticed(architecture: Architecture) -> None:
    network, inputs = trained_looking(architecture), inputs_of(architecture)
    assert isinstance(network, Divisible)
    cut = network.cut(*inputs)
    leaves = [source.detach().requires_grad_() for source in cut.sources]
    slopes = torch.autograd.grad(cut.answer(leaves).sum(), leaves)
    unfrozen = together([(leaf * slope).sum(-1).detach() for leaf, slope in zip(leaves, slopes, strict=True)])

    honest = relevance(network, *inputs)

    assert honest._replace(by_place=unfrozen).gap.min() > 1e-3
    torch.testing.assert_close(gradient_x_input(network, *inputs), honest.by_place, atol=1e-6, rtol=1e-4)


@pytest.mark.parametrize("architecture", CLASSIFIERS, ids=lambda each: each.name)
def test_another_answer_for_the_same_features_is_split_without_a_gap_too(architecture: Architecture) -> None:
    network, (images, *table) = trained_looking(architecture), inputs_of(architecture)

    found = split(network, (3.0 * images + 1.0, *table))

    assert found.gap.max() < 1e-4


def test_an_evidential_head_is_split_like_any_other() -> None:
    torch.manual_seed(0)
    network = build("medmamba_tiny", evidential=True).eval()
    nn.init.normal_(network.get_parameter("head.weight"))

    found = split(network, inputs_of(CLASSIFIERS[0]))

    assert found.by_place.abs().sum() > 0.01
    assert found.gap.max() < 1e-4


@pytest.mark.parametrize("architecture", CLASSIFIERS, ids=lambda each: each.name)
def test_malignancy_drawn_from_several_diagnoses_is_split_without_a_gap(architecture: Architecture) -> None:
    network = trained_looking(architecture, diagnosis_labels=(1, 0, 1, 0, 0))

    found = split(network, inputs_of(architecture))

    assert found.by_place.abs().sum() > 0.01 * found.answer.abs().sum()
    assert found.gap.max() < 1e-4


def test_a_coarse_share_is_spread_evenly_and_keeps_its_sum() -> None:
    coarse, fine = torch.tensor([[[4.0, -8.0]]]), torch.ones(1, 2, 4)

    total = together([coarse, fine])

    expected = torch.tensor([[[2.0, 2.0, -1.0, -1.0], [2.0, 2.0, -1.0, -1.0]]])
    assert torch.equal(total, expected)
