"""Hidden attention of a scan: how much of the whole output each token feeds, without any L x L matrix.

With its step, B and C taken as given, a scan is linear in its input (Ali, Zimerman and Wolf, arXiv
2403.01590): y[i] = sum_j alpha[i, j] u[j] + skip u[i]. The column sums r[j] = sum_i alpha[i, j] obey a
recurrence that runs against the scan:

    r[j]        = step[j] * sum_n B[j, n] state[j, n]
    state[j, n] = C[j, n] + exp(step[j + 1] A[n]) state[j + 1, n]

which is a scan of its own: reversed, B and C exchanged, the step moved by one token, and an input that
cancels the step in front of the new B. So the one operator serves here too, in torch and in a graph.
"""

import torch
from torch import Tensor
from torch.nn import functional

from models.nets.layers.scan.reading import ScanReading, Scans
from models.nets.layers.scan.selective_scan import selective_scan

_OPPOSITE = {0: 2, 1: 3, 2: 0, 3: 1}
"""The same path walked backwards; codes as in `selective_scan`."""

_SMALLEST_STEP = 1e-30


def hidden_attention(layer: Scans, tokens: Tensor) -> Tensor:
    """Return the mean over channels of what each token of the layer's input feeds, (B, H, W), not negative.

    A sequence is a grid of one row. A scan of one direction only feeds what comes after a token, so that its
    map favours early tokens; with the directions of SS2D this is evened out.
    """
    return column_sums(layer.reading(tokens)).abs().mean(dim=-1)


def column_sums(reading: ScanReading) -> Tensor:
    """Return r per channel, the directions added, (B, H, W, D)."""
    sums = [_sums_along(reading, k) for k in range(len(reading.directions))]
    return torch.stack(sums).sum(dim=0)


def _sums_along(reading: ScanReading, k: int) -> Tensor:
    """Column sums of direction ``k``, (B, H, W, D)."""
    rank, states = reading.delta_weight.shape[2], reading.a_log.shape[2]
    selectivity = reading.selectivity[..., k, :].float()
    step, b, c = torch.split(selectivity, [rank, states, states], dim=-1)
    next_step = _from_next_token(step, reading.directions[k])
    weight, bias = reading.delta_weight[k], reading.delta_bias[k]
    cancelling = 1.0 / _widened(next_step, weight, bias).clamp(min=_SMALLEST_STEP)
    exchanged = torch.cat([next_step, c, b], dim=-1).unsqueeze(-2)
    decay = -torch.exp(reading.a_log[k].float())
    fed = selective_scan(
        cancelling,
        exchanged,
        weight[None],
        bias[None],
        decay[None],
        torch.zeros_like(bias)[None],
        (_OPPOSITE[reading.directions[k]],),
    )
    return _widened(step, weight, bias) * fed


def _widened(step: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Step per channel after softplus, (B, H, W, D)."""
    return functional.softplus(functional.linear(step, weight.float(), bias.float()))


def _from_next_token(step: Tensor, direction: int) -> Tensor:
    """Give every token the step of the one after it on the path; the last one's value is never used."""
    by_columns = direction in (1, 3)
    path = step.transpose(1, 2) if by_columns else step
    moved = path.flatten(1, 2).roll(1 if direction >= 2 else -1, dims=1).view(path.shape)
    return moved.transpose(1, 2) if by_columns else moved
