import torch
from torch import nn

from models.nets.classification.local_tokens import LocalTokens
from models.nets.layers.convnext import ConvNeXtBlock, ConvNeXtStem, Downsampling, Pointwise
from models.nets.layers.position import PositionEmbedding


def test_a_pointwise_map_is_the_linear_map_with_its_gradients() -> None:
    pointwise, linear = Pointwise(6, 10), nn.Linear(6, 10)
    linear.load_state_dict(pointwise.state_dict())
    x = torch.randn(2, 5, 4, 6)
    weight_of = torch.randn(2, 5, 4, 10)

    for layer in (pointwise, linear):
        (layer(x) * weight_of).sum().backward()

    torch.testing.assert_close(pointwise(x), linear(x))
    torch.testing.assert_close(pointwise.weight.grad, linear.weight.grad)
    torch.testing.assert_close(pointwise.bias.grad, linear.bias.grad)


def test_a_fresh_block_is_nearly_the_identity() -> None:
    x = torch.randn(2, 8, 8, 6)

    refined = ConvNeXtBlock(6)(x)

    assert not torch.equal(refined, x)
    torch.testing.assert_close(refined, x, atol=1e-4, rtol=0)


def test_a_block_has_the_parameters_of_its_formula() -> None:
    assert sum(p.numel() for p in ConvNeXtBlock(24).parameters()) == 8 * 24**2 + 58 * 24


def test_blocks_copy_nothing_to_change_the_memory_layout() -> None:
    x = torch.randn(2, 8, 8, 6)

    assert ConvNeXtBlock(6)(x).is_contiguous()
    assert Downsampling(6, 12)(x).is_contiguous()


def test_an_odd_grid_loses_no_row_or_column() -> None:
    halved = Downsampling(6, 6)
    x = torch.randn(1, 7, 7, 6)
    extended = torch.cat([x, x[:, -1:]], dim=1)
    extended = torch.cat([extended, extended[:, :, -1:]], dim=2)

    assert halved(x).shape == (1, 4, 4, 6)
    torch.testing.assert_close(halved(x), halved(extended))


def test_the_stem_gives_a_sixteenth_and_a_thirty_second() -> None:
    stem = ConvNeXtStem((4, 6, 8, 10), (1, 1, 2, 1), [0.0] * 5)

    fine, coarse = stem(torch.randn(2, 3, 64, 64))

    assert fine.shape == (2, 4, 4, 8)
    assert coarse.shape == (2, 2, 2, 10)


def test_local_tokens_add_each_coarse_cell_to_its_four_fine_cells() -> None:
    tokens = LocalTokens(3, 5, 4)
    tokens.norm = nn.Identity()  # type: ignore[assignment]
    fine, coarse = torch.randn(1, 3, 3, 3), torch.randn(1, 2, 2, 5)

    found = tokens(fine, coarse)

    for row in range(3):
        for column in range(3):
            expected = tokens.fine(fine[0, row, column]) + tokens.coarse(coarse[0, row // 2, column // 2])
            torch.testing.assert_close(found[0, row, column], expected)


def test_positions_are_kept_on_their_own_grid_and_resized_on_others() -> None:
    position = PositionEmbedding(14, 2)
    rows = torch.linspace(0, 1, 14).view(1, 14, 1, 1)
    position.grid.data = rows.repeat(1, 1, 14, 2)

    assert position(14, 14) is position.grid
    resized = position(7, 7)[0, :, :, 0]
    torch.testing.assert_close(resized, resized[:, :1].expand(7, 7))
    assert (resized[1:, 0] > resized[:-1, 0]).all()
