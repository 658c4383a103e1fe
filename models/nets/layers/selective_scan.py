"""The selective scan (S6) as one torch operator: models call it and know nothing of back ends."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.nets.layers import scan_cpu

_LOG2_E = 1.4426950408889634


def selective_scan(
    u: Tensor,
    delta: Tensor,
    a: Tensor,
    b: Tensor,
    c: Tensor,
    skip: Tensor,
    delta_bias: Tensor,
    directions: Sequence[int] = (0,),
) -> Tensor:
    """Scan a grid of tokens along directions and add what the directions give.

    Args:
        u: (B, H, W, D) input. A plain sequence is a grid with H = 1.
        delta: (B, H, W, K, D) step before bias and softplus, one per direction.
        a: (K, D, N) decay rates, negative; N <= 16.
        b: (B, H, W, K, N) input matrix.
        c: (B, H, W, K, N) output matrix.
        skip: (K, D) weight of the input in the output.
        delta_bias: (K, D) added to `delta` once, here.
        directions: K codes; 0 row by row, 1 column by column, 2 and 3 the same reversed.

    Returns:
        (B, H, W, D) float32. The scan runs in float32 whatever the inputs are.
    """
    inputs = [tensor.float() for tensor in (u, delta, a, b, c, skip, delta_bias)]
    y, _ = _operator(*inputs, list(directions))
    result: Tensor = y
    return result


@torch.library.custom_op("naevus::selective_scan", mutates_args=())
def _operator(
    u: Tensor,
    delta: Tensor,
    a: Tensor,
    b: Tensor,
    c: Tensor,
    skip: Tensor,
    delta_bias: Tensor,
    directions: list[int],
) -> tuple[Tensor, Tensor]:
    return _forward_on_cpu(u, delta, a, b, c, skip, delta_bias, directions)


@_operator.register_fake
def _(
    u: Tensor,
    delta: Tensor,
    a: Tensor,
    b: Tensor,
    c: Tensor,
    skip: Tensor,
    delta_bias: Tensor,
    directions: list[int],
) -> tuple[Tensor, Tensor]:
    batch, height, width, channels = u.shape
    chunks = (height * width + scan_cpu.CHUNK - 1) // scan_cpu.CHUNK
    carries = u.new_empty(batch, len(directions), chunks, channels, scan_cpu.STATES)
    return torch.empty_like(u, memory_format=torch.contiguous_format), carries


@torch.library.custom_op("naevus::selective_scan_backward", mutates_args=())
def _backward_operator(
    gy: Tensor,
    carries: Tensor,
    u: Tensor,
    delta: Tensor,
    a: Tensor,
    b: Tensor,
    c: Tensor,
    skip: Tensor,
    delta_bias: Tensor,
    directions: list[int],
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    return _backward_on_cpu(gy, carries, u, delta, a, b, c, skip, delta_bias, directions)


@_backward_operator.register_fake
def _(
    gy: Tensor,
    carries: Tensor,
    u: Tensor,
    delta: Tensor,
    a: Tensor,
    b: Tensor,
    c: Tensor,
    skip: Tensor,
    delta_bias: Tensor,
    directions: list[int],
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    inputs = (u, delta, a, b, c, skip, delta_bias)
    du, ddelta, da, db, dc, dskip, dbias = (tensor.new_empty(tensor.shape) for tensor in inputs)
    return du, ddelta, da, db, dc, dskip, dbias


def _keep_inputs(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor]) -> None:  # noqa: ANN401
    *tensors, directions = inputs
    ctx.save_for_backward(output[1], *tensors)
    ctx.directions = directions
    ctx.mark_non_differentiable(output[1])


def _gradients(ctx: Any, gy: Tensor, _: Tensor | None) -> tuple[Tensor | None, ...]:  # noqa: ANN401
    grads: tuple[Tensor, ...] = _backward_operator(gy, *ctx.saved_tensors, ctx.directions)
    return (*grads, None)


_operator.register_autograd(_gradients, setup_context=_keep_inputs)


def _forward_on_cpu(
    u: Tensor,
    delta: Tensor,
    a: Tensor,
    b: Tensor,
    c: Tensor,
    skip: Tensor,
    bias: Tensor,
    directions: list[int],
) -> tuple[Tensor, Tensor]:
    batch, height, width, channels = u.shape
    out = torch.zeros(u.shape)
    chunks = (height * width + scan_cpu.CHUNK - 1) // scan_cpu.CHUNK
    carries = torch.empty(batch, len(directions), chunks, channels, scan_cpu.STATES)
    shared = _shared_arguments(u, delta, b, c, directions)
    arguments = (
        *shared, _flat(u.contiguous()), _flat(delta), _flat(_padded(a) * _LOG2_E), _flat(b),
        _flat(c), _flat(skip.contiguous()), _flat(bias.contiguous()), _flat(out), _flat(carries),
    )  # fmt: skip
    _run(scan_cpu.forward_tasks, batch * -(-channels // 8), arguments)
    return out, carries


def _backward_on_cpu(
    gy: Tensor,
    carries: Tensor,
    u: Tensor,
    delta: Tensor,
    a: Tensor,
    b: Tensor,
    c: Tensor,
    skip: Tensor,
    bias: Tensor,
    directions: list[int],
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    batch, height, width, channels = u.shape
    count, states = len(directions), a.shape[2]
    du = torch.empty(count, batch, height, width, channels)
    ddelta = torch.empty(count, batch, height, width, channels)
    da = torch.empty(batch, count, channels, scan_cpu.STATES)
    db = torch.empty(batch, height, width, count, states)
    dc = torch.empty(batch, height, width, count, states)
    dskip = torch.zeros(batch, count, channels)
    dbias = torch.zeros(batch, count, channels)
    padded = _padded(a)
    arguments = (
        *_shared_arguments(u, delta, b, c, directions), _flat(u.contiguous()), _flat(delta),
        _flat(padded * _LOG2_E), _flat(padded), _flat(b), _flat(c), _flat(skip.contiguous()),
        _flat(bias.contiguous()), _flat(carries), _flat(gy.contiguous()), _flat(du), _flat(ddelta),
        _flat(da), _flat(db), _flat(dc), _flat(dskip), _flat(dbias),
    )  # fmt: skip
    _run(scan_cpu.backward_tasks, batch * count, arguments)
    da = da.sum(0)[..., :states]
    return (
        du.sum(0), ddelta.permute(1, 2, 3, 0, 4), da, db, dc, dskip.sum(0), dbias.sum(0),
    )  # fmt: skip


def _padded(a: Tensor) -> Tensor:
    """Decay rates (K, D, 16): states that a smaller model lacks never move from zero."""
    return torch.nn.functional.pad(a, (0, scan_cpu.STATES - a.shape[2])).contiguous()


def _shared_arguments(
    u: Tensor, delta: Tensor, b: Tensor, c: Tensor, directions: list[int]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    sizes = np.array([*u.shape, b.shape[-1]], np.int64)
    strides = np.array([_token_strides(tensor) for tensor in (delta, b, c)], np.int64)
    return sizes, strides, np.array(directions, np.int64)


def _token_strides(tensor: Tensor) -> tuple[int, int, int]:
    """Strides over (sample, token, direction)."""
    return tensor.stride(0), tensor.stride(2), tensor.stride(3)


def _flat(tensor: Tensor) -> NDArray[np.float32]:
    """The memory of a tensor from its first element to its last, as one row."""
    reach = sum((size - 1) * stride for size, stride in zip(tensor.shape, tensor.stride(), strict=True))
    flat: NDArray[np.float32] = (
        tensor.detach().as_strided((reach + 1,), (1,), tensor.storage_offset()).numpy()
    )
    return flat


@cache
def _workers(count: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(count, thread_name_prefix="selective-scan")


def _run(kernel: Callable[..., None], tasks: int, arguments: tuple[Any, ...]) -> None:
    """Share equal tasks among as many threads as torch may use; the caller is one of them."""
    threads = min(torch.get_num_threads(), tasks)
    if threads == 1:
        kernel(0, tasks, *arguments)
        return
    borders = [tasks * i // threads for i in range(threads + 1)]
    others = [
        _workers(threads).submit(kernel, borders[i], borders[i + 1], *arguments)
        for i in range(1, threads)
    ]
    kernel(borders[0], borders[1], *arguments)
    for other in others:
        other.result()
