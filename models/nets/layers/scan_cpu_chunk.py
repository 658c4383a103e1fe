"""One chunk of the selective scan on the CPU: what the compiled kernel does between two kept states.

Everything here is compiled by Numba and works on flat float32 arrays. A chunk's tokens lie in local arrays
of (chunk, 16), one row per token; `lanes` rows stand for sixteen channels of a token or for the sixteen
states of a channel.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.nets.layers import lanes
from models.nets.layers.lanes import Row

CHUNK = 64
"""Tokens between two kept states."""
ROW = lanes.LANES
"""States per channel, and channels per block."""

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


class Local(NamedTuple):
    """A chunk's working memory, reused from chunk to chunk; (chunk, 16) flat unless said otherwise."""

    positions: Ints
    b: Floats
    c: Floats
    u: Floats
    raw: Floats
    delta: Floats
    drive: Floats
    y: Floats


class Replay(NamedTuple):
    """What the backward walk needs besides: states, decays, output gradients and sums over the states."""

    history: Floats
    fades: Floats
    gy: Floats
    db: Floats
    dc: Floats
    q: Floats
    w: Floats


@njit(nogil=True, cache=True)
def new_local() -> Local:
    """Working memory of a forward walk."""
    size = CHUNK * ROW
    return Local(
        np.empty(CHUNK, np.int64),
        np.zeros(size, np.float32),
        np.zeros(size, np.float32),
        np.zeros(size, np.float32),
        np.zeros(size, np.float32),
        np.zeros(size, np.float32),
        np.zeros(size, np.float32),
        np.zeros(size, np.float32),
    )


@njit(nogil=True, cache=True)
def new_replay() -> Replay:
    """Further working memory of a backward walk; `history` has one row more."""
    size = CHUNK * ROW
    return Replay(
        np.zeros(size + ROW, np.float32),
        np.zeros(size, np.float32),
        np.zeros(size, np.float32),
        np.zeros(size, np.float32),
        np.zeros(size, np.float32),
        np.zeros(size, np.float32),
        np.zeros(size, np.float32),
    )


@njit(nogil=True, cache=True)
def fill_positions(positions: Ints, direction: int, start: int, count: int, height: int, width: int) -> None:
    """Row-major positions of the tokens that a direction visits from a step on.

    Directions: 0 row by row, 1 column by column, 2 and 3 the same reversed.
    """
    for i in range(count):
        step = start + i
        if direction >= 2:
            step = height * width - 1 - step
        positions[i] = step if direction % 2 == 0 else (step % height) * width + step // height


@njit(nogil=True, cache=True)
def gather(
    rows: Floats, source: Floats, base: int, stride: int, positions: Ints, count: int, filled: int
) -> None:
    """Copy the first `filled` elements of the tokens at some positions into (chunk, 16)."""
    for i in range(count):
        lanes.store(rows, i * ROW, lanes.load_first(source, base + positions[i] * stride, filled))


@njit(nogil=True, cache=True)
def scatter(
    out: Floats, base: int, stride: int, positions: Ints, count: int, filled: int, rows: Floats
) -> None:
    """Write the first `filled` elements of (chunk, 16) to the tokens at some positions."""
    for i in range(count):
        lanes.store_first(out, base + positions[i] * stride, lanes.load(rows, i * ROW), filled)


@njit(nogil=True, cache=True)
def raw_steps(
    local: Local,
    selectivity: Floats,
    base: int,
    stride: int,
    count: int,
    weight: Floats,
    at_weight: int,
    wide: int,
    rank: int,
    bias: Row,
) -> None:
    """Steps before the softplus of a block of channels: bias + weight * low-rank step."""
    raw, positions = local.raw, local.positions
    for i in range(count):
        lanes.store(raw, i * ROW, bias)
    for r in range(rank):
        row = lanes.load(weight, at_weight + r * wide)
        for i in range(count):
            factor = lanes.splat(selectivity[base + positions[i] * stride + r])
            lanes.store(raw, i * ROW, lanes.multiply_add(factor, row, lanes.load(raw, i * ROW)))


@njit(nogil=True, cache=True)
def steps_and_drive(local: Local, count: int) -> None:
    """Steps after the softplus, and step times input."""
    for at in range(0, count * ROW, ROW):
        step = lanes.softplus(lanes.load(local.raw, at))
        lanes.store(local.delta, at, step)
        lanes.store(local.drive, at, lanes.multiply(step, lanes.load(local.u, at)))


@njit(nogil=True, cache=True)
def walk(local: Local, channel: int, h: Row, decay: Row, count: int) -> Row:
    """One channel through one chunk with its states in a register; gives the last states."""
    delta, drive, b, c, out = local.delta, local.drive, local.b, local.c, local.y
    for i in range(count):
        at = i * ROW + channel
        fade = lanes.exp2(lanes.multiply(lanes.splat(delta[at]), decay))
        driven = lanes.multiply(lanes.splat(drive[at]), lanes.load(b, i * ROW))
        h = lanes.multiply_add(fade, h, driven)
        out[at] = lanes.total(lanes.multiply(h, lanes.load(c, i * ROW)))
    return h


@njit(nogil=True, cache=True)
def add_outputs(
    out: Floats, base: int, channels: int, local: Local, count: int, block: int, is_first: bool, skip: Row
) -> None:
    """Write the outputs of the first direction, add those of the others."""
    kept = 0 if is_first else block
    for i in range(count):
        at = base + local.positions[i] * channels
        row = lanes.multiply_add(skip, lanes.load(local.u, i * ROW), lanes.load(local.y, i * ROW))
        lanes.store_first(out, at, lanes.add(row, lanes.load_first(out, at, kept)), block)


@njit(nogil=True, cache=True)
def replay(local: Local, kept: Replay, channel: int, h: Row, decay: Row, count: int) -> None:
    """States before each step of a chunk (and after the last) and decays of one channel."""
    delta, drive, b = local.delta, local.drive, local.b
    history, fades = kept.history, kept.fades
    for i in range(count):
        lanes.store(history, i * ROW, h)
        at = i * ROW + channel
        fade = lanes.exp2(lanes.multiply(lanes.splat(delta[at]), decay))
        lanes.store(fades, i * ROW, fade)
        driven = lanes.multiply(lanes.splat(drive[at]), lanes.load(b, i * ROW))
        h = lanes.multiply_add(fade, h, driven)
    lanes.store(history, count * ROW, h)


@njit(nogil=True, cache=True)
def unwind(
    local: Local, kept: Replay, channel: int, adjoint: Row, a: Row, da: Floats, at_da: int, count: int
) -> Row:
    """One channel backwards through one chunk; gives the adjoint that enters the chunk before.

    q and w collect, per token, the sums over the states of adjoint * B and of A times the gradient of
    Delta * A.
    """
    delta, drive, b, c = local.delta, local.drive, local.b, local.c
    gy, db, dc, q, w = kept.gy, kept.db, kept.dc, kept.q, kept.w
    slope = lanes.load(da, at_da)
    for i in range(count - 1, -1, -1):
        at, row = i * ROW + channel, i * ROW
        g = lanes.splat(gy[at])
        adjoint = lanes.multiply_add(g, lanes.load(c, row), adjoint)
        after = lanes.load(kept.history, row + ROW)
        lanes.store(dc, row, lanes.multiply_add(g, after, lanes.load(dc, row)))
        driven = lanes.multiply_add(lanes.splat(drive[at]), adjoint, lanes.load(db, row))
        lanes.store(db, row, driven)
        q[at] = lanes.total(lanes.multiply(adjoint, lanes.load(b, row)))
        adjoint = lanes.multiply(adjoint, lanes.load(kept.fades, row))
        faded = lanes.multiply(adjoint, lanes.load(kept.history, row))
        slope = lanes.multiply_add(lanes.splat(delta[at]), faded, slope)
        w[at] = lanes.total(lanes.multiply(faded, a))
    lanes.store(da, at_da, slope)
    return adjoint


@njit(nogil=True, cache=True)
def input_gradients(
    du: Floats,
    base: int,
    channels: int,
    local: Local,
    kept: Replay,
    count: int,
    block: int,
    is_first: bool,
    skip: Row,
    sums: Floats,
    at_skip: int,
    at_bias: int,
) -> None:
    """Write or add to du, turn w into the gradient of the raw step, sum those of skip and bias."""
    seen = 0 if is_first else block
    dskip, dbias = lanes.load(sums, at_skip), lanes.load(sums, at_bias)
    for i in range(count):
        row, at = i * ROW, base + local.positions[i] * channels
        g, x, fed = lanes.load(kept.gy, row), lanes.load(local.u, row), lanes.load(kept.q, row)
        own = lanes.multiply_add(lanes.load(local.delta, row), fed, lanes.multiply(skip, g))
        lanes.store_first(du, at, lanes.add(lanes.load_first(du, at, seen), own), block)
        dskip = lanes.multiply_add(g, x, dskip)
        dstep = lanes.multiply_add(x, fed, lanes.load(kept.w, row))
        dstep = lanes.multiply(dstep, lanes.sigmoid(lanes.load(local.raw, row)))
        lanes.store(kept.w, row, dstep)
        dbias = lanes.add(dbias, dstep)
    lanes.store(sums, at_skip, dskip)
    lanes.store(sums, at_bias, dbias)


@njit(nogil=True, cache=True)
def low_rank_gradients(
    out: Floats,
    selectivity: Floats,
    base: int,
    stride: int,
    positions: Ints,
    count: int,
    dstep: Floats,
    weight: Floats,
    at_weight: int,
    dweight: Floats,
    at_dweight: int,
    wide: int,
    rank: int,
    is_first: bool,
) -> None:
    """Write or add to the gradients of the low-rank step, add to those of the weight that widens it."""
    for r in range(rank):
        row = lanes.load(weight, at_weight + r * wide)
        slope = lanes.load(dweight, at_dweight + r * wide)
        for i in range(count):
            at = base + positions[i] * stride + r
            wide_step = lanes.load(dstep, i * ROW)
            narrow = lanes.total(lanes.multiply(wide_step, row))
            out[at] = narrow if is_first else out[at] + narrow
            slope = lanes.multiply_add(lanes.splat(selectivity[at]), wide_step, slope)
        lanes.store(dweight, at_dweight + r * wide, slope)
