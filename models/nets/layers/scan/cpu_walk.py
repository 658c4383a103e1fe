"""The forward walk of the CPU scan: a block of channels through one chunk, channels in the lanes.

Eight rows of states stay in registers for the whole chunk, B and C are broadcast, and a token's outputs add
up in its row without sums across lanes. A block of at most eight channels has two states of a channel side by
side in a row, so that half of no register is empty.
"""

import numpy as np
from numba import njit

from models.nets.layers.scan import simd_vectors as lanes
from models.nets.layers.scan.cpu_arrays import Floats
from models.nets.layers.scan.cpu_chunk import C_AT, ROW, Local
from models.nets.layers.scan.simd_vectors import Row

_AT_ONCE = 8
"""Rows of states in registers; as many of decays are beside them."""
_ZERO = np.float32(0.0)


@njit(nogil=True, cache=True, forceinline=True)
def walk_block(
    local: Local, depth: int, h: Floats, decay: Floats, at: int, at_decay: int, states: int, skip: Row,
    count: int, is_narrow: bool,
) -> None:  # fmt: skip
    """Outputs of a chunk into local.y, with the inputs weighted by ``skip``.

    Args:
        local: the chunk's inputs, steps, B and C.
        depth: numbers of a token's selectivity.
        h: the states, moved on; a row per state, or per two of them if the block is narrow.
        decay: in the same order.
        at: where the block's states begin.
        at_decay: where its decays begin.
        states: of a channel.
        skip: weights of the inputs.
        count: of the tokens.
        is_narrow: whether the block has at most eight channels.
    """
    for row in range(0, count * ROW, ROW):
        lanes.store(local.y, row, lanes.multiply(skip, lanes.load(local.u, row)))
    if is_narrow:
        _walk_narrow(local, depth, h, decay, at, at_decay, count)
        return
    for state in range(0, states, _AT_ONCE):
        _walk_wide(local, depth, h, decay, at + state * ROW, at_decay + state * ROW, state, count)


@njit(nogil=True, cache=True, forceinline=True)
def _walk_wide(
    local: Local, depth: int, h: Floats, decay: Floats, at: int, at_decay: int, state: int, count: int
) -> None:
    """Add what eight states from one on give of sixteen channels."""
    delta, drive, selectivity, y = local.delta, local.drive, local.selectivity, local.y
    h0, h1, h2, h3 = _four(h, at)
    h4, h5, h6, h7 = _four(h, at + 4 * ROW)
    a0, a1, a2, a3 = _four(decay, at_decay)
    a4, a5, a6, a7 = _four(decay, at_decay + 4 * ROW)
    for i in range(count):
        step, x = lanes.load(delta, i * ROW), lanes.load(drive, i * ROW)
        b, c = i * depth + state, i * depth + C_AT + state
        h0 = _moved(h0, step, a0, x, lanes.splat_at(selectivity, b))
        h1 = _moved(h1, step, a1, x, lanes.splat_at(selectivity, b + 1))
        h2 = _moved(h2, step, a2, x, lanes.splat_at(selectivity, b + 2))
        h3 = _moved(h3, step, a3, x, lanes.splat_at(selectivity, b + 3))
        h4 = _moved(h4, step, a4, x, lanes.splat_at(selectivity, b + 4))
        h5 = _moved(h5, step, a5, x, lanes.splat_at(selectivity, b + 5))
        h6 = _moved(h6, step, a6, x, lanes.splat_at(selectivity, b + 6))
        h7 = _moved(h7, step, a7, x, lanes.splat_at(selectivity, b + 7))
        one = lanes.multiply_add(h0, lanes.splat_at(selectivity, c), lanes.load(y, i * ROW))
        two = lanes.multiply(h1, lanes.splat_at(selectivity, c + 1))
        one = lanes.multiply_add(h2, lanes.splat_at(selectivity, c + 2), one)
        two = lanes.multiply_add(h3, lanes.splat_at(selectivity, c + 3), two)
        one = lanes.multiply_add(h4, lanes.splat_at(selectivity, c + 4), one)
        two = lanes.multiply_add(h5, lanes.splat_at(selectivity, c + 5), two)
        one = lanes.multiply_add(h6, lanes.splat_at(selectivity, c + 6), one)
        two = lanes.multiply_add(h7, lanes.splat_at(selectivity, c + 7), two)
        lanes.store(y, i * ROW, lanes.add(one, two))
    _keep_four(h, at, h0, h1, h2, h3)
    _keep_four(h, at + 4 * ROW, h4, h5, h6, h7)


@njit(nogil=True, cache=True, forceinline=True)
def _walk_narrow(
    local: Local, depth: int, h: Floats, decay: Floats, at: int, at_decay: int, count: int
) -> None:
    """Add what sixteen states give of eight channels."""
    delta, drive, selectivity, y = local.delta, local.drive, local.selectivity, local.y
    h0, h1, h2, h3 = _four(h, at)
    h4, h5, h6, h7 = _four(h, at + 4 * ROW)
    a0, a1, a2, a3 = _four(decay, at_decay)
    a4, a5, a6, a7 = _four(decay, at_decay + 4 * ROW)
    for i in range(count):
        step, x = lanes.twice(lanes.load(delta, i * ROW)), lanes.twice(lanes.load(drive, i * ROW))
        b, c = i * depth, i * depth + C_AT
        h0 = _moved(h0, step, a0, x, lanes.splat_two_at(selectivity, b))
        h1 = _moved(h1, step, a1, x, lanes.splat_two_at(selectivity, b + 2))
        h2 = _moved(h2, step, a2, x, lanes.splat_two_at(selectivity, b + 4))
        h3 = _moved(h3, step, a3, x, lanes.splat_two_at(selectivity, b + 6))
        h4 = _moved(h4, step, a4, x, lanes.splat_two_at(selectivity, b + 8))
        h5 = _moved(h5, step, a5, x, lanes.splat_two_at(selectivity, b + 10))
        h6 = _moved(h6, step, a6, x, lanes.splat_two_at(selectivity, b + 12))
        h7 = _moved(h7, step, a7, x, lanes.splat_two_at(selectivity, b + 14))
        one = lanes.multiply(h0, lanes.splat_two_at(selectivity, c))
        two = lanes.multiply(h1, lanes.splat_two_at(selectivity, c + 2))
        one = lanes.multiply_add(h2, lanes.splat_two_at(selectivity, c + 4), one)
        two = lanes.multiply_add(h3, lanes.splat_two_at(selectivity, c + 6), two)
        one = lanes.multiply_add(h4, lanes.splat_two_at(selectivity, c + 8), one)
        two = lanes.multiply_add(h5, lanes.splat_two_at(selectivity, c + 10), two)
        one = lanes.multiply_add(h6, lanes.splat_two_at(selectivity, c + 12), one)
        two = lanes.multiply_add(h7, lanes.splat_two_at(selectivity, c + 14), two)
        row = lanes.sums_of_two(lanes.add(one, two))
        lanes.store(y, i * ROW, lanes.add(lanes.load(y, i * ROW), row))
    _keep_four(h, at, h0, h1, h2, h3)
    _keep_four(h, at + 4 * ROW, h4, h5, h6, h7)


@njit(nogil=True, cache=True, forceinline=True)
def _moved(h: Row, step: Row, decay: Row, x: Row, b: Row) -> Row:
    """A row of states one token later."""
    fade = lanes.exp2_not_above_one(lanes.multiply(step, decay))
    return lanes.multiply_add(fade, h, lanes.multiply(x, b))


@njit(nogil=True, cache=True, forceinline=True)
def _four(rows: Floats, at: int) -> tuple[Row, Row, Row, Row]:
    one, two = lanes.load(rows, at), lanes.load(rows, at + ROW)
    return one, two, lanes.load(rows, at + 2 * ROW), lanes.load(rows, at + 3 * ROW)


@njit(nogil=True, cache=True, forceinline=True)
def _keep_four(rows: Floats, at: int, one: Row, two: Row, three: Row, four: Row) -> None:
    lanes.store(rows, at, one)
    lanes.store(rows, at + ROW, two)
    lanes.store(rows, at + 2 * ROW, three)
    lanes.store(rows, at + 3 * ROW, four)


@njit(nogil=True, cache=True, forceinline=True)
def keep_states(carries: Floats, at_carry: int, h: Floats, at: int, channels: int, is_narrow: bool) -> None:
    """Copy the states of a block to where the backward walk reads them, a row of states per channel."""
    for channel in range(channels):
        for state in range(ROW):
            source = state // 2 * ROW + 2 * channel + state % 2 if is_narrow else state * ROW + channel
            carries[at_carry + channel * ROW + state] = h[at + source]
