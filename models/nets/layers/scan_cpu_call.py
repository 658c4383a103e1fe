"""Calls the compiled CPU kernels of the selective scan with torch tensors, on torch's thread count."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from models.nets.layers.scan_cpu import Scan, Slopes, backward_tasks, forward_tasks
from models.nets.layers.scan_cpu_chunk import CHUNK, ROW

_LOG2_E = 1.4426950408889634
_NARROWEST_TASK = 4


def forward(
    u: Tensor,
    selectivity: Tensor,
    delta_weight: Tensor,
    delta_bias: Tensor,
    a: Tensor,
    skip: Tensor,
    directions: list[int],
) -> tuple[Tensor, Tensor]:
    """Output (B, H, W, D) and the states at the chunk starts (B, K, chunks, D rounded up, 16)."""
    _check(u, selectivity, delta_weight, delta_bias, a, skip, directions)
    per_task = _channels_per_task(u.shape[0], u.shape[3])
    blocks = u.shape[0] * -(-u.shape[3] // per_task)
    groups = _groups(blocks, len(directions))
    out = torch.empty(groups, *u.shape)
    carries = torch.empty(carries_shape(u, directions))
    scan = _scan(u, selectivity, delta_weight, delta_bias, a, skip, directions)
    _run(forward_tasks, blocks * groups, (scan, per_task, groups, _flat(out), _flat(carries)))
    return _in_order(out), carries


def backward(
    gy: Tensor,
    carries: Tensor,
    u: Tensor,
    selectivity: Tensor,
    delta_weight: Tensor,
    delta_bias: Tensor,
    a: Tensor,
    skip: Tensor,
    directions: list[int],
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Gradients of the six tensor inputs of `forward`, in their order."""
    batch, _, _, channels = u.shape
    ways, wide, rank = len(directions), _wide(channels), delta_weight.shape[2]
    groups = _groups(batch, ways)
    du, dselectivity = torch.empty(groups, *u.shape), torch.empty(selectivity.shape)
    dweight, sums = torch.zeros(batch, ways, rank, wide), torch.zeros(batch, ways, 2, wide)
    da = torch.zeros(batch, ways, wide, ROW)
    scan = _scan(u, selectivity, delta_weight, delta_bias, a, skip, directions)
    slopes = Slopes(*(_flat(out) for out in (du, dselectivity, dweight, sums, da)))
    _run(backward_tasks, batch * groups, (scan, groups, _flat(carries), _flat(gy), slopes))
    return (
        _in_order(du),
        dselectivity,
        dweight[..., :channels].sum(0).transpose(1, 2).contiguous(),
        sums[:, :, 1, :channels].sum(0),
        da[:, :, :channels, : a.shape[2]].sum(0),
        sums[:, :, 0, :channels].sum(0),
    )


def carries_shape(u: Tensor, directions: list[int]) -> tuple[int, ...]:
    """Shape of the states that the forward kernel keeps for the backward kernel."""
    batch, height, width, channels = u.shape
    return batch, len(directions), -(-height * width // CHUNK), _wide(channels), ROW


def _check(
    u: Tensor,
    selectivity: Tensor,
    delta_weight: Tensor,
    delta_bias: Tensor,
    a: Tensor,
    skip: Tensor,
    directions: list[int],
) -> None:
    """Refuse shapes that the compiled kernel would read past."""
    ways, channels, states = len(directions), u.shape[3], a.shape[2]
    rank = delta_weight.shape[2]
    wanted = {
        "selectivity": (selectivity, (*u.shape[:3], ways, rank + 2 * states)),
        "delta_weight": (delta_weight, (ways, channels, rank)),
        "delta_bias": (delta_bias, (ways, channels)),
        "a": (a, (ways, channels, states)),
        "skip": (skip, (ways, channels)),
    }
    for name, (tensor, shape) in wanted.items():
        if tuple(tensor.shape) != shape:
            raise ValueError(f"{name} of a scan has shape {tuple(tensor.shape)}, expected {shape}.")
    if states > ROW:
        raise ValueError(f"A scan has {states} states per channel; at most {ROW} are possible.")


def _groups(tasks: int, ways: int) -> int:
    """Into how many groups the directions are divided, so that no thread waits for another's last task."""
    return 1 if tasks % torch.get_num_threads() == 0 else ways


def _in_order(parts: Tensor) -> Tensor:
    """Sum over the first axis, first to last, as the kernel adds when it owns all of them."""
    if len(parts) == 1:
        return parts.view(parts.shape[1:])
    total = parts[0] + parts[1]
    for part in parts[2:]:
        total += part
    return total


def _wide(channels: int) -> int:
    return -(-channels // ROW) * ROW


def _channels_per_task(batch: int, channels: int) -> int:
    """Whole rows of channels, or fewer where that would leave a thread without work."""
    per_task = ROW
    while batch * -(-channels // per_task) < torch.get_num_threads() and per_task > _NARROWEST_TASK:
        per_task //= 2
    return per_task


def _scan(
    u: Tensor,
    selectivity: Tensor,
    delta_weight: Tensor,
    delta_bias: Tensor,
    a: Tensor,
    skip: Tensor,
    directions: list[int],
) -> Scan:
    """The inputs in the form that the kernels read."""
    rates = _padded_rates(a)
    batch, height, width, channels = u.shape
    return Scan(
        batch=batch,
        height=height,
        width=width,
        channels=channels,
        states=a.shape[2],
        rank=delta_weight.shape[2],
        wide=_wide(channels),
        directions=np.array(directions, np.int64),
        u=_flat(u),
        selectivity=_flat(selectivity),
        weight=_channel_rows(delta_weight.transpose(1, 2)),
        bias=_channel_rows(delta_bias),
        rates=_flat(rates),
        decay=_flat(rates * _LOG2_E),
        skip=_channel_rows(skip),
    )


def _channel_rows(parameter: Tensor) -> NDArray[np.float32]:
    """Parameters (..., D) with D filled up to whole rows, and one row behind the last."""
    channels = parameter.shape[-1]
    filled = functional.pad(parameter, (0, _wide(channels) - channels)).flatten()
    return _flat(functional.pad(filled, (0, ROW)))


def _padded_rates(a: Tensor) -> Tensor:
    """Decay rates (K, D rounded up, 16)."""
    channels, states = a.shape[1:]
    return functional.pad(a, (0, ROW - states, 0, _wide(channels) - channels))


def _flat(tensor: Tensor) -> NDArray[np.float32]:
    flat: NDArray[np.float32] = tensor.detach().contiguous().view(-1).numpy()
    return flat


@cache
def _workers(count: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(count, thread_name_prefix="selective-scan")


def _run(kernel: Callable[..., None], tasks: int, arguments: tuple[Any, ...]) -> None:
    """Share equal tasks among as many threads as torch may use; the caller is one of them."""
    threads = min(torch.get_num_threads(), tasks)
    borders = [tasks * i // threads for i in range(threads + 1)]
    others = [
        _workers(threads).submit(kernel, borders[i], borders[i + 1], *arguments) for i in range(1, threads)
    ]
    kernel(borders[0], borders[1], *arguments)
    for other in others:
        other.result()
