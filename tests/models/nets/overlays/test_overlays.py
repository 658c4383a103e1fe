"""What every overlay must hold, for the smallest network of every architecture that can show it."""

from collections.abc import Callable
from functools import cache

import pytest
import torch
from scipy.stats import spearmanr
from torch import Tensor, nn
from torch.nn import functional

from models.nets import CATALOGUE, build
from models.nets.classification.mambaderm import MambaDerm
from models.nets.classification.medmamba import PatchMerging
from models.nets.classification.score_network import ScoreNetwork
from models.nets.explainable import Divisible
from models.nets.layers.attention import SelfAttention
from models.nets.layers.position import PositionEmbedding
from models.nets.layers.ss2d import SS2D
from models.nets.overlays import OVERLAYS, Overlay, overlays_of
from models.nets.overlays.cross_modal import cross_modal
from models.nets.overlays.grad_cam import grad_cam
from models.nets.overlays.gradient_x_input import gradient_x_input, together
from models.nets.overlays.hidden_attention import runs_one_way
from models.nets.overlays.hidden_matrix import mean_matrix
from models.nets.overlays.relevance_share import positive_share_inside
from models.nets.overlays.rollout import rolled_out, rollout_map
from models.nets.segmentation.outliner import Outliner, said_of_lesion

Batch = tuple[Tensor, ...]

MIXING = ("gradient_x_input", "hidden_attention", "grad_cam", "rollout")
TABULAR = (
    *("gradient_x_input", "hidden_attention", "gate", *MIXING[2:], "cross_modal", "attribution_rollout"),
    "occlusion",
)
IMAGE_ONLY = (*MIXING, "class_activation", "attribution_rollout", "occlusion")
OFFERED = {
    "mambaderm_tiny": TABULAR,
    "mambaderm_hierarchical_tiny": TABULAR,
    "medmamba_tiny": IMAGE_ONLY,
    "mambavision_tiny": IMAGE_ONLY,
    "dermomamba_tiny": (*MIXING, "attribution_rollout", "cbam_gates"),
    "dermomamba_efficient_tiny": (*MIXING, "attribution_rollout", "cbam_gates"),
    "mambaderm_efficient_tiny": TABULAR,
    "mamba_unet_tiny": (*MIXING, "attribution_rollout"),
    "unet_tiny": ("gradient_x_input", "grad_cam"),
}

every_map = pytest.mark.parametrize(
    ("name", "overlay"),
    [(name, each) for name, offered in OFFERED.items() for each in OVERLAYS if each.name in offered],
    ids=lambda value: value if isinstance(value, str) else value.name,
)


@cache
def network_of(name: str) -> nn.Module:
    torch.manual_seed(0)
    network = build(name)
    if has_pretrained_encoder(network):
        _let_norms_see(network, batch_of(name))
    return network.eval()


def has_pretrained_encoder(network: nn.Module) -> bool:
    return hasattr(network, "pretrained_encoder")


@torch.no_grad()
def _let_norms_see(network: nn.Module, batch: Batch) -> None:
    """Take the statistics of a batch: behind those of a drawn encoder, no image differs from another."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 1.0
    network.train()(*batch)


@cache
def batch_of(name: str) -> Batch:
    """Two samples; images whose grids are no squares, larger for an encoder that makes them coarser."""
    draw = torch.Generator().manual_seed(0)
    is_coarse = has_pretrained_encoder(build(name))
    images = torch.randn(2, 3, *((96, 128) if is_coarse else (48, 64)), generator=draw)
    if not isinstance(build(name), ScoreNetwork):
        return (images,)
    numeric = torch.randn(2, 35, generator=draw)
    numeric[:, ::3] = torch.nan
    return images, numeric, torch.randint(0, 3, (2, 6), generator=draw)


def rank_correlation(one: Tensor, other: Tensor) -> float:
    return float(spearmanr(one.flatten().numpy(), other.flatten().numpy()).statistic)


def test_every_family_offers_what_it_can_show_and_its_default_first() -> None:
    # No overlay explains what a refiner makes of clicks.
    tiny = [each.name for each in CATALOGUE if each.name.endswith("_tiny") and each.task != "refinement"]

    assert {name: overlays_of(network_of(name)) for name in tiny} == OFFERED
    assert overlays_of(nn.Linear(1, 1)) == ()


@every_map
def test_an_overlay_is_one_finite_map_per_sample(name: str, overlay: Overlay) -> None:
    maps = overlay.compute(network_of(name), *batch_of(name))

    assert maps.ndim == 3
    assert len(maps) == 2
    assert maps.shape[1] * 4 == maps.shape[2] * 3 or overlay.name == "class_activation"
    assert maps.dtype == torch.float32
    assert not maps.requires_grad
    assert torch.isfinite(maps).all()
    assert (maps.std(dim=(1, 2)) > 0).all()
    assert overlay.is_signed or maps.min() >= 0


@every_map
def test_an_overlay_of_one_sample_does_not_depend_on_the_others(name: str, overlay: Overlay) -> None:
    together = overlay.compute(network_of(name), *batch_of(name))
    alone = overlay.compute(network_of(name), *(tensor[1:] for tensor in batch_of(name)))

    torch.testing.assert_close(together[1:], alone, atol=1e-6, rtol=1e-3)


@every_map
@pytest.mark.parametrize("value", [0.0, 2.5])
def test_an_overlay_of_a_plain_image_is_finite(name: str, overlay: Overlay, value: float) -> None:
    images, *table = batch_of(name)

    assert torch.isfinite(
        overlay.compute(network_of(name), torch.full_like(images[:1], value), *(row[:1] for row in table))
    ).all()


@every_map
def test_an_overlay_leaves_no_trace_even_where_gradients_are_switched_off(
    name: str, overlay: Overlay
) -> None:
    network, batch = network_of(name), batch_of(name)
    before = network(*batch)

    first = overlay.compute(network, *batch)
    with torch.no_grad():
        second = overlay.compute(network, *batch)

    assert torch.equal(first, second)
    assert torch.equal(network(*batch), before)
    assert all(parameter.grad is None for parameter in network.parameters())
    assert not any(module._forward_pre_hooks or module._forward_hooks for module in network.modules())


@every_map
def test_an_overlay_runs_the_network_at_most_once(name: str, overlay: Overlay) -> None:
    if overlay.name == "occlusion":
        pytest.skip("it asks the network about every patch")
    network, calls = network_of(name), []
    counted = [module for module in network.modules() if isinstance(module, nn.Conv2d | nn.Linear)]
    hooks = [module.register_forward_hook(lambda module, *_: calls.append(module)) for module in counted]
    network(*batch_of(name))
    once = {module: calls.count(module) for module in counted}
    calls.clear()

    overlay.compute(network, *batch_of(name))
    for hook in hooks:
        hook.remove()

    scans = {own for ss2d in network.modules() if isinstance(ss2d, SS2D) for own in ss2d.modules()}
    asked = {
        own
        for attention in network.modules()
        if isinstance(attention, SelfAttention)
        for own in attention.modules()
    }
    mixers = {own for each in network.modules() if hasattr(each, "reading") for own in each.modules()}
    spared = scans | asked | mixers  # what a scan is given is read again, without its scan
    assert all(calls.count(module) <= once[module] for module in counted if module not in spared)
    assert all(calls.count(module) <= 2 * once[module] for module in counted)


@pytest.mark.parametrize("name", [name for name in OFFERED if isinstance(network_of(name), ScoreNetwork)])
@pytest.mark.parametrize("explain", [gradient_x_input, grad_cam])
def test_another_head_explains_its_score_with_another_map(name: str, explain: Callable[..., Tensor]) -> None:
    torch.manual_seed(0)
    network = build(name).eval()
    assert isinstance(network, ScoreNetwork)
    draw = torch.Generator().manual_seed(0)
    images = torch.randn(1, 3, 96, 96, generator=draw)
    one_sample = (images, *(tensor[:1] for tensor in batch_of(name)[1:]))
    before = explain(network, *one_sample)
    correlations = []
    for seed in range(8):
        torch.manual_seed(seed)
        head = network.get_submodule("head")
        for layer in (module for module in head.modules() if isinstance(module, nn.Linear)):
            nn.init.trunc_normal_(layer.weight, std=0.02)
        after = explain(network, *one_sample)
        # A map that is zero everywhere, as Grad-CAM's may be, has no order at all.
        correlations.append(rank_correlation(before, after) if after.std() > 0 else 0.0)

    assert sum(correlations) / len(correlations) < 0.5


@pytest.mark.parametrize("name", OFFERED)
def test_removing_the_most_relevant_places_lowers_the_answer_most(name: str) -> None:
    network, table = network_of(name), [tensor[:1] for tensor in batch_of(name)[1:]]
    draw = torch.Generator().manual_seed(1)
    height, width = (2 * side for side in batch_of(name)[0].shape[2:])
    batch = (torch.randn(1, 3, height, width, generator=draw), *table)
    assert isinstance(network, Divisible)
    cut, relevance = network.cut(*batch), gradient_x_input(network, *batch)[0]
    fifth = max(1, relevance.numel() // 5)

    @torch.no_grad()
    def answer_without(places: Tensor) -> float:
        kept = torch.ones(relevance.numel()).index_fill(0, places, 0.0).view(1, 1, *relevance.shape)
        masks = [functional.interpolate(kept, tuple(each.shape[1:3]), mode="area") for each in cut.sources]
        return float(
            cut.answer([each * mask[:, 0, ..., None] for each, mask in zip(cut.sources, masks, strict=True)])
        )

    without_best = answer_without(relevance.flatten().topk(fifth).indices)
    without_any = [
        answer_without(torch.randperm(relevance.numel(), generator=draw)[:fifth]) for _ in range(20)
    ]

    assert without_best < sorted(without_any)[1]


@pytest.mark.parametrize("name", ["mambaderm_tiny", "medmamba_tiny"])
@pytest.mark.parametrize("overlay", [*MIXING, "attribution_rollout"])
def test_an_image_upside_down_gives_the_map_upside_down_to_a_network_that_was_turned_too(
    name: str, overlay: str
) -> None:
    torch.manual_seed(0)
    network, turned = build(name).eval(), build(name).eval()
    turned.load_state_dict(network.state_dict())
    _turn(turned)
    images, table = torch.randn(1, 3, 64, 64), (tensor[:1] for tensor in batch_of(name)[1:])
    compute = next(each.compute for each in OVERLAYS if each.name == overlay)

    expected = compute(network, images, *(table := tuple(table))).flip(1, 2)
    found = compute(turned, images.flip(2, 3), *table)

    assert rank_correlation(expected, expected.flip(1, 2)) < 0.9
    torch.testing.assert_close(found, expected, atol=1e-5 * expected.abs().max().item(), rtol=1e-3)


@torch.no_grad()
def _turn(network: nn.Module) -> None:
    """Give a network weights with which it sees an image upside down as it saw the image.

    Every path of a scan is then walked from its end: each of the four directions becomes its reverse.
    """
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            module.weight.copy_(module.weight.flip(2, 3))
        elif isinstance(module, PositionEmbedding):
            module.grid.copy_(module.grid.flip(1, 2))
        elif isinstance(module, PatchMerging):
            module.reduce.weight.copy_(torch.cat(module.reduce.weight.chunk(4, dim=1)[::-1], dim=1))
        elif isinstance(module, SS2D):
            for own in (module.x_proj, module.delta_weight, module.delta_bias, module.a_log, module.skip):
                own.copy_(own[[2, 3, 0, 1]])


def test_grad_cam_of_the_fused_tokens_is_its_formula(network: MambaDerm, inputs: Batch) -> None:
    fused = network.forward_explained(*inputs).fused_tokens.detach().requires_grad_()
    score = network.head(fused, network.table(*inputs[1:])).sum()
    (slope,) = torch.autograd.grad(score, fused)
    expected = torch.einsum("blc,bc->bl", fused, slope.mean(1)).clamp(min=0).view(2, 6, 6)

    torch.testing.assert_close(grad_cam(network, *inputs), expected)


@pytest.mark.parametrize("name", ["dermomamba_tiny", "unet_tiny", "mamba_unet_tiny"])
def test_grad_cam_of_an_outliner_adds_all_grids_between_encoder_and_decoder(name: str) -> None:
    network, (images,) = network_of(name), batch_of(name)
    assert isinstance(network, Outliner)
    features = [each.detach().requires_grad_() for each in network.encoded(images)]
    slopes = torch.autograd.grad(said_of_lesion(network.decoded(features)).sum(), features)
    maps = [
        (feature * slope.mean(dim=(2, 3), keepdim=True)).sum(dim=1).clamp(min=0).detach()
        for feature, slope in zip(features, slopes, strict=True)
    ]

    torch.testing.assert_close(grad_cam(network, images), together(maps))


@pytest.mark.parametrize("name", ["mambaderm_tiny", "mambaderm_hierarchical_tiny"])
@pytest.mark.parametrize("overlay", ["gate", "hidden_attention"])
def test_the_server_and_the_graph_show_the_same_map(name: str, overlay: str) -> None:
    network = network_of(name)
    assert isinstance(network, ScoreNetwork)
    compute = next(each.compute for each in OVERLAYS if each.name == overlay)

    in_graph = network.maps(*batch_of(name))[1][overlay].detach()

    torch.testing.assert_close(compute(network, *batch_of(name)), in_graph)


def test_rollout_is_the_mean_row_of_the_product_with_half_of_each_token_kept() -> None:
    torch.manual_seed(0)
    scan, attention, tokens = SS2D(8, d_state=2), SelfAttention(8, 2), torch.randn(2, 6, 8)
    first = mean_matrix(scan.reading(tokens.view(2, 2, 3, 8)))
    first = 0.5 * torch.eye(6) + 0.5 * first / first.sum(dim=2, keepdim=True)
    second = 0.5 * torch.eye(6) + 0.5 * attention.weights(tokens).mean(dim=1)

    found = rolled_out([(scan, tokens.view(2, 2, 3, 8)), (attention, tokens)])

    torch.testing.assert_close(found, (second @ first).mean(dim=1))
    torch.testing.assert_close(found.sum(dim=1), torch.ones(2))


def test_attention_weights_are_those_that_mix_the_values() -> None:
    torch.manual_seed(0)
    attention, tokens = SelfAttention(8, 2), torch.randn(2, 5, 8)
    values = attention.query_key_value(tokens)[..., 16:].view(2, 5, 2, 4).transpose(1, 2)

    mixed = (attention.weights(tokens) @ values).transpose(1, 2).reshape(2, 5, 8)

    torch.testing.assert_close(attention.output(mixed), attention(tokens))


def test_networks_whose_maps_favour_early_tokens_are_known() -> None:
    one_way = [name for name in OFFERED if runs_one_way(network_of(name), 48, 64)]

    assert one_way == ["mambavision_tiny", "mamba_unet_tiny"]


def test_windows_are_rolled_out_apart_and_laid_back_in_their_places() -> None:
    torch.manual_seed(0)
    network = build("mambavision_tiny", windows=(2, 7)).eval()
    images = torch.randn(1, 3, 48, 64)
    changed = images.clone()
    changed[..., 32:] = 0.0

    before, after = rollout_map(network, images), rollout_map(network, changed)

    assert before.shape == (1, 3, 4)
    # Rows 0 and 1 are whole windows of four tokens; the third is filled up with zeros, which are cut off.
    torch.testing.assert_close(before[0, :2, :2].sum(), torch.tensor(1.0))
    assert not torch.allclose(before[..., 2:], after[..., 2:])


def test_cross_modal_maps_share_out_the_whole_attention(network: MambaDerm, inputs: Batch) -> None:
    found = cross_modal(network, *inputs)

    assert found.attention.shape == (2, 42, 6, 6)
    torch.testing.assert_close(found.attention.sum(dim=1), torch.ones(2, 6, 6))
    torch.testing.assert_close(found.taken.mean(dim=(1, 2)), found.weights.sum(dim=1))


def test_what_attention_brought_is_measured_behind_the_output_map(network: MambaDerm, inputs: Batch) -> None:
    reader = network.fusion.attention
    reader.output.weight.data[:, : reader.output.in_features // 2] = 0.0
    before = cross_modal(network, *inputs).taken
    reader.value.weight.data[: reader.value.out_features // 2] *= 7.0

    # Only values of the first head grew, and nothing of it passes.
    torch.testing.assert_close(cross_modal(network, *inputs).taken, before)
    reader.output.weight.data *= 2.0
    torch.testing.assert_close(cross_modal(network, *inputs).taken, 2.0 * before)


def test_the_share_inside_a_lesion_counts_covered_area() -> None:
    maps = torch.tensor([[[3.0, 1.0], [-5.0, 0.0]], [[0.0, 0.0], [0.0, -1.0]]])
    masks = torch.zeros(2, 4, 4, dtype=torch.bool)
    masks[:, :2, :3] = True

    share = positive_share_inside(maps, masks)

    assert share[0].item() == pytest.approx((3.0 + 0.5) / 4.0)
    assert share[1].isnan()
