import pytest
import torch
from torch import Tensor
from torch.nn import functional

from models.nets.layers.hidden_attention import column_sums, hidden_attention
from models.nets.layers.selective_scan import selective_scan
from models.nets.layers.ss2d import DIRECTIONS, SS2D


@pytest.fixture(params=[(3, 5), (5, 3), (1, 7), (1, 1)], ids=str)
def scan_input(request: pytest.FixtureRequest) -> tuple[SS2D, Tensor]:
    torch.manual_seed(0)
    return SS2D(8, d_state=4), torch.randn(2, *request.param, 16)


def without_skip(ss2d: SS2D, x: Tensor, selectivity: Tensor) -> Tensor:
    decay, nothing = -torch.exp(ss2d.a_log), torch.zeros_like(ss2d.skip)
    return selective_scan(x, selectivity, ss2d.delta_weight, ss2d.delta_bias, decay, nothing, DIRECTIONS)


def path(direction: int, height: int, width: int) -> Tensor:
    """Row-major numbers of the tokens in the order the direction visits them."""
    numbers = torch.arange(height * width).view(height, width)
    order = (numbers.T if direction in (1, 3) else numbers).flatten()
    return order.flip(0) if direction >= 2 else order


def explicit_attention(ss2d: SS2D, x: Tensor) -> Tensor:
    """alpha[b, i, j, c] in float64, written out from its definition with the cumulative step."""
    samples, height, width, channels = x.shape
    length = height * width
    rank, states = ss2d.delta_weight.shape[2], ss2d.a_log.shape[2]
    total = torch.zeros(samples, length, length, channels, dtype=torch.float64)
    for k, direction in enumerate(DIRECTIONS):
        order = path(direction, height, width)
        read = ss2d.selectivity(x)[..., k, :].flatten(1, 2)[:, order].double()
        step, b, c = torch.split(read, [rank, states, states], dim=-1)
        delta = functional.softplus(step @ ss2d.delta_weight[k].double().T + ss2d.delta_bias[k].double())
        elapsed = delta.cumsum(1)
        decay = -torch.exp(ss2d.a_log[k].double())
        for i in range(length):
            for j in range(i + 1):
                fade = torch.exp(decay * (elapsed[:, i] - elapsed[:, j])[..., None])
                weight = (c[:, i, None] * fade * b[:, j, None]).sum(-1) * delta[:, j]
                total[:, order[i], order[j]] += weight
    return total


def test_the_hidden_matrix_times_the_input_is_the_scan(scan_input: tuple[SS2D, Tensor]) -> None:
    ss2d, x = scan_input

    product = torch.einsum("bijc,bjc->bic", explicit_attention(ss2d, x), x.flatten(1, 2).double())

    expected = without_skip(ss2d, x, ss2d.selectivity(x)).flatten(1, 2)
    torch.testing.assert_close(product.float(), expected, atol=1e-6, rtol=1e-5)


def test_column_sums_are_those_of_the_hidden_matrix(scan_input: tuple[SS2D, Tensor]) -> None:
    ss2d, x = scan_input

    expected = explicit_attention(ss2d, x).sum(1).view(x.shape)

    torch.testing.assert_close(column_sums(ss2d, x), expected.float(), atol=1e-6, rtol=1e-5)


def test_column_sums_are_the_gradient_with_frozen_selectivity(scan_input: tuple[SS2D, Tensor]) -> None:
    ss2d, x = scan_input
    u = x.clone().requires_grad_()

    (slope,) = torch.autograd.grad(without_skip(ss2d, u, ss2d.selectivity(x).detach()).sum(), u)

    torch.testing.assert_close(column_sums(ss2d, x), slope, atol=1e-6, rtol=1e-5)


def test_vanishing_steps_give_finite_attention() -> None:
    torch.manual_seed(0)
    ss2d = SS2D(8, d_state=4)
    ss2d.delta_bias.data.fill_(-200.0)

    assert torch.isfinite(hidden_attention(ss2d, torch.randn(1, 3, 3, 8))).all()


def test_turning_the_grid_turns_the_attention_when_directions_are_exchanged() -> None:
    torch.manual_seed(0)
    ss2d = SS2D(8, d_state=4)
    turned = SS2D(8, d_state=4)
    turned.load_state_dict(ss2d.state_dict())
    for name in ("x_proj", "delta_weight", "delta_bias", "a_log", "skip"):
        getattr(turned, name).data.copy_(getattr(ss2d, name).data[[1, 0, 3, 2]])
    turned.conv.weight.data.copy_(ss2d.conv.weight.data.transpose(2, 3))
    tokens = torch.randn(2, 3, 5, 8)

    found = hidden_attention(turned, tokens.transpose(1, 2)).transpose(1, 2)

    torch.testing.assert_close(found, hidden_attention(ss2d, tokens))
