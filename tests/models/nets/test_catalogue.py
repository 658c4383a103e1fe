"""What holds for every architecture of the catalogue, shown on the smallest of each family."""

from pathlib import Path
from typing import cast

import onnx
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.contract.shelf.card import ModelTask
from models.export import LARGEST_DIFFERENCE, export_graph
from models.nets import CATALOGUE, Architecture, build
from models.nets.classification.export_form import form_for_export, graph_inputs, graph_outputs
from models.nets.classification.score_network import ScoreNetwork
from models.nets.layers.mamba import Mamba
from models.nets.layers.ss2d import SS2D
from models.nets.overlays import overlays_of
from models.nets.segmentation.click_refiner import ClickRefiner
from models.nets.segmentation.outliner import Outliner
from models.nets.weights import round_to_half, save_weights
from training.tasks.graph_form import boundary_graph, refiner_graph, score_graph

PARAMETERS: tuple[tuple[str, dict[str, int], int], ...] = (
    ("dermomamba", {}, 4_953_425),
    ("dermomamba_efficient", {}, 3_612_757),
    ("click_refiner", {}, 3_370_265),
    ("mambaderm_efficient", {}, 5_707_329),
    ("mamba_unet", {}, 3_166_049),
    ("mamba_unet_small", {}, 473_953),
    ("unet", {}, 7_702_977),
    ("mambaderm", {}, 31_381_025),
    ("mambaderm_lite", {}, 12_085_569),
    ("mambaderm_hierarchical", {}, 31_271_191),
    ("mambaderm_hierarchical_lite", {}, 11_850_203),
    ("mambavision_t", {"classes": 1000}, 31_794_248),
    ("mambavision_t2", {"classes": 1000}, 35_104_008),
    ("mambavision_s", {"classes": 1000}, 50_140_584),
    ("mambavision_b", {"classes": 1000}, 97_685_288),
    ("mambavision_l", {"classes": 1000}, 227_961_048),
    ("mambavision_l2", {"classes": 1000}, 241_554_824),
    ("mambavision_3m", {"classes": 1000}, 3_196_616),
    ("mambavision_22m", {"classes": 1000}, 22_005_896),
    ("mambavision_86m", {"classes": 1000}, 86_058_792),
    ("mambavision_3m", {"classes": 7}, 2_941_415),
    ("mambavision_22m", {"classes": 7}, 21_369_383),
    ("mambavision_86m", {"classes": 7}, 85_040_967),
    ("medmamba_t", {}, 14_453_377),
    ("medmamba_t", {"classes": 7}, 14_457_991),
    ("medmamba_t", {"classes": 1000}, 15_221_608),
    ("medmamba_t_code", {"classes": 7}, 14_457_991),
    ("medmamba_s", {"classes": 7}, 22_793_863),
    ("medmamba_s", {"classes": 1000}, 23_557_480),
    ("medmamba_s_code", {"classes": 7}, 18_625_927),
    ("medmamba_s_code", {"classes": 1000}, 19_389_544),
    ("medmamba_b", {"classes": 7}, 47_127_047),
    ("medmamba_b", {"classes": 1000}, 48_144_872),
    ("medmamba_b_code", {"classes": 7}, 39_865_863),
    ("medmamba_b_code", {"classes": 1000}, 40_883_688),
)
"""Trained numbers of every published size: name, arguments, count."""

TINY = [architecture for architecture in CATALOGUE if architecture.name.endswith("_tiny")]
COMPARED_ELSEWHERE = ("dermomamba_tiny", "mambaderm_tiny")
"""Their graphs take minutes to make; `tests/models/test_export.py` has the same comparison."""

SIZE_PX: dict[ModelTask, tuple[int, int]] = {
    "segmentation": (48, 64),
    "refinement": (32, 64),
    "classification": (64, 64),
}


def named(architecture: Architecture) -> str:
    return architecture.name


def tiny(architecture: Architecture, seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    return build(architecture.name)


def a_batch(architecture: Architecture, samples: int = 2) -> tuple[Tensor, ...]:
    """Inputs of the network, half of the table missing."""
    draw = torch.Generator().manual_seed(samples)
    size_px = SIZE_PX[architecture.task]
    images = torch.randn(samples, 3, *size_px, generator=draw)
    if architecture.task == "segmentation":
        return (images,)
    if architecture.task == "refinement":
        return images, torch.randint(0, 2, images.shape, generator=draw).float()
    numeric = torch.randn(samples, 35, generator=draw)
    numeric[:, ::2] = torch.nan
    categorical = torch.randint(0, 3, (samples, 6), generator=draw)
    return images, numeric, categorical


def answer_shape(architecture: Architecture, samples: int) -> tuple[int, ...]:
    return (
        (samples, 1) if architecture.task == "classification" else (samples, 1, *SIZE_PX[architecture.task])
    )


@pytest.mark.parametrize(("name", "arguments", "count"), PARAMETERS)
def test_every_published_size_has_its_number_of_parameters(
    name: str, arguments: dict[str, int], count: int
) -> None:
    with torch.device("meta"):
        network = build(name, **arguments)

    assert sum(parameter.numel() for parameter in network.parameters()) == count


def test_names_are_given_once() -> None:
    names = [architecture.name for architecture in CATALOGUE]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize("architecture", TINY, ids=named)
def test_logits_are_one_per_pixel_or_per_lesion(architecture: Architecture) -> None:
    logits = tiny(architecture).eval()(*a_batch(architecture, 3))

    assert logits.shape == answer_shape(architecture, 3)
    assert logits.dtype == torch.float32
    assert torch.isfinite(logits).all()


@pytest.mark.parametrize("architecture", TINY, ids=named)
def test_samples_of_a_batch_do_not_see_each_other(architecture: Architecture) -> None:
    network, batch = tiny(architecture).eval(), a_batch(architecture, 3)

    alone = torch.cat([network(*(tensor[i : i + 1] for tensor in batch)) for i in range(3)])

    torch.testing.assert_close(network(*batch), alone, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("architecture", TINY, ids=named)
def test_training_gives_every_parameter_a_finite_gradient(architecture: Architecture) -> None:
    network = tiny(architecture).train()
    batch = a_batch(architecture)
    answers = network.answers(*batch) if isinstance(network, Outliner) else (network(*batch),)
    losses = [
        functional.binary_cross_entropy_with_logits(answer, (torch.rand_like(answer) > 0.5).float())
        for answer in answers
    ]

    torch.stack(losses).sum().backward()

    for name, parameter in network.named_parameters():
        assert parameter.grad is not None, name
        assert torch.isfinite(parameter.grad).all(), name


@pytest.mark.parametrize("architecture", TINY, ids=named)
def test_the_seed_decides_the_weights(architecture: Architecture) -> None:
    batch = a_batch(architecture)
    first, again, other = (tiny(architecture, seed).eval()(*batch) for seed in (7, 7, 8))

    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@pytest.mark.parametrize("architecture", TINY, ids=named)
def test_steps_and_decays_survive_the_drawing_of_the_other_weights(architecture: Architecture) -> None:
    for scan in tiny(architecture).modules():
        if not hasattr(scan, "delta_bias"):
            assert not isinstance(scan, SS2D | Mamba)
            continue
        step = functional.softplus(scan.delta_bias)
        assert step.min() >= 0.999e-4
        assert step.max() <= 0.1001
        rank, decays = scan.delta_weight.shape[-1], torch.arange(1.0, scan.a_log.shape[-1] + 1)
        assert scan.delta_weight.std().item() == pytest.approx((3 * rank) ** -0.5, rel=0.3)
        torch.testing.assert_close(scan.a_log.exp(), decays.expand_as(scan.a_log))
        assert torch.equal(scan.skip, torch.ones_like(scan.skip))


@pytest.mark.parametrize("architecture", [each for each in TINY if each.task == "classification"], ids=named)
def test_a_score_network_says_the_same_in_every_form(architecture: Architecture) -> None:
    network, batch = tiny(architecture).eval(), a_batch(architecture)
    assert isinstance(network, ScoreNetwork)

    logits = network(*batch)
    seen, (explained, maps) = network.seen(*batch), network.maps(*batch)
    exported = form_for_export(network)(*batch[: len(graph_inputs(network))])

    torch.testing.assert_close(seen.logits, logits)
    torch.testing.assert_close(explained, logits)
    torch.testing.assert_close(exported[0], logits)
    assert ("logits", *maps) == graph_outputs(network)
    assert set(maps) <= set(overlays_of(network))
    assert all(torch.equal(found, wanted) for found, wanted in zip(exported[1:], maps.values(), strict=True))
    assert (seen.local.shape[-1], seen.context.shape[-1]) == network.token_widths
    assert network.last_layer.out_features == logits.shape[1]
    moved = network(batch[0], batch[1] + 1.0, batch[2])
    assert torch.equal(moved, logits) is not network.reads_table


@pytest.mark.slow
@pytest.mark.parametrize("architecture", [a for a in TINY if a.name not in COMPARED_ELSEWHERE], ids=named)
def test_a_graph_gives_what_the_network_gives(architecture: Architecture, tmp_path: Path) -> None:
    network = tiny(architecture).eval()
    round_to_half(network)
    save_weights(network, tmp_path)
    if isinstance(network, ScoreNetwork):
        form, signature = score_graph(network)
    elif isinstance(network, ClickRefiner):
        form, signature = refiner_graph(network)
    else:
        form, signature = boundary_graph(cast("Outliner", network))
    examples = [dict(zip(signature.inputs, a_batch(architecture, n), strict=False)) for n in (2, 1, 3)]

    difference = export_graph(form, signature, examples, tmp_path)

    assert difference <= LARGEST_DIFFERENCE
    graph = onnx.load(tmp_path / "graph.onnx", load_external_data=False).graph
    assert [given.name for given in graph.input] == list(signature.inputs)
    assert [output.name for output in graph.output] == list(signature.outputs)
