import pytest
import torch
from torch import Tensor, nn

from models.nets.layers.cbam import CBAM
from models.nets.layers.cross_scale import AxialDepthwise, CrossScaleMamba
from models.nets.layers.drop_path import DropPath, rising_rates
from models.nets.layers.pcam import PCAM
from models.nets.layers.sweep_mamba import SweepMamba
from models.nets.layers.vss import VSSBlock, VSSLayer


def parameter_count(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.mark.parametrize(
    ("channels", "count"), [(32, 262), (64, 680), (128, 2_284), (256, 8_564), (512, 33_412)]
)
def test_cbam_parameter_count(channels: int, count: int) -> None:
    assert parameter_count(CBAM(channels)) == count


def test_cbam_only_weakens_features() -> None:
    torch.manual_seed(0)
    x = torch.randn(2, 32, 5, 7)

    weighed = CBAM(32).eval()(x)

    assert weighed.shape == x.shape
    assert (weighed.abs() < x.abs()).all()
    assert (weighed.sign() == x.sign()).all()


def test_pcam_matches_its_formula() -> None:
    torch.manual_seed(0)
    pcam, x = PCAM(6), torch.randn(2, 6, 5, 4)

    y = pcam.conv(x)
    before, after = x.mean((2, 3)), y.mean((2, 3))
    factor = torch.sigmoid(after * (1 + torch.softmax(after - before, dim=1)))

    torch.testing.assert_close(pcam(x), factor[:, :, None, None] * y)
    assert parameter_count(PCAM(512)) == 41_984


@pytest.mark.parametrize(("dilation", "reach"), [(1, 4), (2, 8), (3, 12)])
def test_axial_convolution_reaches_as_far_as_its_dilation(dilation: int, reach: int) -> None:
    torch.manual_seed(0)
    conv = AxialDepthwise(1, dilation)
    flat, spike = torch.zeros(1, 1, 31, 31), torch.zeros(1, 1, 31, 31)
    spike[0, 0, 15, 15] = 1.0

    moved = (conv(spike) - conv(flat))[0, 0].abs() > 1e-9
    rows, columns = moved.nonzero().unbind(1)

    assert (rows.min().item(), rows.max().item()) == (15 - reach, 15 + reach)
    assert (columns.min().item(), columns.max().item()) == (15 - reach, 15 + reach)


def test_cross_scale_block_leaves_the_last_quarter_to_the_norm_alone() -> None:
    torch.manual_seed(0)
    block, x = CrossScaleMamba(16).eval(), torch.rand(2, 16, 6, 10)

    assert torch.allclose(block(x)[:, 12:], x[:, 12:] / (1 + 1e-5) ** 0.5)


def test_cross_scale_block_shares_one_vss_block_without_mixing_images() -> None:
    torch.manual_seed(0)
    block, x = CrossScaleMamba(16).eval(), torch.randn(3, 16, 6, 10)

    together = block(x)

    torch.testing.assert_close(together, torch.cat([block(image[None]) for image in x]))


def test_pooled_scans_keep_the_full_grid_exact() -> None:
    torch.manual_seed(0)
    block = CrossScaleMamba(16, d_state=8, pooling=2).eval()
    nn.init.zeros_(block.vss.ss2d.out_proj.weight)
    x = torch.randn(1, 16, 6, 10)

    wide = [axial(part) for axial, part in zip(block.axial, x.chunk(4, dim=1), strict=False)]
    expected = torch.relu(block.norm(torch.cat([*wide, x[:, 12:]], dim=1)))

    torch.testing.assert_close(block(x), expected)


def test_sweep_parameter_counts() -> None:
    assert parameter_count(SweepMamba(512, (8, 8))) == 131_777
    assert parameter_count(SweepMamba(512, (6, 8))) == 130_729


@pytest.mark.parametrize("grid", [(3, 4), (4, 3), (6, 8), (1, 5)])
def test_sweep_accepts_any_grid(grid: tuple[int, int]) -> None:
    torch.manual_seed(0)
    sweep, x = SweepMamba(32, (3, 4)).eval(), torch.randn(2, 32, *grid)

    assert sweep(x).shape == x.shape
    assert torch.isfinite(sweep(x)).all()


def test_sweep_scans_each_face_in_its_own_plane() -> None:
    torch.manual_seed(0)
    sweep, p = SweepMamba(32, (3, 5)), torch.randn(2, 3, 5, 4)

    across = torch.stack([sweep.over_width(q.permute(1, 2, 0)[None])[0].permute(2, 0, 1) for q in p])
    down = torch.stack([sweep.over_height(q.permute(2, 0, 1)[None])[0].permute(1, 2, 0) for q in p])

    torch.testing.assert_close(sweep._side_scans(p), across + down)


def test_blocks_with_zero_output_are_the_identity() -> None:
    torch.manual_seed(0)
    tokens = torch.randn(1, 3, 4, 8)
    block, layer = VSSBlock(8), VSSLayer(8)
    nn.init.zeros_(block.ss2d.out_proj.weight)
    nn.init.zeros_(layer.block.ss2d.out_proj.weight)
    last = layer.mlp[3]
    assert isinstance(last, nn.Linear)
    nn.init.zeros_(last.weight)
    nn.init.zeros_(last.bias)

    assert torch.equal(block(tokens), tokens)
    assert torch.equal(layer(tokens), tokens)


def test_drop_path_drops_whole_samples_and_keeps_the_mean() -> None:
    torch.manual_seed(0)
    drop = DropPath(0.25)

    dropped = drop(torch.ones(20_000, 2, 2))

    assert dropped.unique().tolist() == pytest.approx([0.0, 4 / 3])
    assert (dropped.amax((1, 2)) == dropped.amin((1, 2))).all()
    assert dropped.mean().item() == pytest.approx(1.0, abs=0.02)
    assert torch.equal(drop.eval()(torch.ones(3, 2)), torch.ones(3, 2))


def test_drop_rates_rise_to_the_largest() -> None:
    assert rising_rates(0.2, 3) == [0.0, 0.1, 0.2]
    assert rising_rates(0.2, 1) == [0.0]


@pytest.mark.parametrize("dilation", [1, 2, 3])
def test_axial_convolutions_learn_the_same_in_bfloat16_and_channels_last(dilation: int) -> None:
    torch.manual_seed(0)
    conv = AxialDepthwise(6, dilation)
    features = torch.randn(4, 6, 48, 64).contiguous(memory_format=torch.channels_last)
    pull = torch.randn(4, 6, 48, 64).contiguous(memory_format=torch.channels_last)

    def gradients(*, amp: bool) -> list[Tensor]:
        conv.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=amp):
            mapped = conv(features.to(torch.bfloat16) if amp else features)
        (mapped.float() * pull).sum().backward()
        return [weight.grad.clone() for weight in conv.parameters() if weight.grad is not None]

    for exact, found in zip(gradients(amp=False), gradients(amp=True), strict=True):
        assert float((found - exact).abs().max() / exact.abs().max()) < 0.02
