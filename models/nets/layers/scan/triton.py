"""The selective scan's recurrence and its gradient as Triton kernels, for CUDA without mamba-ssm.

One program walks all tokens for one sequence and a block of channels with the states in registers. States
are kept every 64 tokens; the backward program computes those in between again into a scratch tile.

Checked against the float64 reference in Triton's interpreter (triton 3.9, on a CPU); not yet run on a GPU,
so neither its speed nor its compiled code has been seen.
"""

from collections.abc import Callable
from typing import Any

import torch
import triton
import triton.language as tl
from torch import Tensor

_CHUNK = 64
_BLOCK = 32
_compiled: Callable[[Callable[..., Any]], Any] = triton.jit
_Pointer = Any
"""A tensor's memory inside a kernel."""


class Recurrence(torch.autograd.Function):
    """y[t] = <c[t], h[t]> with h[t] = exp(delta[t] a) h[t - 1] + delta[t] x[t] b[t]; arguments of `apply`.

    x, delta: (L, B, K, D) float32. b, c: (L, B, K, N). a: (K, D, N). Gives (L, B, K, D).
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, delta: Tensor, b: Tensor, c: Tensor, a: Tensor) -> Tensor:  # noqa: ANN401, D102  torch's own
        inputs = [tensor.contiguous() for tensor in (x, delta, b, c, a)]
        length, batch, ways, channels = x.shape
        states = a.shape[2]
        chunks = -(-length // _CHUNK)
        y = torch.empty_like(inputs[0])
        carries = x.new_empty(chunks, batch * ways, channels, states)
        grid = (batch * ways, -(-channels // _BLOCK))
        sizes = (length, batch * ways, ways, channels, states)
        _forward_kernel[grid](*inputs, y, carries, *sizes, _CHUNK, _BLOCK, triton.next_power_of_2(states))
        ctx.save_for_backward(*inputs, carries)
        return y

    @staticmethod
    def backward(ctx: Any, gy: Tensor) -> tuple[Tensor, ...]:  # noqa: ANN401, D102  torch's own
        *inputs, carries = ctx.saved_tensors
        x, _, b, _, a = inputs
        length, batch, ways, channels = x.shape
        states, blocks = a.shape[2], -(-channels // _BLOCK)
        dx, ddelta = torch.empty_like(x), torch.empty_like(x)
        db, dc = b.new_empty(blocks, *b.shape), b.new_empty(blocks, *b.shape)
        da = a.new_empty(batch, *a.shape)
        scratch = x.new_empty(batch * ways, _CHUNK, channels, states)
        sizes = (length, batch * ways, ways, channels, states)
        _backward_kernel[(batch * ways, blocks)](
            *inputs, gy.contiguous(), carries, scratch, dx, ddelta, db, dc, da, *sizes,
            _CHUNK, _BLOCK, triton.next_power_of_2(states),
        )  # fmt: skip
        return dx, ddelta, db.sum(0), dc.sum(0), da.sum(0)


@_compiled
def _forward_kernel(
    x: _Pointer, delta: _Pointer, b: _Pointer, c: _Pointer, a: _Pointer, y: _Pointer, carries: _Pointer,
    length: int, sequences: int, ways: int, channels: int, states: int,
    span: tl.constexpr, block: tl.constexpr, row: tl.constexpr,
) -> None:  # fmt: skip
    sequence = tl.program_id(0).to(tl.int64)
    d = tl.program_id(1) * block + tl.arange(0, block)
    n = tl.arange(0, row)
    is_channel, is_state = d < channels, n < states
    tile = d[:, None] * states + n[None, :]
    in_tile = is_channel[:, None] & is_state[None, :]
    rates = tl.load(a + (sequence % ways) * channels * states + tile, mask=in_tile, other=0.0)
    h = tl.zeros([block, row], dtype=tl.float32)
    for t in range(length):
        token = t * sequences + sequence
        if t % span == 0:
            kept = ((t // span) * sequences + sequence) * channels * states
            tl.store(carries + kept + tile, h, mask=in_tile)
        step = tl.load(delta + token * channels + d, mask=is_channel, other=0.0)
        fed = tl.load(x + token * channels + d, mask=is_channel, other=0.0)
        b_t = tl.load(b + token * states + n, mask=is_state, other=0.0)
        c_t = tl.load(c + token * states + n, mask=is_state, other=0.0)
        h = tl.exp(step[:, None] * rates) * h + (step * fed)[:, None] * b_t[None, :]
        tl.store(y + token * channels + d, tl.sum(h * c_t[None, :], axis=1), mask=is_channel)


@_compiled
def _backward_kernel(
    x: _Pointer, delta: _Pointer, b: _Pointer, c: _Pointer, a: _Pointer, gy: _Pointer, carries: _Pointer,
    scratch: _Pointer, dx: _Pointer, ddelta: _Pointer, db: _Pointer, dc: _Pointer, da: _Pointer,
    length: int, sequences: int, ways: int, channels: int, states: int,
    span: tl.constexpr, block: tl.constexpr, row: tl.constexpr,
) -> None:  # fmt: skip
    sequence = tl.program_id(0).to(tl.int64)
    d = tl.program_id(1) * block + tl.arange(0, block)
    n = tl.arange(0, row)
    is_channel, is_state = d < channels, n < states
    tile = d[:, None] * states + n[None, :]
    in_tile = is_channel[:, None] & is_state[None, :]
    rates = tl.load(a + (sequence % ways) * channels * states + tile, mask=in_tile, other=0.0)
    part = tl.program_id(1).to(tl.int64) * length * sequences * states
    adjoint = tl.zeros([block, row], dtype=tl.float32)
    slope = tl.zeros([block, row], dtype=tl.float32)
    chunks = (length + span - 1) // span
    for back in range(chunks):
        chunk = chunks - 1 - back
        h = tl.load(
            carries + (chunk * sequences + sequence) * channels * states + tile, mask=in_tile, other=0.0
        )
        count = tl.minimum(span, length - chunk * span)
        for i in range(count):
            token = (chunk * span + i) * sequences + sequence
            tl.store(scratch + (sequence * span + i) * channels * states + tile, h, mask=in_tile)
            step = tl.load(delta + token * channels + d, mask=is_channel, other=0.0)
            fed = tl.load(x + token * channels + d, mask=is_channel, other=0.0)
            b_t = tl.load(b + token * states + n, mask=is_state, other=0.0)
            h = tl.exp(step[:, None] * rates) * h + (step * fed)[:, None] * b_t[None, :]
        tl.debug_barrier()
        for j in range(count):
            i = count - 1 - j
            token = (chunk * span + i) * sequences + sequence
            before = tl.load(
                scratch + (sequence * span + i) * channels * states + tile, mask=in_tile, other=0.0
            )
            step = tl.load(delta + token * channels + d, mask=is_channel, other=0.0)
            fed = tl.load(x + token * channels + d, mask=is_channel, other=0.0)
            g = tl.load(gy + token * channels + d, mask=is_channel, other=0.0)
            b_t = tl.load(b + token * states + n, mask=is_state, other=0.0)
            c_t = tl.load(c + token * states + n, mask=is_state, other=0.0)
            fade = tl.exp(step[:, None] * rates)
            after = fade * before + (step * fed)[:, None] * b_t[None, :]
            adjoint += g[:, None] * c_t[None, :]
            tl.store(dc + part + token * states + n, tl.sum(g[:, None] * after, axis=0), mask=is_state)
            drive = (step * fed)[:, None] * adjoint
            tl.store(db + part + token * states + n, tl.sum(drive, axis=0), mask=is_state)
            q = tl.sum(adjoint * b_t[None, :], axis=1)
            adjoint = adjoint * fade
            faded = adjoint * before
            slope += step[:, None] * faded
            tl.store(dx + token * channels + d, step * q, mask=is_channel)
            dstep = fed * q + tl.sum(faded * rates, axis=1)
            tl.store(ddelta + token * channels + d, dstep, mask=is_channel)
        tl.debug_barrier()
    tl.store(da + sequence * channels * states + tile, slope, mask=in_tile)
