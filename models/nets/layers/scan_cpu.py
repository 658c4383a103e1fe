"""The selective scan and its gradient on the CPU, compiled by Numba.

Forward: the tokens are taken in chunks of 64. A chunk's inputs and matrices are gathered into small local
arrays (this is where a direction turns into memory positions), its steps are computed from their low-rank
form, then each channel walks the chunk with its sixteen states in one vector register. The states at the
chunk starts are kept.

Backward: the chunks in reverse order. The states and decays of a chunk are computed again from the kept
start into a local block, which the reverse walk reads. Every gradient is summed in a fixed order, so that
the result does not depend on the number of threads.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from models.nets.layers import lanes
from models.nets.layers.scan_cpu_chunk import (
    CHUNK,
    ROW,
    Floats,
    Ints,
    Local,
    Replay,
    add_outputs,
    fill_positions,
    gather,
    input_gradients,
    low_rank_gradients,
    new_local,
    new_replay,
    raw_steps,
    replay,
    scatter,
    steps_and_drive,
    unwind,
    walk,
)

_ZERO = np.float32(0.0)


class Scan(NamedTuple):
    """What a scan reads; arrays flat.

    `wide` is the number of channels rounded up to whole rows of sixteen: parameters are zero beyond the
    channels, decays also beyond the states, so that the missing states never leave zero.
    """

    batch: int
    height: int
    width: int
    channels: int
    states: int
    rank: int
    wide: int
    directions: Ints
    u: Floats
    """(batch, token, channel)"""
    selectivity: Floats
    """(batch, token, direction, rank + 2 states)"""
    weight: Floats
    """(direction, rank, wide)"""
    bias: Floats
    """(direction, wide)"""
    rates: Floats
    """A, (direction, wide, 16)"""
    decay: Floats
    """A * log2(e), as rates"""
    skip: Floats
    """(direction, wide)"""


class Slopes(NamedTuple):
    """The gradients of a scan; arrays flat."""

    du: Floats
    """(group of directions, batch, token, channel)"""
    dselectivity: Floats
    """As selectivity."""
    dweight: Floats
    """(batch, direction, rank, wide), zero on entry"""
    sums: Floats
    """Of skip and of bias, (batch, direction, 2, wide), zero on entry"""
    da: Floats
    """(batch, direction, wide, 16), zero on entry"""


@njit(nogil=True, cache=True)
def _read_tokens(scan: Scan, local: Local, sample: int, k: int, start: int, count: int) -> None:
    """Positions, B and C of a chunk."""
    depth, ways = scan.rank + 2 * scan.states, len(scan.directions)
    at_b = (sample * scan.height * scan.width * ways + k) * depth + scan.rank
    fill_positions(local.positions, scan.directions[k], start, count, scan.height, scan.width)
    gather(local.b, scan.selectivity, at_b, ways * depth, local.positions, count, scan.states)
    gather(local.c, scan.selectivity, at_b + scan.states, ways * depth, local.positions, count, scan.states)


@njit(nogil=True, cache=True)
def _read_channels(scan: Scan, local: Local, sample: int, k: int, c0: int, block: int, count: int) -> None:
    """Input, steps and step times input of a chunk's block of channels."""
    depth, ways = scan.rank + 2 * scan.states, len(scan.directions)
    tokens_before = sample * scan.height * scan.width
    at_u = tokens_before * scan.channels + c0
    gather(local.u, scan.u, at_u, scan.channels, local.positions, count, block)
    at_step, at_weight = (tokens_before * ways + k) * depth, k * scan.rank * scan.wide + c0
    bias = lanes.load(scan.bias, k * scan.wide + c0)
    raw_steps(
        local,
        scan.selectivity,
        at_step,
        ways * depth,
        count,
        scan.weight,
        at_weight,
        scan.wide,
        scan.rank,
        bias,
    )
    steps_and_drive(local, count)


@njit(nogil=True, cache=True)
def forward_tasks(
    first: int, last: int, scan: Scan, per_task: int, groups: int, out: Floats, carries: Floats
) -> None:
    """Scan the (sample, channel block, group of directions) triples number `first` to `last`.

    Args:
        first: number of the first triple.
        last: number after the last triple.
        scan: what is scanned.
        per_task: channels per block, at most sixteen.
        groups: into how many groups the directions are divided.
        out: (group of directions, batch, token, channel), the sum over the directions of a group.
        carries: (batch, direction, chunk, wide, 16), the states before each chunk.
    """
    length, ways = scan.height * scan.width, len(scan.directions)
    blocks, per_group = (scan.channels + per_task - 1) // per_task, ways // groups
    chunks = (length + CHUNK - 1) // CHUNK
    local, h = new_local(), np.zeros(ROW * ROW, np.float32)
    for task in range(first, last):
        group, sample, c0 = task % groups, task // groups // blocks, task // groups % blocks * per_task
        block = min(per_task, scan.channels - c0)
        at_out = (group * scan.batch + sample) * length * scan.channels + c0
        for k in range(group * per_group, (group + 1) * per_group):
            h[:] = _ZERO
            at_row = k * scan.wide + c0
            skip = lanes.load(scan.skip, at_row)
            for chunk in range(chunks):
                count = min(CHUNK, length - chunk * CHUNK)
                _read_tokens(scan, local, sample, k, chunk * CHUNK, count)
                _read_channels(scan, local, sample, k, c0, block, count)
                at_carry = (((sample * ways + k) * chunks + chunk) * scan.wide + c0) * ROW
                for channel in range(block):
                    state = lanes.load(h, channel * ROW)
                    lanes.store(carries, at_carry + channel * ROW, state)
                    decay = lanes.load(scan.decay, (at_row + channel) * ROW)
                    lanes.store(h, channel * ROW, walk(local, channel, state, decay, count))
                add_outputs(out, at_out, scan.channels, local, count, block, k % per_group == 0, skip)


@njit(nogil=True, cache=True)
def _unwind_block(
    scan: Scan,
    slopes: Slopes,
    local: Local,
    kept: Replay,
    carries: Floats,
    adjoints: Floats,
    sample: int,
    k: int,
    chunk: int,
    c0: int,
    count: int,
) -> None:
    """Walk a block of channels of a chunk forward once more, then backwards."""
    length, ways = scan.height * scan.width, len(scan.directions)
    chunks = (length + CHUNK - 1) // CHUNK
    at_direction = sample * ways + k
    for channel in range(c0, min(c0 + ROW, scan.channels)):
        at_rates = (k * scan.wide + channel) * ROW
        state = lanes.load(carries, ((at_direction * chunks + chunk) * scan.wide + channel) * ROW)
        replay(local, kept, channel - c0, state, lanes.load(scan.decay, at_rates), count)
        adjoint, rates = lanes.load(adjoints, channel * ROW), lanes.load(scan.rates, at_rates)
        at_da = (at_direction * scan.wide + channel) * ROW
        adjoint = unwind(local, kept, channel - c0, adjoint, rates, slopes.da, at_da, count)
        lanes.store(adjoints, channel * ROW, adjoint)


@njit(nogil=True, cache=True)
def _spread_block(
    scan: Scan,
    slopes: Slopes,
    local: Local,
    kept: Replay,
    sample: int,
    k: int,
    groups: int,
    c0: int,
    count: int,
) -> None:
    """Turn what a block's backward walk collected into gradients of the inputs and parameters."""
    length, ways, depth = scan.height * scan.width, len(scan.directions), scan.rank + 2 * scan.states
    per_group = ways // groups
    at_du = ((k // per_group) * scan.batch + sample) * length * scan.channels + c0
    at_sums = (sample * ways + k) * 2 * scan.wide + c0
    block, skip = min(ROW, scan.channels - c0), lanes.load(scan.skip, k * scan.wide + c0)
    input_gradients(
        slopes.du, at_du, scan.channels, local, kept, count, block, k % per_group == 0,
        skip, slopes.sums, at_sums, at_sums + scan.wide,
    )  # fmt: skip
    low_rank_gradients(
        slopes.dselectivity, scan.selectivity, (sample * length * ways + k) * depth, ways * depth,
        local.positions, count, kept.w, scan.weight, k * scan.rank * scan.wide + c0, slopes.dweight,
        (sample * ways + k) * scan.rank * scan.wide + c0, scan.wide, scan.rank, c0 == 0,
    )  # fmt: skip


@njit(nogil=True, cache=True)
def backward_tasks(
    first: int, last: int, scan: Scan, groups: int, carries: Floats, gy: Floats, slopes: Slopes
) -> None:
    """Gradients of the (sample, group of directions) pairs number `first` to `last`.

    Args:
        first: number of the first pair.
        last: number after the last pair.
        scan: what was scanned.
        groups: into how many groups the directions are divided.
        carries: as the forward tasks left them.
        gy: gradient of their output.
        slopes: where the gradients go.
    """
    length, ways, depth = scan.height * scan.width, len(scan.directions), scan.rank + 2 * scan.states
    chunks = (length + CHUNK - 1) // CHUNK
    local, kept = new_local(), new_replay()
    adjoints = np.zeros(scan.wide * ROW, np.float32)
    for work in range(first * (ways // groups), last * (ways // groups)):
        sample, k = work // ways, work % ways
        at_db = (sample * length * ways + k) * depth + scan.rank
        adjoints[:] = _ZERO
        for chunk in range(chunks - 1, -1, -1):
            count = min(CHUNK, length - chunk * CHUNK)
            _read_tokens(scan, local, sample, k, chunk * CHUNK, count)
            kept.db[:] = _ZERO
            kept.dc[:] = _ZERO
            for c0 in range(0, scan.channels, ROW):
                block = min(ROW, scan.channels - c0)
                at_gy = sample * length * scan.channels + c0
                gather(kept.gy, gy, at_gy, scan.channels, local.positions, count, block)
                _read_channels(scan, local, sample, k, c0, block, count)
                _unwind_block(scan, slopes, local, kept, carries, adjoints, sample, k, chunk, c0, count)
                _spread_block(scan, slopes, local, kept, sample, k, groups, c0, count)
            out, stride = slopes.dselectivity, ways * depth
            scatter(out, at_db, stride, local.positions, count, scan.states, kept.db)
            scatter(out, at_db + scan.states, stride, local.positions, count, scan.states, kept.dc)
