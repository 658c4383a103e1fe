"""The selective scan in plain torch: the oracle of the compiled back ends, in any floating type.

Both functions take what `selective_scan` takes and work in the type of their inputs.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional


def sequential_scan(
    u: Tensor,
    selectivity: Tensor,
    delta_weight: Tensor,
    delta_bias: Tensor,
    a: Tensor,
    skip: Tensor,
    directions: Sequence[int] = (0,),
) -> Tensor:
    """Scan token by token, as the recurrence is written; (B, H, W, D)."""
    x, delta, b, c = sequences(u, selectivity, delta_weight, delta_bias, directions)
    h = torch.zeros_like(a).expand(u.shape[0], *a.shape)
    outputs = []
    for x_t, delta_t, b_t, c_t in zip(x.unbind(), delta.unbind(), b.unbind(), c.unbind(), strict=True):
        fade = torch.exp(delta_t[..., None] * a)
        h = fade * h + (delta_t * x_t)[..., None] * b_t[..., None, :]
        outputs.append((h * c_t[..., None, :]).sum(-1))
    return merged(torch.stack(outputs), u, skip, directions)


def two_level_scan(
    u: Tensor,
    selectivity: Tensor,
    delta_weight: Tensor,
    delta_bias: Tensor,
    a: Tensor,
    skip: Tensor,
    directions: Sequence[int] = (0,),
    chunk: int | None = None,
) -> Tensor:
    """Scan all chunks of about sqrt(L) tokens side by side, then carry the states across; (B, H, W, D).

    Padding has step, input, B and C zero, which leaves a state as it is.
    """
    tokens = sequences(u, selectivity, delta_weight, delta_bias, directions)
    length = tokens[0].shape[0]
    chunk = chunk or max(1, round(math.sqrt(length)))
    x, delta, b, c = (_in_chunks(tensor, chunk) for tensor in tokens)
    local = torch.zeros_like(a).expand(*x.shape[1:3], *a.shape)
    outputs = []
    for x_q, delta_q, b_q, c_q in zip(x.unbind(), delta.unbind(), b.unbind(), c.unbind(), strict=True):
        local = torch.exp(delta_q[..., None] * a) * local + (delta_q * x_q)[..., None] * b_q[..., None, :]
        outputs.append((local * c_q[..., None, :]).sum(-1))
    elapsed = delta.cumsum(0)
    entering = _carried(torch.exp(elapsed[-1][..., None] * a), local)
    inherited = torch.exp(elapsed[..., None] * a) * entering
    y = torch.stack(outputs) + (inherited * c[..., None, :]).sum(-1)
    return merged(y.transpose(0, 1).flatten(0, 1)[:length], u, skip, directions)


def sequences(
    u: Tensor,
    selectivity: Tensor,
    delta_weight: Tensor,
    delta_bias: Tensor,
    directions: Sequence[int],
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Input, step after softplus (L, B, K, D), B and C (L, B, K, N), each direction in its own order."""
    rank = delta_weight.shape[2]
    states = (selectivity.shape[4] - rank) // 2
    x = torch.stack([in_order(u, direction) for direction in directions], dim=2)
    read = torch.stack(
        [
            in_order(part, direction)
            for part, direction in zip(selectivity.unbind(3), directions, strict=True)
        ],
        dim=2,
    )
    step, b, c = torch.split(read, [rank, states, states], dim=-1)
    raw = torch.einsum("lbkr,kdr->lbkd", step, delta_weight) + delta_bias
    return x, functional.softplus(raw, threshold=20.0), b, c


def in_order(grid: Tensor, direction: int) -> Tensor:
    """Tokens (B, H, W, C) in the order (L, B, C) in which a direction visits them."""
    row_major = grid.permute(1, 2, 0, 3) if direction % 2 == 0 else grid.permute(2, 1, 0, 3)
    tokens = row_major.flatten(0, 1)
    return tokens.flip(0) if direction >= 2 else tokens


def on_grid(tokens: Tensor, direction: int, height: int, width: int) -> Tensor:
    """Tokens (L, B, C) in a direction's order, back on the grid (B, H, W, C)."""
    row_major = tokens.flip(0) if direction >= 2 else tokens
    if direction % 2 == 0:
        return row_major.view(height, width, *row_major.shape[1:]).permute(2, 0, 1, 3)
    return row_major.view(width, height, *row_major.shape[1:]).permute(2, 1, 0, 3)


def merged(y: Tensor, u: Tensor, skip: Tensor, directions: Sequence[int]) -> Tensor:
    """Sum (B, H, W, D) of the directions' outputs (L, B, K, D), with the weighted input."""
    total = u * skip.sum(0)
    for y_k, direction in zip(y.unbind(2), directions, strict=True):
        total = total + on_grid(y_k, direction, u.shape[1], u.shape[2])
    return total


def _in_chunks(tokens: Tensor, chunk: int) -> Tensor:
    """Tokens (L, B, K, C) as (chunk, chunks, B, K, C), padded with zeros."""
    missing = -tokens.shape[0] % chunk
    padded = functional.pad(tokens, (0, 0, 0, 0, 0, 0, 0, missing))
    return padded.view(-1, chunk, *padded.shape[1:]).transpose(0, 1)


def _carried(fade: Tensor, last: Tensor) -> Tensor:
    """States entering each chunk, from the chunks' own decays and last states (chunks, B, K, D, N)."""
    h = torch.zeros_like(last[0])
    entering = []
    for fade_i, last_i in zip(fade.unbind(), last.unbind(), strict=True):
        entering.append(h)
        h = fade_i * h + last_i
    return torch.stack(entering)
