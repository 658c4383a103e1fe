"""The selective scan and its gradient on the CPU, compiled by Numba.

Forward: the tokens are taken in chunks of 64. A chunk's steps, inputs and matrices are gathered into
small local arrays (this is where a direction turns into memory positions), then each channel walks the
chunk with its sixteen states in one vector register. The states at the chunk starts are kept.

Backward: the chunks in reverse order. The states and decays of a chunk are computed again from the kept
start into a local block, which the reverse walk reads. Every gradient is summed in a fixed order, so that
the result does not depend on the number of threads.
"""

import numpy as np
from numba import njit

from models.nets.layers import lanes

CHUNK = 64
"""Tokens between two kept states."""
STATES = lanes.LANES
"""States per channel; smaller models leave the rest at zero."""
_BLOCK = 8
_LOG2_E = np.float32(1.4426950408889634)
_ZERO = np.float32(0.0)


@njit(nogil=True, cache=True, inline="always")
def _position(direction, step, height, width):
    """Row-major position of the token that a direction visits at a step.

    Directions: 0 row by row, 1 column by column, 2 and 3 the same reversed.
    """
    if direction >= 2:
        step = height * width - 1 - step
    if direction % 2 == 0:
        return step
    return (step % height) * width + step // height


@njit(nogil=True, cache=True)
def _fill_positions(positions, direction, start, count, height, width):
    for i in range(count):
        positions[i] = _position(direction, start + i, height, width)


@njit(nogil=True, cache=True)
def _gather_states(rows, source, base, stride, positions, count, states):
    """Copy the B or C rows of a chunk into (chunk, 16)."""
    if states == STATES:
        for i in range(count):
            lanes.store(rows, i * STATES, lanes.load(source, base + positions[i] * stride))
        return
    for i in range(count):
        for n in range(states):
            rows[i * STATES + n] = source[base + positions[i] * stride + n]


@njit(nogil=True, cache=True)
def _gather_channels(rows, source, base, stride, positions, count, channels):
    """Copy a block of channels of a chunk into (chunk, 8)."""
    if channels == _BLOCK:
        for i in range(count):
            at = base + positions[i] * stride
            for c in range(_BLOCK):
                rows[i * _BLOCK + c] = source[at + c]
        return
    for i in range(count):
        at = base + positions[i] * stride
        for c in range(channels):
            rows[i * _BLOCK + c] = source[at + c]


@njit(nogil=True, cache=True)
def _add_bias(rows, bias, base, count, channels):
    for i in range(count):
        for c in range(channels):
            rows[i * _BLOCK + c] += bias[base + c]


@njit(nogil=True, cache=True)
def _softplus_rows(rows, count):
    for at in range(0, count * _BLOCK, STATES):
        lanes.store(rows, at, lanes.softplus(lanes.load(rows, at)))


@njit(nogil=True, cache=True)
def _multiply_rows(out, a, b, count):
    for i in range(count * _BLOCK):
        out[i] = a[i] * b[i]


@njit(nogil=True, cache=True)
def _walk_chunk(out, channel, h, decay, delta, drive, b_rows, c_rows, count):
    """One channel through one chunk: states in a register, the outputs to `out`; gives the last states."""
    for i in range(count):
        at = i * _BLOCK + channel
        b = lanes.load(b_rows, i * STATES)
        fade = lanes.exp2(lanes.multiply(lanes.splat(delta[at]), decay))
        h = lanes.multiply_add(fade, h, lanes.multiply(lanes.splat(drive[at]), b))
        out[at] = lanes.total(lanes.multiply(h, lanes.load(c_rows, i * STATES)))
    return h


@njit(nogil=True, cache=True)
def forward_tasks(
    first, last, sizes, strides, directions, u, delta, decay, b, c, skip, bias, out, carries
):
    """Scan the (sample, channel block) pairs number `first` to `last`.

    sizes: batch, height, width, channels, states. strides: of delta, b and c over (batch, token,
    direction). decay: A * log2(e), (directions, channels, 16) flat. out: (batch, token, channel) flat,
    the sum over the directions. carries: (batch, direction, chunk, channel, 16) flat.
    """
    height, width, channels, states = sizes[1], sizes[2], sizes[3], sizes[4]
    length = height * width
    blocks = (channels + _BLOCK - 1) // _BLOCK
    chunks = (length + CHUNK - 1) // CHUNK
    positions = np.empty(CHUNK, np.int64)
    b_rows = np.zeros(CHUNK * STATES, np.float32)
    c_rows = np.zeros(CHUNK * STATES, np.float32)
    u_rows = np.zeros(CHUNK * _BLOCK, np.float32)
    delta_rows = np.zeros(CHUNK * _BLOCK, np.float32)
    drive_rows = np.zeros(CHUNK * _BLOCK, np.float32)
    y_rows = np.zeros(CHUNK * _BLOCK, np.float32)
    state = np.zeros(_BLOCK * STATES, np.float32)
    count_directions = len(directions)
    for task in range(first, last):
        sample, c0 = task // blocks, (task % blocks) * _BLOCK
        block = min(_BLOCK, channels - c0)
        for k in range(count_directions):
            state[:] = _ZERO
            for chunk in range(chunks):
                start = chunk * CHUNK
                count = min(CHUNK, length - start)
                _fill_positions(positions, directions[k], start, count, height, width)
                at_b = sample * strides[1, 0] + k * strides[1, 2]
                at_c = sample * strides[2, 0] + k * strides[2, 2]
                _gather_states(b_rows, b, at_b, strides[1, 1], positions, count, states)
                _gather_states(c_rows, c, at_c, strides[2, 1], positions, count, states)
                at_u = sample * length * channels + c0
                _gather_channels(u_rows, u, at_u, channels, positions, count, block)
                at_delta = sample * strides[0, 0] + k * strides[0, 2] + c0
                _gather_channels(delta_rows, delta, at_delta, strides[0, 1], positions, count, block)
                _add_bias(delta_rows, bias, k * channels + c0, count, block)
                _softplus_rows(delta_rows, count)
                _multiply_rows(drive_rows, delta_rows, u_rows, count)
                at_carry = (((sample * count_directions + k) * chunks + chunk) * channels + c0) * STATES
                for channel in range(block):
                    h = lanes.load(state, channel * STATES)
                    lanes.store(carries, at_carry + channel * STATES, h)
                    a = lanes.load(decay, (k * channels + c0 + channel) * STATES)
                    h = _walk_chunk(
                        y_rows, channel, h, a, delta_rows, drive_rows, b_rows, c_rows, count
                    )
                    lanes.store(state, channel * STATES, h)
                for i in range(count):
                    at = at_u + positions[i] * channels
                    for channel in range(block):
                        y = y_rows[i * _BLOCK + channel]
                        y += skip[k * channels + c0 + channel] * u_rows[i * _BLOCK + channel]
                        out[at + channel] += y


@njit(nogil=True, cache=True)
def _replay_chunk(history, fades, channel, h, decay, delta, drive, b_rows, count):
    """States before each step (and after the last) and decays of one channel, into local blocks."""
    for i in range(count):
        lanes.store(history, i * STATES, h)
        at = i * _BLOCK + channel
        fade = lanes.exp2(lanes.multiply(lanes.splat(delta[at]), decay))
        lanes.store(fades, i * STATES, fade)
        drive_b = lanes.multiply(lanes.splat(drive[at]), lanes.load(b_rows, i * STATES))
        h = lanes.multiply_add(fade, h, drive_b)
    lanes.store(history, count * STATES, h)


@njit(nogil=True, cache=True)
def _unwind_chunk(
    q_rows, w_rows, db_rows, dc_rows, da, history, fades, channel, adjoint, a,
    delta, drive, gy, b_rows, c_rows, count,
):  # fmt: skip
    """One channel backwards through one chunk; gives the adjoint that enters the chunk before."""
    slope = lanes.load(da, channel * STATES)
    for i in range(count - 1, -1, -1):
        at = i * _BLOCK + channel
        row = i * STATES
        g = lanes.splat(gy[at])
        adjoint = lanes.multiply_add(g, lanes.load(c_rows, row), adjoint)
        after = lanes.load(history, row + STATES)
        lanes.store(dc_rows, row, lanes.multiply_add(g, after, lanes.load(dc_rows, row)))
        grown = lanes.multiply_add(lanes.splat(drive[at]), adjoint, lanes.load(db_rows, row))
        lanes.store(db_rows, row, grown)
        q_rows[at] = lanes.total(lanes.multiply(adjoint, lanes.load(b_rows, row)))
        adjoint = lanes.multiply(adjoint, lanes.load(fades, row))
        w = lanes.multiply(adjoint, lanes.load(history, row))
        slope = lanes.multiply_add(lanes.splat(delta[at]), w, slope)
        w_rows[at] = lanes.total(lanes.multiply(w, a))
    lanes.store(da, channel * STATES, slope)
    return adjoint


@njit(nogil=True, cache=True)
def backward_tasks(
    first, last, sizes, strides, directions, u, delta, decay, a, b, c, skip, bias, carries, gy,
    du, ddelta, da, db, dc, dskip, dbias,
):  # fmt: skip
    """Gradients of the (sample, direction) pairs number `first` to `last`.

    Inputs as in `forward_tasks`; a: A itself, (directions, channels, 16) flat; gy: gradient of `out`.
    du and ddelta: (direction, batch, token, channel) flat; da: (batch, direction, channel, 16);
    db and dc: (batch, token, direction, states); dskip and dbias: (batch, direction, channel).
    """
    batch, height, width, channels, states = sizes[0], sizes[1], sizes[2], sizes[3], sizes[4]
    length = height * width
    blocks = (channels + _BLOCK - 1) // _BLOCK
    chunks = (length + CHUNK - 1) // CHUNK
    positions = np.empty(CHUNK, np.int64)
    b_rows = np.zeros(CHUNK * STATES, np.float32)
    c_rows = np.zeros(CHUNK * STATES, np.float32)
    db_rows = np.zeros(CHUNK * STATES, np.float32)
    dc_rows = np.zeros(CHUNK * STATES, np.float32)
    history = np.zeros((CHUNK + 1) * STATES, np.float32)
    fades = np.zeros(CHUNK * STATES, np.float32)
    u_rows = np.zeros(CHUNK * _BLOCK, np.float32)
    raw_rows = np.zeros(CHUNK * _BLOCK, np.float32)
    delta_rows = np.zeros(CHUNK * _BLOCK, np.float32)
    drive_rows = np.zeros(CHUNK * _BLOCK, np.float32)
    gy_rows = np.zeros(CHUNK * _BLOCK, np.float32)
    q_rows = np.zeros(CHUNK * _BLOCK, np.float32)
    w_rows = np.zeros(CHUNK * _BLOCK, np.float32)
    adjoints = np.zeros(blocks * _BLOCK * STATES, np.float32)
    slopes = np.zeros(blocks * _BLOCK * STATES, np.float32)
    count_directions = len(directions)
    for task in range(first, last):
        sample, k = task // count_directions, task % count_directions
        adjoints[:] = _ZERO
        slopes[:] = _ZERO
        for chunk in range(chunks - 1, -1, -1):
            start = chunk * CHUNK
            count = min(CHUNK, length - start)
            _fill_positions(positions, directions[k], start, count, height, width)
            at_b = sample * strides[1, 0] + k * strides[1, 2]
            at_c = sample * strides[2, 0] + k * strides[2, 2]
            _gather_states(b_rows, b, at_b, strides[1, 1], positions, count, states)
            _gather_states(c_rows, c, at_c, strides[2, 1], positions, count, states)
            db_rows[:] = _ZERO
            dc_rows[:] = _ZERO
            for c0 in range(0, channels, _BLOCK):
                block = min(_BLOCK, channels - c0)
                at_u = sample * length * channels + c0
                at_delta = sample * strides[0, 0] + k * strides[0, 2] + c0
                _gather_channels(u_rows, u, at_u, channels, positions, count, block)
                _gather_channels(gy_rows, gy, at_u, channels, positions, count, block)
                _gather_channels(raw_rows, delta, at_delta, strides[0, 1], positions, count, block)
                _add_bias(raw_rows, bias, k * channels + c0, count, block)
                delta_rows[:] = raw_rows
                _softplus_rows(delta_rows, count)
                _multiply_rows(drive_rows, delta_rows, u_rows, count)
                at_carry = (((sample * count_directions + k) * chunks + chunk) * channels + c0) * STATES
                for channel in range(block):
                    at_a = (k * channels + c0 + channel) * STATES
                    h = lanes.load(carries, at_carry + channel * STATES)
                    _replay_chunk(
                        history, fades, channel, h, lanes.load(decay, at_a),
                        delta_rows, drive_rows, b_rows, count,
                    )  # fmt: skip
                    at_adjoint = (c0 + channel) * STATES
                    adjoint = _unwind_chunk(
                        q_rows, w_rows, db_rows, dc_rows, slopes[c0 * STATES :], history, fades,
                        channel, lanes.load(adjoints, at_adjoint), lanes.load(a, at_a),
                        delta_rows, drive_rows, gy_rows, b_rows, c_rows, count,
                    )  # fmt: skip
                    lanes.store(adjoints, at_adjoint, adjoint)
                for at in range(0, count * _BLOCK, STATES):
                    lanes.store(raw_rows, at, lanes.sigmoid(lanes.load(raw_rows, at)))
                at_sums = (sample * count_directions + k) * channels + c0
                base = (k * batch + sample) * length * channels + c0
                for i in range(count):
                    out = base + positions[i] * channels
                    for channel in range(block):
                        at = i * _BLOCK + channel
                        g = gy_rows[at]
                        q = q_rows[at]
                        du[out + channel] = delta_rows[at] * q + skip[k * channels + c0 + channel] * g
                        slope = (u_rows[at] * q + w_rows[at]) * raw_rows[at]
                        ddelta[out + channel] = slope
                        dskip[at_sums + channel] += g * u_rows[at]
                        dbias[at_sums + channel] += slope
            for i in range(count):
                at = ((sample * length + positions[i]) * count_directions + k) * states
                for n in range(states):
                    db[at + n] = db_rows[i * STATES + n]
                    dc[at + n] = dc_rows[i * STATES + n]
        at_a = (sample * count_directions + k) * channels * STATES
        for i in range(channels * STATES):
            da[at_a + i] = slopes[i]
