"""Hidden attention of SS2D: how much of the whole output each token feeds, without any L x L matrix.

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

from models.nets.layers.selective_scan import selective_scan
from models.nets.layers.ss2d import DIRECTIONS, SS2D

_OPPOSITE = {0: 2, 1: 3, 2: 0, 3: 1}
"""The same path walked backwards; codes as in `selective_scan`."""

_SMALLEST_STEP = 1e-30


def hidden_attention(ss2d: SS2D, tokens: Tensor) -> Tensor:
    """Return the mean over channels of what each token (B, H, W, d_model) feeds, (B, H, W), not negative."""
    x, _ = ss2d.in_proj(tokens).chunk(2, dim=-1)
    x = functional.silu(ss2d.conv(x.permute(0, 3, 1, 2))).permute(0, 2, 3, 1)
    return column_sums(ss2d, x).abs().mean(dim=-1)


def column_sums(ss2d: SS2D, x: Tensor) -> Tensor:
    """Return r per channel, the four directions added, for the convolved input (B, H, W, D); same shape."""
    selectivity = ss2d.selectivity(x).float()
    sums = [_sums_along(ss2d, selectivity[..., k, :], k) for k in range(len(DIRECTIONS))]
    return torch.stack(sums).sum(dim=0)


def _sums_along(ss2d: SS2D, selectivity: Tensor, k: int) -> Tensor:
    """Column sums of direction ``k`` from its low-rank step, B and C, (B, H, W, R + 2N), to (B, H, W, D)."""
    rank, states = ss2d.delta_weight.shape[2], ss2d.a_log.shape[2]
    step, b, c = torch.split(selectivity, [rank, states, states], dim=-1)
    next_step = _from_next_token(step, DIRECTIONS[k])
    weight, bias = ss2d.delta_weight[k], ss2d.delta_bias[k]
    cancelling = 1.0 / _widened(next_step, weight, bias).clamp(min=_SMALLEST_STEP)
    exchanged = torch.cat([next_step, c, b], dim=-1).unsqueeze(-2)
    decay = -torch.exp(ss2d.a_log[k].float())
    fed = selective_scan(
        cancelling,
        exchanged,
        weight[None],
        bias[None],
        decay[None],
        torch.zeros_like(bias)[None],
        (_OPPOSITE[DIRECTIONS[k]],),
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
