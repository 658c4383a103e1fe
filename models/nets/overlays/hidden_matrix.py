"""The whole matrix of attention hidden in a scan: from which token each output drew, and how much.

With its step, B and C taken as given, channel c of a scan is y[i] = sum_j alpha_c[i, j] u[j] (Ali, Zimerman
and Wolf, arXiv 2403.01590), where S is the running sum of the steps along the direction's path:

    alpha_c[i, j] = step[j] * sum_n C[i, n] B[j, n] exp(A[c, n] (S[i] - S[j]))     for j <= i, else 0

This costs D * N * L^2 exponentials: meant for grids of up to 16 x 16 tokens.
"""

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn import functional

from models.contract.errors import ModelRefusedError
from models.nets.layers.scan.reading import ScanReading

LONGEST_PATH = 1024
"""Tokens beyond which the matrix is refused: its cost grows with their square."""

_ELEMENTS_AT_ONCE = 2**22


def mean_matrix(reading: ScanReading) -> Tensor:
    """Return the mean over channels of |alpha|, directions added, (B, L, L): row i draws from column j."""
    total, channels = None, reading.u.shape[-1]
    for part in _matrices(reading):
        own = part.abs().sum(dim=1)
        total = own if total is None else total + own
    assert total is not None
    return total / channels


def slope_times_matrix(reading: ScanReading, slope: Tensor) -> Tensor:
    """Return the mean over channels of ds/dalpha x alpha, directions added, (B, L, L), signed.

    ``slope`` is ds/dy, (B, H, W, D). As ds/dalpha_c[i, j] = ds/dy[i, c] u[j, c], the entries of row i sum to
    the mean over channels of ds/dy x y, as far as y comes from the scan.
    """
    drawn, leaning = (each.flatten(1, 2).transpose(1, 2) for each in (reading.u, slope))
    samples, channels, length = drawn.shape
    total, start = drawn.new_zeros(samples, length, length), 0
    for part in _matrices(reading):
        own = slice(start, start + part.shape[1])
        total += torch.einsum("bci,bcij,bcj->bij", leaning[:, own], part, drawn[:, own])
        start = own.stop
    return total / channels


def hidden_matrix(reading: ScanReading) -> Tensor:
    """Return alpha of every channel, the directions added, (B, D, L, L), in the type of the input."""
    return torch.cat(list(_matrices(reading)), dim=1)


def _matrices(reading: ScanReading) -> Iterator[Tensor]:
    """Alpha for as many channels at a time as fit, (B, d, L, L), tokens numbered row by row."""
    samples, height, width, channels = reading.u.shape
    length, states = height * width, reading.a_log.shape[2]
    if length > LONGEST_PATH:
        raise ModelRefusedError(
            f"A map of this kind needs a grid of at most {LONGEST_PATH} tokens; this one has {length}."
        )
    at_once = max(1, _ELEMENTS_AT_ONCE // (samples * length * length * states))
    for start in range(0, channels, at_once):
        own = slice(start, min(start + at_once, channels))
        yield torch.stack([_along(reading, k, own) for k in range(len(reading.directions))]).sum(dim=0)


def _along(reading: ScanReading, k: int, own: slice) -> Tensor:
    """Alpha of direction ``k`` for some channels, (B, d, L, L)."""
    rank, states = reading.delta_weight.shape[2], reading.a_log.shape[2]
    order = _path(reading.directions[k], *reading.u.shape[1:3]).to(reading.u.device)
    read = reading.selectivity[..., k, :].flatten(1, 2)[:, order]
    low_rank, b, c = torch.split(read, [rank, states, states], dim=-1)
    step = functional.softplus(
        functional.linear(low_rank, reading.delta_weight[k, own], reading.delta_bias[k, own])
    )
    elapsed = step.cumsum(dim=1).transpose(1, 2)
    between = (elapsed[..., :, None] - elapsed[..., None, :]).clamp(min=0.0)
    decay = -torch.exp(reading.a_log[k, own])
    alpha = torch.zeros_like(between)
    for n in range(states):
        weight = c[:, None, :, None, n] * b[:, None, None, :, n]
        alpha += weight * torch.exp(decay[:, n, None, None] * between)
    alpha = (alpha * step.transpose(1, 2)[..., None, :]).tril()
    back = order.argsort()
    return alpha[..., back, :][..., back]


def _path(direction: int, height: int, width: int) -> Tensor:
    """Numbers of the tokens, row by row, in the order in which the direction visits them."""
    numbers = torch.arange(height * width).view(height, width)
    order = (numbers.T if direction in (1, 3) else numbers).flatten()
    return order.flip(0) if direction >= 2 else order
