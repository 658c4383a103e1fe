import pytest
import torch
from torch import nn

from models.nets import build
from models.nets.classification.medmamba import ConvScanBlock, MedMamba, PatchMerging, neighbours, shuffled


def counted(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.mark.parametrize(
    ("width", "block", "merging"),
    [(96, 80_784, 74_496), (192, 281_376, 296_448), (384, 1_041_984, 1_182_720), (768, 4_000_896, None)],
)
def test_every_part_has_the_published_number_of_parameters(
    width: int, block: int, merging: int | None
) -> None:
    with torch.device("meta"):
        assert counted(ConvScanBlock(width, 16, 0.0)) == block
        assert merging is None or counted(PatchMerging(width)) == merging


def test_the_shuffle_puts_left_and_right_channels_in_turn() -> None:
    left, right = torch.tensor([[0.0, 1.0, 2.0]]), torch.tensor([[10.0, 11.0, 12.0]])

    assert shuffled(left, right).tolist() == [[0.0, 10.0, 1.0, 11.0, 2.0, 12.0]]


def test_the_scan_moves_odd_channels_and_the_convolutions_even_ones() -> None:
    torch.manual_seed(0)
    block = ConvScanBlock(8, 4, 0.0).eval()
    x = torch.randn(1, 5, 6, 8)
    before = block(x)
    nn.init.normal_(block.ss2d.out_proj.weight)

    change = (block(x) - before).abs().amax(dim=(0, 1, 2))

    assert (change[0::2] == 0).all()
    assert (change[1::2] > 0).all()


def test_neighbours_come_upper_left_lower_left_upper_right_lower_right() -> None:
    cells = torch.tensor([[0.0, 2.0], [1.0, 3.0]])[None, ..., None]

    assert neighbours(cells).tolist() == [[[[0.0, 1.0, 2.0, 3.0]]]]


def test_an_odd_grid_loses_no_row_or_column() -> None:
    x = torch.randn(1, 3, 5, 2)
    grown = torch.cat([x, x[:, -1:]], dim=1)
    grown = torch.cat([grown, grown[:, :, -1:]], dim=2)

    assert neighbours(x).shape == (1, 2, 3, 8)
    assert torch.equal(neighbours(x), neighbours(grown))


@pytest.mark.parametrize(("size_px", "grid"), [((64, 64), (2, 2)), ((112, 112), (4, 4)), ((36, 100), (2, 4))])
def test_images_of_many_sizes_give_a_score_and_a_grid(
    size_px: tuple[int, int], grid: tuple[int, int]
) -> None:
    torch.manual_seed(0)
    network = build("medmamba_tiny").eval()
    images = torch.randn(2, 3, *size_px)

    assert network.features(images).shape == (2, *grid, 64)
    assert network(images).shape == (2, 1)


def test_a_size_that_patches_do_not_cover_is_refused_with_what_works() -> None:
    with pytest.raises(ValueError, match=r"multiples of 4 px, not 50x64"):
        build("medmamba_tiny")(torch.randn(1, 3, 50, 64))


def test_widths_that_do_not_double_are_refused() -> None:
    with pytest.raises(ValueError, match="twice as wide"):
        MedMamba(widths=(8, 16, 24, 32))


def test_the_names_of_the_script_have_its_depths() -> None:
    with torch.device("meta"):
        depths = {
            name: [len(stage) for stage in build(name).stages]
            for name in ("medmamba_t", "medmamba_t_code", "medmamba_s", "medmamba_s_code", "medmamba_b_code")
        }

    assert depths["medmamba_t"] == depths["medmamba_t_code"] == [2, 2, 4, 2]
    assert depths["medmamba_s"] == [2, 2, 12, 2]
    assert depths["medmamba_s_code"] == [2, 2, 8, 2]
    assert depths["medmamba_b_code"] == [2, 2, 12, 2]


def test_drop_rates_rise_to_a_tenth_at_the_last_block() -> None:
    with torch.device("meta"):
        network = build("medmamba_t")
    rates = [block.drop_path.rate for stage in network.stages for block in stage]

    assert rates[0] == 0.0
    assert rates[-1] == pytest.approx(0.1)
    assert rates == sorted(rates)


def test_metadata_do_not_move_the_score() -> None:
    torch.manual_seed(0)
    network = build("medmamba_tiny").eval()
    images = torch.randn(2, 3, 64, 64)

    with_table = network(images, torch.randn(2, 35), torch.ones(2, 6, dtype=torch.int64))

    assert torch.equal(with_table, network(images))


def test_the_shares_of_the_cells_sum_to_the_first_logit_and_are_gradient_times_input() -> None:
    torch.manual_seed(0)
    network = build("medmamba_tiny", classes=7).eval()
    nn.init.normal_(network.head.bias)
    features = network.features(torch.randn(2, 3, 96, 64)).detach().requires_grad_()

    shares, first = network.shares(features), network.score(features)[:, 0]
    (slope,) = torch.autograd.grad(first.sum(), features)

    assert shares.shape == (2, 3, 2)
    torch.testing.assert_close(shares.sum(dim=(1, 2)) + network.head.bias[0], first)
    torch.testing.assert_close(shares, (features * slope).sum(dim=-1))
