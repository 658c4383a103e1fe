from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from models.contract.errors import ModelRefusedError
from models.nets.layers.mamba import Mamba
from models.nets.layers.scan.hidden_attention import column_sums, hidden_attention
from models.nets.layers.scan.reading import ScanReading, Scans
from models.nets.layers.scan.reference import sequential_scan
from models.nets.layers.scan.selective_scan import selective_scan
from models.nets.layers.ss2d import SS2D
from models.nets.layers.vision_mixer import VisionMixer
from models.nets.overlays.hidden_matrix import LONGEST_PATH, hidden_matrix, mean_matrix

LAYERS: dict[str, tuple[Callable[[], Scans], tuple[int, ...]]] = {
    "SS2D high": (lambda: SS2D(8, d_state=4), (2, 5, 3, 8)),
    "SS2D wide": (lambda: SS2D(8, d_state=4), (2, 3, 5, 8)),
    "SS2D row": (lambda: SS2D(8, d_state=4), (1, 1, 7, 8)),
    "SS2D one token": (lambda: SS2D(8, d_state=4), (1, 1, 1, 8)),
    "Mamba": (lambda: Mamba(8, d_state=4), (2, 9, 8)),
    "VisionMixer": (lambda: VisionMixer(16, state=4), (2, 9, 16)),
}


@pytest.fixture(params=LAYERS, ids=str)
def reading(request: pytest.FixtureRequest) -> ScanReading:
    """What a layer with long steps, which forget, gives to its scan."""
    make, shape = LAYERS[request.param]
    torch.manual_seed(0)
    layer = make()
    layer.delta_bias.data.normal_(0.0, 1.0)
    return detached(layer.reading(torch.randn(shape)))


def detached(reading: ScanReading) -> ScanReading:
    return ScanReading(
        **{
            name: value.detach() if isinstance(value, Tensor) else value
            for name, value in reading._asdict().items()
        }
    )


def doubled(reading: ScanReading) -> ScanReading:
    return ScanReading(
        **{
            name: value.double() if isinstance(value, Tensor) else value
            for name, value in reading._asdict().items()
        }
    )


def scanned(reading: ScanReading, scan: Callable[..., Tensor]) -> Tensor:
    """The scan's output without the direct way of its input."""
    nothing = torch.zeros_like(reading.delta_bias)
    steps = (reading.delta_weight, reading.delta_bias)
    return scan(
        reading.u, reading.selectivity, *steps, -torch.exp(reading.a_log), nothing, reading.directions
    )


def path(direction: int, height: int, width: int) -> Tensor:
    """Row-major numbers of the tokens in the order the direction visits them."""
    numbers = torch.arange(height * width).view(height, width)
    order = (numbers.T if direction in (1, 3) else numbers).flatten()
    return order.flip(0) if direction >= 2 else order


def explicit_attention(reading: ScanReading) -> Tensor:
    """alpha[b, i, j, c] token by token, written out from its definition with the cumulative step."""
    samples, height, width, channels = reading.u.shape
    length = height * width
    rank, states = reading.delta_weight.shape[2], reading.a_log.shape[2]
    total = torch.zeros(samples, length, length, channels, dtype=reading.u.dtype)
    for k, direction in enumerate(reading.directions):
        order = path(direction, height, width)
        read = reading.selectivity[..., k, :].flatten(1, 2)[:, order]
        step, b, c = torch.split(read, [rank, states, states], dim=-1)
        delta = functional.softplus(step @ reading.delta_weight[k].T + reading.delta_bias[k])
        elapsed = delta.cumsum(1)
        decay = -torch.exp(reading.a_log[k])
        for i in range(length):
            for j in range(i + 1):
                fade = torch.exp(decay * (elapsed[:, i] - elapsed[:, j])[..., None])
                weight = (c[:, i, None] * fade * b[:, j, None]).sum(-1) * delta[:, j]
                total[:, order[i], order[j]] += weight
    return total


def test_the_hidden_matrix_is_its_definition(reading: ScanReading) -> None:
    found = hidden_matrix(doubled(reading))

    torch.testing.assert_close(
        found, explicit_attention(doubled(reading)).permute(0, 3, 1, 2), atol=1e-13, rtol=1e-12
    )


def test_the_hidden_matrix_times_the_input_is_the_scan(reading: ScanReading) -> None:
    reading = doubled(reading)

    product = torch.einsum("bcij,bjc->bic", hidden_matrix(reading), reading.u.flatten(1, 2))

    expected = scanned(reading, sequential_scan).flatten(1, 2)
    assert expected.abs().max() > 1e-3
    torch.testing.assert_close(product, expected, atol=1e-13, rtol=1e-12)


def test_column_sums_are_those_of_the_hidden_matrix(reading: ScanReading) -> None:
    expected = hidden_matrix(doubled(reading)).sum(dim=2).transpose(1, 2).reshape(reading.u.shape)

    torch.testing.assert_close(column_sums(reading), expected.float(), atol=1e-6, rtol=1e-5)


def test_column_sums_are_the_gradient_with_frozen_selectivity(reading: ScanReading) -> None:
    u = reading.u.clone().requires_grad_()

    (slope,) = torch.autograd.grad(scanned(reading._replace(u=u), selective_scan).sum(), u)

    torch.testing.assert_close(column_sums(reading), slope, atol=1e-6, rtol=1e-5)


def test_the_mean_matrix_is_the_mean_magnitude_of_all_channels(
    reading: ScanReading, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = hidden_matrix(reading).abs().mean(dim=1)
    monkeypatch.setattr("models.nets.overlays.hidden_matrix._ELEMENTS_AT_ONCE", 1)

    torch.testing.assert_close(mean_matrix(reading), expected, atol=1e-7, rtol=1e-5)


def test_a_grid_too_large_for_a_matrix_is_refused_in_words() -> None:
    ss2d = SS2D(4, d_state=1)

    with pytest.raises(ModelRefusedError, match=f"at most {LONGEST_PATH} tokens; this one has 1056"):
        mean_matrix(ss2d.reading(torch.zeros(1, 32, 33, 4)))


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
