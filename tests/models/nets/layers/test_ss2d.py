import pytest
import torch
from torch import Tensor, nn

from models.nets.layers.scan.reference import sequential_scan
from models.nets.layers.ss2d import DIRECTIONS, SS2D

STACKED = ("x_proj", "delta_weight", "delta_bias", "a_log", "skip")


def parameter_count(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.mark.parametrize(("width", "count"), [(48, 36_480), (96, 105_216), (192, 339_456), (384, 1_195_008)])
def test_parameter_count(width: int, count: int) -> None:
    assert parameter_count(SS2D(width)) == count


def test_transposing_the_image_and_exchanging_directions_transposes_the_output() -> None:
    torch.manual_seed(0)
    ss2d, exchanged = SS2D(6, d_state=4), SS2D(6, d_state=4)
    exchanged.load_state_dict(ss2d.state_dict())
    for name in STACKED:
        getattr(exchanged, name).data.copy_(getattr(ss2d, name).data[[1, 0, 3, 2]])
    exchanged.conv.weight.data.copy_(ss2d.conv.weight.data.transpose(2, 3))
    tokens = torch.randn(2, 5, 8, 6)

    found = exchanged(tokens.transpose(1, 2)).transpose(1, 2)

    torch.testing.assert_close(found, ss2d(tokens))


def test_the_four_directions_differ() -> None:
    torch.manual_seed(0)
    ss2d, exchanged = SS2D(6), SS2D(6)
    exchanged.load_state_dict(ss2d.state_dict())
    for name in STACKED:
        getattr(exchanged, name).data.copy_(getattr(ss2d, name).data[[2, 3, 0, 1]])
    tokens = torch.randn(2, 5, 8, 6)

    assert (exchanged(tokens) - ss2d(tokens)).abs().max() > 1e-4


def test_output_and_gradients_equal_the_definition_in_float64() -> None:
    torch.manual_seed(0)
    ss2d, tokens = SS2D(20), torch.randn(2, 5, 7, 20)
    double = SS2D(20).double()
    double.load_state_dict(ss2d.state_dict())

    def definition(x: Tensor) -> Tensor:
        a = -torch.exp(double.a_log)
        parameters = (double.delta_weight, double.delta_bias, a, double.skip)
        return sequential_scan(x, double.selectivity(x), *parameters, DIRECTIONS)

    double.scan = definition  # type: ignore[method-assign]
    found, expected = ss2d(tokens), double(tokens.double())
    found.square().sum().backward()
    expected.square().sum().backward()

    torch.testing.assert_close(found.double(), expected, rtol=1e-5, atol=1e-6)
    for (name, parameter), (_, exact) in zip(ss2d.named_parameters(), double.named_parameters(), strict=True):
        scale = exact.grad.abs().max().item()
        torch.testing.assert_close(
            parameter.grad.double(), exact.grad, rtol=1e-4, atol=1e-5 * scale, msg=name
        )


def test_a_token_reaches_every_other_token() -> None:
    torch.manual_seed(0)
    ss2d = SS2D(4).eval()
    tokens = torch.randn(1, 6, 9, 4)
    moved = tokens.clone()
    moved[0, 3, 4] += 1.0

    change = (ss2d(moved) - ss2d(tokens)).abs().amax(-1)

    assert (change > 0).all()


def test_mixed_precision_keeps_the_gradient_in_float32() -> None:
    torch.manual_seed(0)
    ss2d = SS2D(8)

    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = ss2d(torch.randn(1, 4, 4, 8)).float().square().sum()
    loss.backward()

    assert all(
        parameter.grad is not None and parameter.grad.dtype == torch.float32
        for parameter in ss2d.parameters()
    )
