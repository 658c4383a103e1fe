"""The selective scan and its gradient on the CPU, compiled by Numba.

Forward: the tokens are taken in chunks of 64. A chunk's inputs and matrices are gathered into small local
arrays (this is where a direction turns into memory positions), its steps are computed from their low-rank
form, then each channel walks the chunk with its sixteen states in one vector register. The states at the
chunk starts are kept.

Backward: the chunks in reverse order. The states and decays of a chunk are computed again from the kept
start into a local block, which the reverse walk reads. Every gradient is summed in a fixed order, so that
the result does not depend on the number of threads.

All arrays are flat float32. `sizes` is (batch, height, width, channels, states, rank, channels per task).
Per-channel parameters are padded with zeros to `wide` channels, a multiple of sixteen, and states to
sixteen: padded states never leave zero.
"""

import numpy as np
from numba import njit

from models.nets.layers import lanes

CHUNK = 64
"""Tokens between two kept states."""
ROW = lanes.LANES
"""States per channel, and channels per block."""
_ZERO = np.float32(0.0)
_LOCAL = CHUNK * ROW


@njit(nogil=True, cache=True)
def _fill_positions(positions, direction, start, count, height, width):
    """Row-major positions of the tokens that a direction visits from a step on.

    Directions: 0 row by row, 1 column by column, 2 and 3 the same reversed.
    """
    for i in range(count):
        step = start + i
        if direction >= 2:
            step = height * width - 1 - step
        positions[i] = step if direction % 2 == 0 else (step % height) * width + step // height


@njit(nogil=True, cache=True)
def _gather(rows, source, base, stride, positions, count, filled):
    """Copy the first `filled` elements of the tokens at some positions into (chunk, 16)."""
    for i in range(count):
        lanes.store(rows, i * ROW, lanes.load_first(source, base + positions[i] * stride, filled))


@njit(nogil=True, cache=True)
def _raw_steps(rows, selectivity, base, stride, positions, count, weight, at_weight, wide, rank, bias):
    """Steps before the softplus of a block of channels: bias + weight * low-rank step."""
    for i in range(count):
        lanes.store(rows, i * ROW, bias)
    for r in range(rank):
        row = lanes.load(weight, at_weight + r * wide)
        for i in range(count):
            factor = lanes.splat(selectivity[base + positions[i] * stride + r])
            lanes.store(rows, i * ROW, lanes.multiply_add(factor, row, lanes.load(rows, i * ROW)))


@njit(nogil=True, cache=True)
def _steps_and_drive(delta, drive, raw, u, count):
    """Steps after the softplus, and step times input."""
    for at in range(0, count * ROW, ROW):
        step = lanes.softplus(lanes.load(raw, at))
        lanes.store(delta, at, step)
        lanes.store(drive, at, lanes.multiply(step, lanes.load(u, at)))


@njit(nogil=True, cache=True)
def _walk(out, channel, h, decay, delta, drive, b, c, count):
    """One channel through one chunk with its states in a register; gives the last states."""
    for i in range(count):
        at = i * ROW + channel
        fade = lanes.exp2(lanes.multiply(lanes.splat(delta[at]), decay))
        driven = lanes.multiply(lanes.splat(drive[at]), lanes.load(b, i * ROW))
        h = lanes.multiply_add(fade, h, driven)
        out[at] = lanes.total(lanes.multiply(h, lanes.load(c, i * ROW)))
    return h


@njit(nogil=True, cache=True)
def _add_outputs(out, base, channels, positions, count, block, is_first, y, u, skip):
    """Write the outputs of the first direction, add those of the others."""
    kept = 0 if is_first else block
    for i in range(count):
        at = base + positions[i] * channels
        row = lanes.multiply_add(skip, lanes.load(u, i * ROW), lanes.load(y, i * ROW))
        lanes.store_first(out, at, lanes.add(row, lanes.load_first(out, at, kept)), block)


@njit(nogil=True, cache=True)
def forward_tasks(
    first, last, sizes, directions, u, selectivity, weight, bias, decay, skip, out, carries
):
    """Scan the (sample, channel block) pairs number `first` to `last`.

    u: (batch, token, channel). selectivity: (batch, token, direction, rank + 2 states). weight:
    (direction, rank, wide). bias, skip: (direction, wide). decay: A * log2(e), (direction, wide, 16).
    out: (batch, token, channel), the sum over the directions. carries: (batch,
    direction, chunk, wide, 16), the states before each chunk.
    """
    height, width, channels, states, rank, per_task = sizes[1:7]
    length, ways, depth = height * width, len(directions), rank + 2 * states
    tasks_per_sample = (channels + per_task - 1) // per_task
    chunks = (length + CHUNK - 1) // CHUNK
    wide = (channels + ROW - 1) // ROW * ROW
    positions = np.empty(CHUNK, np.int64)
    b, c = np.zeros(_LOCAL, np.float32), np.zeros(_LOCAL, np.float32)
    u_rows, raw = np.zeros(_LOCAL, np.float32), np.zeros(_LOCAL, np.float32)
    delta, drive = np.zeros(_LOCAL, np.float32), np.zeros(_LOCAL, np.float32)
    y, h = np.zeros(_LOCAL, np.float32), np.zeros(ROW * ROW, np.float32)
    for task in range(first, last):
        sample, c0 = task // tasks_per_sample, task % tasks_per_sample * per_task
        block = min(per_task, channels - c0)
        at_u = sample * length * channels + c0
        for k in range(ways):
            h[:] = _ZERO
            at_row = k * wide + c0
            at_selectivity = (sample * length * ways + k) * depth
            bias_row, skip_row = lanes.load(bias, at_row), lanes.load(skip, at_row)
            for chunk in range(chunks):
                start = chunk * CHUNK
                count = min(CHUNK, length - start)
                _fill_positions(positions, directions[k], start, count, height, width)
                at_b = at_selectivity + rank
                _gather(b, selectivity, at_b, ways * depth, positions, count, states)
                _gather(c, selectivity, at_b + states, ways * depth, positions, count, states)
                _gather(u_rows, u, at_u, channels, positions, count, block)
                _raw_steps(
                    raw, selectivity, at_selectivity, ways * depth, positions, count,
                    weight, k * rank * wide + c0, wide, rank, bias_row,
                )  # fmt: skip
                _steps_and_drive(delta, drive, raw, u_rows, count)
                at_carry = (((sample * ways + k) * chunks + chunk) * wide + c0) * ROW
                for channel in range(block):
                    state = lanes.load(h, channel * ROW)
                    lanes.store(carries, at_carry + channel * ROW, state)
                    rates = lanes.load(decay, (at_row + channel) * ROW)
                    state = _walk(y, channel, state, rates, delta, drive, b, c, count)
                    lanes.store(h, channel * ROW, state)
                _add_outputs(out, at_u, channels, positions, count, block, k == 0, y, u_rows, skip_row)


@njit(nogil=True, cache=True)
def _replay(history, fades, channel, h, decay, delta, drive, b, count):
    """States before each step of a chunk (and after the last) and decays of one channel."""
    for i in range(count):
        lanes.store(history, i * ROW, h)
        at = i * ROW + channel
        fade = lanes.exp2(lanes.multiply(lanes.splat(delta[at]), decay))
        lanes.store(fades, i * ROW, fade)
        driven = lanes.multiply(lanes.splat(drive[at]), lanes.load(b, i * ROW))
        h = lanes.multiply_add(fade, h, driven)
    lanes.store(history, count * ROW, h)


@njit(nogil=True, cache=True)
def _unwind(
    q, w, db, dc, da, at_da, history, fades, channel, adjoint, a, delta, drive, gy, b, c, count
):
    """One channel backwards through one chunk; gives the adjoint that enters the chunk before.

    q and w collect, per token, the sums over the states of adjoint * B and of A times the gradient of
    Delta * A.
    """
    slope = lanes.load(da, at_da)
    for i in range(count - 1, -1, -1):
        at, row = i * ROW + channel, i * ROW
        g = lanes.splat(gy[at])
        adjoint = lanes.multiply_add(g, lanes.load(c, row), adjoint)
        after = lanes.load(history, row + ROW)
        lanes.store(dc, row, lanes.multiply_add(g, after, lanes.load(dc, row)))
        driven = lanes.multiply_add(lanes.splat(drive[at]), adjoint, lanes.load(db, row))
        lanes.store(db, row, driven)
        q[at] = lanes.total(lanes.multiply(adjoint, lanes.load(b, row)))
        adjoint = lanes.multiply(adjoint, lanes.load(fades, row))
        faded = lanes.multiply(adjoint, lanes.load(history, row))
        slope = lanes.multiply_add(lanes.splat(delta[at]), faded, slope)
        w[at] = lanes.total(lanes.multiply(faded, a))
    lanes.store(da, at_da, slope)
    return adjoint


@njit(nogil=True, cache=True)
def _input_gradients(
    du, base, channels, positions, count, block, is_first, q, w, raw, delta, u, gy, skip, sums, at_skip, at_bias
):
    """Write or add to du, turn w into the gradient of the raw step, and sum the gradients of skip and bias."""
    kept = 0 if is_first else block
    dskip, dbias = lanes.load(sums, at_skip), lanes.load(sums, at_bias)
    for i in range(count):
        row, at = i * ROW, base + positions[i] * channels
        g, x, fed = lanes.load(gy, row), lanes.load(u, row), lanes.load(q, row)
        own = lanes.multiply_add(lanes.load(delta, row), fed, lanes.multiply(skip, g))
        lanes.store_first(du, at, lanes.add(lanes.load_first(du, at, kept), own), block)
        dskip = lanes.multiply_add(g, x, dskip)
        dstep = lanes.multiply_add(x, fed, lanes.load(w, row))
        dstep = lanes.multiply(dstep, lanes.sigmoid(lanes.load(raw, row)))
        lanes.store(w, row, dstep)
        dbias = lanes.add(dbias, dstep)
    lanes.store(sums, at_skip, dskip)
    lanes.store(sums, at_bias, dbias)


@njit(nogil=True, cache=True)
def _low_rank_gradients(
    out, selectivity, base, stride, positions, count, dstep, weight, dweight, at_weight, at_dweight,
    wide, rank, is_first,
):  # fmt: skip
    """Write or add to the gradients of the low-rank step and of the weight that widens it."""
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


@njit(nogil=True, cache=True)
def _scatter(out, base, stride, positions, count, filled, rows):
    for i in range(count):
        lanes.store_first(out, base + positions[i] * stride, lanes.load(rows, i * ROW), filled)


@njit(nogil=True, cache=True)
def backward_tasks(
    first, last, sizes, groups, directions, u, selectivity, weight, bias, decay, a, skip, carries, gy,
    du, dselectivity, dweight, sums, da,
):  # fmt: skip
    """Gradients of the (sample, group of directions) pairs number `first` to `last`.

    Inputs as in `forward_tasks`; a: A itself, (direction, wide, 16); gy: the gradient of `out`.
    du: (group, batch, token, channel). dselectivity: as selectivity.
    Zero on entry: dweight (batch, direction, rank, wide), sums (batch, direction, 2, wide; the
    gradients of skip and of bias), da (batch, direction, wide, 16).
    """
    batch, height, width, channels, states, rank, _ = sizes[0:7]
    length, ways, depth = height * width, len(directions), rank + 2 * states
    chunks = (length + CHUNK - 1) // CHUNK
    wide = (channels + ROW - 1) // ROW * ROW
    positions = np.empty(CHUNK, np.int64)
    b, c = np.zeros(_LOCAL, np.float32), np.zeros(_LOCAL, np.float32)
    db, dc = np.zeros(_LOCAL, np.float32), np.zeros(_LOCAL, np.float32)
    history, fades = np.zeros(_LOCAL + ROW, np.float32), np.zeros(_LOCAL, np.float32)
    u_rows, raw = np.zeros(_LOCAL, np.float32), np.zeros(_LOCAL, np.float32)
    delta, drive = np.zeros(_LOCAL, np.float32), np.zeros(_LOCAL, np.float32)
    gy_rows = np.zeros(_LOCAL, np.float32)
    q, w = np.zeros(_LOCAL, np.float32), np.zeros(_LOCAL, np.float32)
    adjoints = np.zeros(wide * ROW, np.float32)
    ways_per_task = ways // groups
    for work in range(first * ways_per_task, last * ways_per_task):
        sample, k = work // ways, work % ways
        at_du = ((k // ways_per_task) * batch + sample) * length * channels
        at_direction = sample * ways + k
        at_selectivity = (sample * length * ways + k) * depth
        at_b = at_selectivity + rank
        adjoints[:] = _ZERO
        for chunk in range(chunks - 1, -1, -1):
            start = chunk * CHUNK
            count = min(CHUNK, length - start)
            _fill_positions(positions, directions[k], start, count, height, width)
            _gather(b, selectivity, at_b, ways * depth, positions, count, states)
            _gather(c, selectivity, at_b + states, ways * depth, positions, count, states)
            db[:] = _ZERO
            dc[:] = _ZERO
            for c0 in range(0, channels, ROW):
                block = min(ROW, channels - c0)
                at_row = k * wide + c0
                at_weight = k * rank * wide + c0
                at_u = sample * length * channels + c0
                _gather(u_rows, u, at_u, channels, positions, count, block)
                _gather(gy_rows, gy, at_u, channels, positions, count, block)
                _raw_steps(
                    raw, selectivity, at_selectivity, ways * depth, positions, count,
                    weight, at_weight, wide, rank, lanes.load(bias, at_row),
                )  # fmt: skip
                _steps_and_drive(delta, drive, raw, u_rows, count)
                at_carry = ((at_direction * chunks + chunk) * wide + c0) * ROW
                for channel in range(block):
                    at_a = (at_row + channel) * ROW
                    state = lanes.load(carries, at_carry + channel * ROW)
                    rates = lanes.load(decay, at_a)
                    _replay(history, fades, channel, state, rates, delta, drive, b, count)
                    at_adjoint = (c0 + channel) * ROW
                    adjoint = _unwind(
                        q, w, db, dc, da, (at_direction * wide + c0 + channel) * ROW, history, fades,
                        channel, lanes.load(adjoints, at_adjoint), lanes.load(a, at_a),
                        delta, drive, gy_rows, b, c, count,
                    )  # fmt: skip
                    lanes.store(adjoints, at_adjoint, adjoint)
                at_sums = at_direction * 2 * wide + c0
                _input_gradients(
                    du, at_du + c0, channels, positions, count, block, k % ways_per_task == 0,
                    q, w, raw, delta, u_rows, gy_rows, lanes.load(skip, at_row), sums, at_sums, at_sums + wide,
                )  # fmt: skip
                _low_rank_gradients(
                    dselectivity, selectivity, at_selectivity, ways * depth, positions, count, w,
                    weight, dweight, at_weight, at_direction * rank * wide + c0, wide, rank,
                    c0 == 0,
                )  # fmt: skip
            _scatter(dselectivity, at_b, ways * depth, positions, count, states, db)
            _scatter(dselectivity, at_b + states, ways * depth, positions, count, states, dc)
