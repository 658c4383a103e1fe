"""The selective scan and its gradient on the CPU, compiled by Numba.

Forward: the tokens are taken in chunks of 64. A chunk's low-rank steps, B and C are read, or computed from
its inputs, into small local arrays (this is where a direction turns into memory positions); then each block
of sixteen channels widens the steps, and each channel walks the chunk with its sixteen states in one vector
register. The states at the chunk starts are kept.

Backward: the chunks in reverse order. The states and decays of a chunk are computed again from the kept
start into a local block, which the reverse walk reads. Every gradient is summed in a fixed order, so that
the result does not depend on the number of threads.
"""

import numpy as np
from numba import njit

from models.nets.layers.scan import simd_vectors as lanes
from models.nets.layers.scan.cpu_arrays import Floats, Place, Scan, Slopes
from models.nets.layers.scan.cpu_chunk import (
    CHUNK,
    HALF,
    LOW_AT,
    ROW,
    Local,
    Replay,
    gather,
    input_gradients,
    low_rank_gradients,
    new_local,
    new_replay,
    replay,
    scatter_sums,
    steps_and_drive,
    unwind,
)
from models.nets.layers.scan.cpu_products import add_sums
from models.nets.layers.scan.cpu_selectivity import (
    add_projected_gradients,
    read_selectivity,
    write_selectivity_gradients,
)
from models.nets.layers.scan.cpu_walk import keep_states, walk_block

_ZERO = np.float32(0.0)


@njit(nogil=True, cache=True)
def forward_tasks(
    first: int, last: int, scan: Scan, parts: int, groups: int, out: Floats, carries: Floats
) -> None:
    """Scan the (sample, group of directions, part of the channels) triples number `first` to `last`.

    Args:
        first: number of the first triple.
        last: number after the last triple.
        scan: what is scanned.
        parts: into how many parts the blocks of channels are divided.
        groups: into how many groups the directions are divided.
        out: (group of directions, batch, token, channel), the sum over the directions of a group.
        carries: (batch, direction, chunk, wide, 16), the states before each chunk, if they are to be kept.
    """
    length, blocks, per_group = scan.height * scan.width, scan.wide // ROW, len(scan.directions) // groups
    local, h = new_local(scan.depth), np.zeros(scan.wide * ROW, np.float32)
    for task in range(first, last):
        part, group, sample = task % parts, task // parts % groups, task // parts // groups
        at_out = (group * scan.batch + sample) * length * scan.channels
        for k in range(group * per_group, (group + 1) * per_group):
            h[:] = _ZERO
            for chunk in range((length + CHUNK - 1) // CHUNK):
                place = Place(sample, k, chunk, min(CHUNK, length - chunk * CHUNK))
                read_selectivity(scan, local, place)
                for block in range(blocks * part // parts, blocks * (part + 1) // parts):
                    _walk_block(scan, local, h, carries, block * ROW, place)
                    _write_block(
                        scan, out, at_out, local, local.y, 0, block * ROW, k % per_group == 0, place.tokens
                    )


@njit(nogil=True, cache=True, forceinline=True)
def _walk_block(scan: Scan, local: Local, h: Floats, carries: Floats, c0: int, place: Place) -> None:
    """Outputs of a block of channels; its states in h, (block, 16, 16), are kept and moved on."""
    _read_block(scan, local, c0, place)
    block = min(ROW, scan.channels - c0)
    is_narrow, at = block <= HALF, c0 * ROW
    if len(carries) > 0:
        keep_states(carries, _at_carry(scan, place) + at, h, at, block, is_narrow)
    at_parameter = place.k * scan.wide + c0
    walk_block(
        local, scan.depth, h, scan.block_decay, at, at_parameter * ROW, scan.states,
        lanes.load(scan.skip, at_parameter), place.tokens, is_narrow,
    )  # fmt: skip


@njit(nogil=True, cache=True, forceinline=True)
def _read_block(scan: Scan, local: Local, c0: int, place: Place) -> None:
    """Input, steps (NaN where what they are made of is NaN) and step times input of a chunk's block."""
    block, at_parameter = min(ROW, scan.channels - c0), place.k * scan.wide + c0
    first = place.sample * scan.height * scan.width * scan.channels + c0
    gather(local.u, scan.u, first, scan.channels, local.positions, place.tokens, block)
    bias, at_widening = lanes.load(scan.bias, at_parameter), place.k * scan.rank * scan.wide + c0
    steps_and_drive(
        local, scan.depth, scan.widening, at_widening, scan.wide, scan.rank, bias, place.tokens, block <= HALF
    )


@njit(nogil=True, cache=True, forceinline=True)
def _at_carry(scan: Scan, place: Place) -> int:
    """Where the states before a chunk are kept, from the first channel on."""
    chunks = (scan.height * scan.width + CHUNK - 1) // CHUNK
    walked: int = (place.sample * len(scan.directions) + place.k) * chunks + place.chunk
    return walked * scan.wide * ROW


@njit(nogil=True, cache=True, forceinline=True)
def _write_block(
    scan: Scan, out: Floats, at_out: int, local: Local, rows: Floats, at_rows: int, c0: int, is_first: bool,
    count: int,
) -> None:  # fmt: skip
    """Write the rows of a block of channels to the tokens of a sample, or add them to what is there."""
    block = min(ROW, scan.channels - c0)
    scatter_sums(out, at_out + c0, scan.channels, local.positions, count, block, is_first, rows, at_rows)


@njit(nogil=True, cache=True)
def backward_tasks(
    first: int,
    last: int,
    scan: Scan,
    parts: int,
    groups: int,
    carries: Floats,
    gy: Floats,
    slopes: Slopes,
) -> None:
    """Gradients of the (sample, group of directions, part of the channels) triples number `first` to `last`.

    Args:
        first: number of the first triple.
        last: number after the last triple.
        scan: what was scanned.
        parts: into how many parts the blocks of channels are divided; 1 if the selectivity is projected.
        groups: into how many groups the directions are divided.
        carries: as the forward tasks left them.
        gy: gradient of their output.
        slopes: where the gradients go.
    """
    length, blocks, per_group = scan.height * scan.width, scan.wide // ROW, len(scan.directions) // groups
    local, kept = new_local(scan.depth), new_replay(scan.depth, scan.wide)
    for task in range(first, last):
        part, group, sample = task % parts, task // parts % groups, task // parts // groups
        at_du = (group * scan.batch + sample) * length * scan.channels
        begin, end = blocks * part // parts, blocks * (part + 1) // parts
        for k in range(group * per_group, (group + 1) * per_group):
            kept.adjoints[:] = _ZERO
            for chunk in range((length + CHUNK - 1) // CHUNK - 1, -1, -1):
                place = Place(sample, k, chunk, min(CHUNK, length - chunk * CHUNK))
                read_selectivity(scan, local, place)
                kept.dselectivity[:] = _ZERO
                for block in range(begin, end):
                    _unwind_block(scan, slopes, local, kept, carries, gy, block * ROW, place)
                if not scan.is_projected:
                    write_selectivity_gradients(scan, slopes, local, kept, part, place)
                for block in range(begin, end):
                    c0, is_first = block * ROW, k % per_group == 0
                    if scan.is_projected:
                        add_projected_gradients(scan, slopes, local, kept, c0, place)
                    _write_block(
                        scan, slopes.du, at_du, local, kept.du, c0 * CHUNK, c0, is_first, place.tokens
                    )


@njit(nogil=True, cache=True, forceinline=True)
def _unwind_block(
    scan: Scan,
    slopes: Slopes,
    local: Local,
    kept: Replay,
    carries: Floats,
    gy: Floats,
    c0: int,
    place: Place,
) -> None:
    """Walk a block of channels of a chunk forward once more, then backwards, and sum its gradients."""
    _read_block(scan, local, c0, place)
    block, first = min(ROW, scan.channels - c0), place.sample * scan.height * scan.width * scan.channels + c0
    gather(kept.gy, gy, first, scan.channels, local.positions, place.tokens, block)
    at_carry = _at_carry(scan, place)
    for channel in range(c0, c0 + block):
        at_rates = (place.k * scan.wide + channel) * ROW
        state, decay = lanes.load(carries, at_carry + channel * ROW), lanes.load(scan.decay, at_rates)
        replay(local, kept, scan.depth, channel - c0, state, decay, place.tokens)
        adjoint, rates = lanes.load(kept.adjoints, channel * ROW), lanes.load(scan.rates, at_rates)
        at_da = place.sample * len(scan.directions) * scan.wide * ROW + at_rates
        adjoint = unwind(
            local, kept, scan.depth, channel - c0, adjoint, rates, slopes.da, at_da, place.tokens
        )
        lanes.store(kept.adjoints, channel * ROW, adjoint)
    _spread_block(scan, slopes, local, kept, c0, place)


@njit(nogil=True, cache=True, forceinline=True)
def _spread_block(scan: Scan, slopes: Slopes, local: Local, kept: Replay, c0: int, place: Place) -> None:
    """Turn what a block's backward walk collected into gradients of the inputs and parameters."""
    walked, at_parameter = place.sample * len(scan.directions) + place.k, place.k * scan.wide + c0
    at_skip = walked * 2 * scan.wide + c0
    skip = lanes.load(scan.skip, at_parameter)
    input_gradients(local, kept, c0 * CHUNK, place.tokens, skip, slopes.sums, at_skip, at_skip + scan.wide)
    low_rank_gradients(local, kept, scan.depth, scan.narrowing, at_parameter * scan.low, place.tokens)
    add_sums(
        slopes.dwidening, walked * scan.low * scan.wide + c0, scan.wide,
        local.selectivity, LOW_AT, scan.depth, scan.rank, kept.w, place.tokens,
    )  # fmt: skip
