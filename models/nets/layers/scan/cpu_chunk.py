"""One chunk of the selective scan on the CPU: what the compiled kernel does between two kept states.

Everything here is compiled by Numba and works on flat float32 arrays. A chunk's tokens lie in local arrays
of (chunk, 16), one row per token; `lanes` rows stand for sixteen channels of a token or for the sixteen
states of a channel.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from models.nets.layers.scan import simd_vectors as lanes
from models.nets.layers.scan.cpu_arrays import Floats, Ints
from models.nets.layers.scan.cpu_products import add_products
from models.nets.layers.scan.simd_exponential import LANES
from models.nets.layers.scan.simd_vectors import Row

CHUNK = 64
"""Tokens between two kept states."""
ROW = LANES
"""States per channel, and channels per block."""
HALF = ROW // 2
"""Channels of a block up to which its rows are half empty."""
C_AT, LOW_AT = ROW, 2 * ROW
"""Where C and the low-rank step begin in a token's selectivity; B comes first."""


class Local(NamedTuple):
    """A chunk's working memory, reused from chunk to chunk; (chunk, 16) flat unless said otherwise."""

    positions: Ints
    """(chunk,) row-major; beyond the last token its position is repeated."""
    starts: Ints
    """(chunk,) where each token's numbers begin in the array that is read just now."""
    selectivity: Floats
    """(chunk, depth): B, C, low-rank step"""
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
    dselectivity: Floats
    """As `selectivity`."""
    q: Floats
    w: Floats
    adjoints: Floats
    """(wide, 16): of the states, one chunk later"""
    du: Floats
    """(wide / 16, chunk, 16): gradients of a chunk's inputs"""


@njit(nogil=True, cache=True, forceinline=True)
def new_local(depth: int) -> Local:
    """Working memory of a forward walk."""
    size = CHUNK * ROW
    return Local(
        np.empty(CHUNK, np.int64),
        np.empty(CHUNK, np.int64),
        np.zeros(CHUNK * depth, np.float32),
        np.zeros(size, np.float32),
        np.zeros(size, np.float32),
        np.zeros(size, np.float32),
        np.zeros(size, np.float32),
        np.zeros(size, np.float32),
    )


@njit(nogil=True, cache=True, forceinline=True)
def new_replay(depth: int, wide: int) -> Replay:
    """Further working memory of a backward walk; `history` has one row more."""
    size = CHUNK * ROW
    return Replay(
        np.zeros(size + ROW, np.float32),
        np.zeros(size, np.float32),
        np.zeros(size, np.float32),
        np.zeros(CHUNK * depth, np.float32),
        np.zeros(size, np.float32),
        np.zeros(size, np.float32),
        np.zeros(wide * ROW, np.float32),
        np.zeros(wide * CHUNK, np.float32),
    )


@njit(nogil=True, cache=True, forceinline=True)
def fill_positions(positions: Ints, direction: int, start: int, height: int, width: int) -> None:
    """Row-major positions of the tokens that a direction visits from a step on.

    Directions: 0 row by row, 1 column by column, 2 and 3 the same reversed.
    """
    across = width if direction % 2 == 0 else height
    reverse, last = direction >= 2, height * width - 1
    # Divided once; from there on the walk goes along its rows or columns.
    first = min(start, last)
    first = last - first if reverse else first
    along, beside = first % across, first // across
    for i in range(CHUNK):
        if direction % 2 == 0:
            positions[i] = beside * width + along
        else:
            positions[i] = along * width + beside
        if start + i >= last:
            continue
        if reverse:
            along -= 1
            if along < 0:
                along, beside = across - 1, beside - 1
        else:
            along += 1
            if along == across:
                along, beside = 0, beside + 1


@njit(nogil=True, cache=True, forceinline=True)
def fill_starts(starts: Ints, base: int, stride: int, positions: Ints) -> None:
    """Where the numbers of the tokens at some positions begin."""
    for i in range(CHUNK):
        starts[i] = base + positions[i] * stride


@njit(nogil=True, cache=True, forceinline=True)
def fill_local_starts(starts: Ints, base: int, stride: int) -> None:
    """Where the numbers of a chunk's tokens begin in a local array."""
    for i in range(CHUNK):
        starts[i] = base + i * stride


@njit(nogil=True, cache=True, forceinline=True)
def gather(
    rows: Floats, source: Floats, base: int, stride: int, positions: Ints, count: int, filled: int
) -> None:
    """Copy the first `filled` elements of the tokens at some positions into (chunk, 16)."""
    if filled == ROW:
        for i in range(count):
            lanes.store(rows, i * ROW, lanes.load(source, base + positions[i] * stride))
    elif filled == HALF:
        for i in range(count):
            lanes.store(rows, i * ROW, lanes.load_half(source, base + positions[i] * stride))
    else:
        for i in range(count):
            lanes.store(rows, i * ROW, lanes.load_first(source, base + positions[i] * stride, filled))


@njit(nogil=True, cache=True, forceinline=True)
def scatter_sums(
    out: Floats,
    base: int,
    stride: int,
    positions: Ints,
    count: int,
    filled: int,
    is_first: bool,
    rows: Floats,
    at_rows: int,
) -> None:
    """Write the first `filled` elements of (chunk, 16) to tokens, or add them to what is there.

    Args:
        out: where the tokens are.
        base: of the first one.
        stride: from token to token.
        positions: of the chunk's tokens.
        count: of the tokens.
        filled: how many of the sixteen are written.
        is_first: whether nothing is there yet.
        rows: holds the chunk.
        at_rows: begin of the chunk.
    """
    if filled == ROW:
        for i in range(count):
            at, row = base + positions[i] * stride, lanes.load(rows, at_rows + i * ROW)
            lanes.store(out, at, row if is_first else lanes.add(lanes.load(out, at), row))
        return
    if filled == HALF:
        for i in range(count):
            at, row = base + positions[i] * stride, lanes.load(rows, at_rows + i * ROW)
            lanes.store_half(out, at, row if is_first else lanes.add(lanes.load_half(out, at), row))
        return
    kept = 0 if is_first else filled
    for i in range(count):
        at = base + positions[i] * stride
        row = lanes.add(lanes.load_first(out, at, kept), lanes.load(rows, at_rows + i * ROW))
        lanes.store_first(out, at, row, filled)


@njit(nogil=True, cache=True, forceinline=True)
def steps_and_drive(
    local: Local, depth: int, widening: Floats, at: int, wide: int, rank: int, bias: Row, count: int,
    is_narrow: bool,
) -> None:  # fmt: skip
    """Steps of a block of channels before and after the softplus, and step times input.

    A step is softplus(bias + widening * low-rank step); a NaN stays one, so that it reaches the answer.
    """
    for i in range(CHUNK):
        lanes.store(local.raw, i * ROW, bias)
    fill_local_starts(local.starts, LOW_AT, depth)
    add_products(local.raw, ROW, 0, local.selectivity, local.starts, rank, widening, at, wide, count)
    if is_narrow:
        # Two tokens at once: an odd last one has a row behind it that nobody reads.
        for row in range(0, count * ROW, 2 * ROW):
            raw = lanes.halves(lanes.load(local.raw, row), lanes.load(local.raw, row + ROW))
            step = lanes.softplus(raw)
            drive = lanes.multiply(
                step, lanes.halves(lanes.load(local.u, row), lanes.load(local.u, row + ROW))
            )
            lanes.store(local.delta, row, step)
            lanes.store(local.drive, row, drive)
            lanes.store(local.delta, row + ROW, lanes.second_half(step))
            lanes.store(local.drive, row + ROW, lanes.second_half(drive))
        return
    for row in range(0, count * ROW, ROW):
        step = lanes.softplus(lanes.load(local.raw, row))
        lanes.store(local.delta, row, step)
        lanes.store(local.drive, row, lanes.multiply(step, lanes.load(local.u, row)))


@njit(nogil=True, cache=True, forceinline=True)
def replay(local: Local, kept: Replay, depth: int, channel: int, h: Row, decay: Row, count: int) -> None:
    """States before each step of a chunk (and after the last) and decays of one channel."""
    delta, drive, selectivity = local.delta, local.drive, local.selectivity
    history, fades = kept.history, kept.fades
    for i in range(count):
        lanes.store(history, i * ROW, h)
        at = i * ROW + channel
        fade = lanes.exp2_not_above_one(lanes.multiply(lanes.splat(delta[at]), decay))
        lanes.store(fades, i * ROW, fade)
        driven = lanes.multiply(lanes.splat(drive[at]), lanes.load(selectivity, i * depth))
        h = lanes.multiply_add(fade, h, driven)
    lanes.store(history, count * ROW, h)


@njit(nogil=True, cache=True, forceinline=True)
def unwind(
    local: Local,
    kept: Replay,
    depth: int,
    channel: int,
    adjoint: Row,
    a: Row,
    da: Floats,
    at_da: int,
    count: int,
) -> Row:
    """One channel backwards through one chunk; gives the adjoint that enters the chunk before.

    q and w collect, per token, the sums over the states of adjoint * B and of A times the gradient of
    Delta * A.
    """
    delta, drive, selectivity, slopes = local.delta, local.drive, local.selectivity, kept.dselectivity
    gy, q, w, slope = kept.gy, kept.q, kept.w, lanes.load(da, at_da)
    for i in range(count - 1, -1, -1):
        at, row, at_b, at_c = i * ROW + channel, i * ROW, i * depth, i * depth + C_AT
        g = lanes.splat(gy[at])
        adjoint = lanes.multiply_add(g, lanes.load(selectivity, at_c), adjoint)
        after = lanes.load(kept.history, row + ROW)
        lanes.store(slopes, at_c, lanes.multiply_add(g, after, lanes.load(slopes, at_c)))
        driven = lanes.multiply_add(lanes.splat(drive[at]), adjoint, lanes.load(slopes, at_b))
        lanes.store(slopes, at_b, driven)
        fed = lanes.multiply(adjoint, lanes.load(selectivity, at_b))
        adjoint = lanes.multiply(adjoint, lanes.load(kept.fades, row))
        faded = lanes.multiply(adjoint, lanes.load(kept.history, row))
        slope = lanes.multiply_add(lanes.splat(delta[at]), faded, slope)
        totals = lanes.two_totals(fed, lanes.multiply(faded, a))
        q[at], w[at] = lanes.first_of_half(totals, 0), lanes.first_of_half(totals, 1)
    lanes.store(da, at_da, slope)
    return adjoint


@njit(nogil=True, cache=True, forceinline=True)
def input_gradients(
    local: Local, kept: Replay, at_du: int, count: int, skip: Row, sums: Floats, at_skip: int, at_bias: int
) -> None:
    """Write a block's du, turn w into the gradient of the raw step, sum those of skip and bias."""
    dskip, dbias = lanes.load(sums, at_skip), lanes.load(sums, at_bias)
    for row in range(0, count * ROW, ROW):
        g, x, fed = lanes.load(kept.gy, row), lanes.load(local.u, row), lanes.load(kept.q, row)
        own = lanes.multiply_add(lanes.load(local.delta, row), fed, lanes.multiply(skip, g))
        lanes.store(kept.du, at_du + row, own)
        dskip = lanes.multiply_add(g, x, dskip)
        dstep = lanes.multiply_add(x, fed, lanes.load(kept.w, row))
        dstep = lanes.multiply(dstep, lanes.sigmoid(lanes.load(local.raw, row)))
        lanes.store(kept.w, row, dstep)
        dbias = lanes.add(dbias, dstep)
    lanes.store(sums, at_skip, dskip)
    lanes.store(sums, at_bias, dbias)


@njit(nogil=True, cache=True, forceinline=True)
def low_rank_gradients(
    local: Local, kept: Replay, depth: int, narrowing: Floats, at_narrowing: int, count: int
) -> None:
    """Add a block's share to the gradients of the low-rank steps."""
    fill_local_starts(local.starts, 0, ROW)
    for r in range(0, depth - LOW_AT, ROW):
        add_products(
            kept.dselectivity, depth, LOW_AT + r, kept.w, local.starts, ROW,
            narrowing, at_narrowing + r, depth - LOW_AT, count,
        )  # fmt: skip
