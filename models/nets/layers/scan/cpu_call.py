"""Calls the compiled CPU kernels of the selective scan with torch tensors, on torch's thread count."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from models.nets.layers.scan.cpu import backward_tasks, forward_tasks
from models.nets.layers.scan.cpu_arrays import Scan, Slopes
from models.nets.layers.scan.cpu_cache import forget_outdated_kernels
from models.nets.layers.scan.cpu_chunk import C_AT, CHUNK, HALF, LOW_AT, ROW

_LOG2_E = 1.4426950408889634
_LEAST_BACKWARD_TASKS = 4
"""Fewer are divided by channels: one walk over one sample would leave all threads but one without work."""


class Inputs(NamedTuple):
    """The arguments of a scan; see `selective_scan`."""

    u: Tensor
    given: Tensor
    """Low-rank step, B and C of the tokens (B, H, W, K, R + 2N), or ..."""
    is_projected: bool
    """... what projects them from the inputs, (K, R + 2N, D)."""
    delta_weight: Tensor
    delta_bias: Tensor
    a: Tensor
    skip: Tensor
    directions: Sequence[int]

    @property
    def wide(self) -> int:
        """Channels, rounded up to whole rows."""
        return _whole_rows(self.u.shape[3])

    @property
    def low(self) -> int:
        """Rank of the step, rounded up to whole rows."""
        return _whole_rows(self.rank)

    @property
    def depth(self) -> int:
        """B, C and low-rank step, each from a whole row on."""
        return LOW_AT + self.low

    @property
    def rank(self) -> int:
        """Numbers that a token's steps are widened from."""
        return self.delta_weight.shape[2]

    @property
    def states(self) -> int:
        """States per channel."""
        return self.a.shape[2]


def can_project(delta_weight: Tensor) -> bool:
    """Whether the scan can project its selectivity itself: B, C and exactly one row of low-rank steps."""
    return 1 <= int(delta_weight.shape[2]) <= ROW


def forward(inputs: Inputs, *, keeps_states: bool) -> tuple[Tensor, Tensor]:
    """Output (B, H, W, D) and, for `backward`, the states at the chunk starts.

    Raises:
        ValueError: the kernel would read past the end of an array of these shapes.
    """
    _check(inputs)
    batch, ways, threads = inputs.u.shape[0], len(inputs.directions), torch.get_num_threads()
    parts = min(inputs.wide // ROW, -(-threads // (batch * ways)))
    groups = _groups(batch * parts, ways)
    out = torch.empty(groups, *inputs.u.shape)
    carries = torch.empty(carries_shape(inputs.u, inputs.directions, keeps_states=keeps_states))
    _run(forward_tasks, batch * groups * parts, (_scan(inputs), parts, groups, _flat(out), _flat(carries)))
    return _in_order(out), carries


def backward(
    gy: Tensor, carries: Tensor, inputs: Inputs
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Gradients of the six tensors of `Inputs`, in their order.

    Raises:
        ValueError: the forward scan kept no states, which the kernel would read all the same.
    """
    if tuple(carries.shape) != carries_shape(inputs.u, inputs.directions, keeps_states=True):
        raise ValueError("A scan that kept no states has no gradients; ask for them before it runs.")
    batch, _, _, channels = inputs.u.shape
    ways, wide, depth, rank = len(inputs.directions), inputs.wide, inputs.depth, inputs.rank
    parts = 1 if inputs.is_projected else min(wide // ROW, -(-_LEAST_BACKWARD_TASKS // (batch * ways)))
    groups = _groups(batch * parts, ways)
    du, dgiven = torch.empty(groups, *inputs.u.shape), torch.empty(0)
    dprojection = torch.zeros(batch, ways, depth, wide) if inputs.is_projected else torch.empty(0)
    if not inputs.is_projected:
        dgiven = torch.empty(parts, *inputs.given.shape)
    dwidening, sums = torch.zeros(batch, ways, inputs.low, wide), torch.zeros(batch, ways, 2, wide)
    da = torch.zeros(batch, ways, wide, ROW)
    slopes = Slopes(*(_flat(out) for out in (du, dgiven, dprojection, dwidening, sums, da)))
    _run(
        backward_tasks,
        batch * groups * parts,
        (_scan(inputs), parts, groups, _flat(carries), _flat(gy), slopes),
    )
    return (
        _in_order(du),
        _as_projection(dprojection.sum(0), inputs) if inputs.is_projected else _in_order(dgiven),
        dwidening[:, :, :rank, :channels].sum(0).transpose(1, 2).contiguous(),
        sums[:, :, 1, :channels].sum(0),
        da[:, :, :channels, : inputs.states].sum(0),
        sums[:, :, 0, :channels].sum(0),
    )


def carries_shape(u: Tensor, directions: Sequence[int], *, keeps_states: bool) -> tuple[int, ...]:
    """(B, K, chunks, D rounded up, 16): states that the forward kernel keeps for the backward one."""
    batch, height, width, channels = u.shape
    if not keeps_states:
        return (0,)
    return batch, len(directions), -(-height * width // CHUNK), _whole_rows(channels), ROW


def _check(inputs: Inputs) -> None:
    """Refuse what the compiled kernel would read past or take for something else."""
    if inputs.u.numel() == 0:
        raise ValueError("There is nothing to scan: a scan needs a sample, a token and a channel.")
    if not {0, 1, 2, 3}.issuperset(inputs.directions):
        raise ValueError(f"The directions of a scan are 0 to 3, not {list(inputs.directions)}.")
    ways, channels, states, rank = len(inputs.directions), inputs.u.shape[3], inputs.states, inputs.rank
    depth = rank + 2 * states
    given = ("projection", (ways, depth, channels))
    if not inputs.is_projected:
        given = ("selectivity", (*inputs.u.shape[:3], ways, depth))
    wanted = (
        (given[0], inputs.given, given[1]),
        ("delta_weight", inputs.delta_weight, (ways, channels, rank)),
        ("delta_bias", inputs.delta_bias, (ways, channels)),
        ("a", inputs.a, (ways, channels, states)),
        ("skip", inputs.skip, (ways, channels)),
    )
    for name, tensor, shape in wanted:
        if tuple(tensor.shape) != shape:
            raise ValueError(f"{name} of a scan has shape {tuple(tensor.shape)}, expected {shape}.")
    if inputs.is_projected and not can_project(inputs.delta_weight):
        raise ValueError(f"A projected scan widens steps of rank {rank}; 1 to {ROW} are possible.")
    if states > ROW:
        raise ValueError(f"A scan has {states} states per channel; at most {ROW} are possible.")


def _groups(tasks: int, ways: int) -> int:
    """Into how many groups the directions are divided, so that no thread waits for another's last task.

    A group is a pair of neighbours or one direction: the sums are the same either way (`_in_order`).
    """
    pairs = ways // 2 if ways % 2 == 0 else ways
    return pairs if tasks * pairs % torch.get_num_threads() == 0 else ways


def _in_order(parts: Tensor) -> Tensor:
    """Sum over the first axis: pairs of neighbours, as the kernel adds them when it owns both, and so on."""
    while len(parts) > 1 and len(parts) % 2 == 0:
        parts = parts[0::2] + parts[1::2]
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def _whole_rows(count: int) -> int:
    return -(-count // ROW) * ROW


def _scan(inputs: Inputs) -> Scan:
    """The inputs in the form that the kernels read."""
    batch, height, width, channels = inputs.u.shape
    rates = functional.pad(inputs.a, (0, ROW - inputs.states, 0, inputs.wide - channels))
    projection = _as_rows(inputs) if inputs.is_projected else torch.empty(len(inputs.directions), 0, 0)
    return Scan(
        batch=batch,
        height=height,
        width=width,
        channels=channels,
        states=inputs.states,
        rank=inputs.rank,
        wide=inputs.wide,
        low=inputs.low,
        depth=inputs.depth,
        directions=np.array(inputs.directions, np.int64),
        u=_flat(inputs.u),
        is_projected=inputs.is_projected,
        selectivity=_flat(torch.empty(0) if inputs.is_projected else inputs.given),
        projection=_flat(projection[:, :, :channels].transpose(1, 2)),
        spread=_flat(projection),
        widening=_channel_rows(inputs.delta_weight.transpose(1, 2)),
        narrowing=_flat(_filled(inputs.delta_weight, inputs.wide, inputs.low)),
        bias=_channel_rows(inputs.delta_bias),
        rates=_flat(rates),
        decay=_flat(rates * _LOG2_E),
        block_decay=_flat(_in_blocks(rates * _LOG2_E, channels)),
        skip=_channel_rows(inputs.skip),
    )


def _in_blocks(rates: Tensor, channels: int) -> Tensor:
    """Rates (K, D rounded up, 16) as the forward walk holds them, (K, block, 16, 16): see `cpu_walk`."""
    blocks = rates.view(len(rates), -1, ROW, ROW).transpose(2, 3).contiguous()
    if 0 < channels % ROW <= HALF:
        two_states = blocks[:, -1, :, :HALF].reshape(-1, HALF, 2, HALF)
        blocks[:, -1, :HALF] = two_states.transpose(2, 3).reshape(-1, HALF, ROW)
    return blocks


def _as_rows(inputs: Inputs) -> Tensor:
    """A projection (K, R + 2N, D) as the kernels hold it, (K, depth, D rounded up): B, C, low-rank step."""
    low, b, c = torch.split(inputs.given, [inputs.rank, inputs.states, inputs.states], dim=1)
    filled = (
        _filled(b, ROW, inputs.wide),
        _filled(c, ROW, inputs.wide),
        _filled(low, inputs.low, inputs.wide),
    )
    return torch.cat(filled, dim=1)


def _as_projection(rows: Tensor, inputs: Inputs) -> Tensor:
    """The reverse of `_as_rows`."""
    rank, states = inputs.rank, inputs.states
    parts = (rows[:, LOW_AT : LOW_AT + rank], rows[:, :states], rows[:, C_AT : C_AT + states])
    return torch.cat(parts, dim=1)[:, :, : inputs.u.shape[3]].contiguous()


def _filled(matrix: Tensor, rows: int, columns: int) -> Tensor:
    """Matrices (K, r, c) with zeros below and beside."""
    return functional.pad(matrix, (0, columns - matrix.shape[2], 0, rows - matrix.shape[1]))


def _channel_rows(parameter: Tensor) -> NDArray[np.float32]:
    """Parameters (..., D) with D filled up to whole rows, and one row behind the last."""
    channels = parameter.shape[-1]
    filled = functional.pad(parameter, (0, _whole_rows(channels) - channels)).flatten()
    return _flat(functional.pad(filled, (0, ROW)))


def _flat(tensor: Tensor) -> NDArray[np.float32]:
    flat: NDArray[np.float32] = tensor.detach().contiguous().view(-1).numpy()
    return flat


@cache
def _workers(count: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(count, thread_name_prefix="selective-scan")


@cache
def _renew_kernels() -> None:
    """Once, before the first kernel is looked for among those that are kept."""
    if (kept_in := forward_tasks.stats.cache_path) is not None:
        forget_outdated_kernels(Path(kept_in))


def _run(kernel: Callable[..., None], tasks: int, arguments: tuple[Any, ...]) -> None:
    """Share equal tasks among as many threads as torch may use; the caller is one of them."""
    _renew_kernels()
    threads = min(torch.get_num_threads(), tasks)
    borders = [tasks * i // threads for i in range(threads + 1)]
    others = [
        _workers(threads).submit(kernel, borders[i], borders[i + 1], *arguments) for i in range(1, threads)
    ]
    kernel(borders[0], borders[1], *arguments)
    for other in others:
        other.result()
