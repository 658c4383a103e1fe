"""The two matrix products of a scan's chunk on the CPU: tokens times weights, and their sums over the tokens.

A library's product would read and write whole grids; these stay in the cache with the chunk that is walked.
"""

import numpy as np
from numba import njit

from models.nets.layers.scan import simd_vectors as lanes
from models.nets.layers.scan.cpu_arrays import Floats, Ints
from models.nets.layers.scan.simd_exponential import LANES

ROW = LANES
THREE_ROWS = 3 * ROW
_ZERO = np.float32(0.0)

TOKENS_AT_ONCE = 8
"""Whole groups of tokens are computed: arrays of tokens are as long as a multiple of it."""
TERMS_AT_ONCE = 4
"""Sums are computed by as many; factors and sums are as wide as a multiple of it."""


@njit(nogil=True, cache=True, forceinline=True)
def add_products(
    out: Floats,
    width: int,
    at_row: int,
    source: Floats,
    starts: Ints,
    terms: int,
    weight: Floats,
    at_weight: int,
    stride: int,
    count: int,
) -> None:
    """Add the sum over terms j of source[starts[i] + j] * weight[j] to a row of each token i.

    Args:
        out: (tokens, width) flat, from some element on.
        width: numbers per token.
        at_row: the first of the sixteen numbers of the first token that are added to.
        source: what is multiplied; it is also read at the starts beyond the last token.
        starts: (tokens,) where a token's numbers begin.
        terms: how many there are.
        weight: its row j begins at at_weight + j * stride.
        at_weight: begin of its first row.
        stride: from row to row.
        count: of the tokens.
    """
    for i in range(0, count, TOKENS_AT_ONCE):
        s0, s1, s2, s3 = starts[i], starts[i + 1], starts[i + 2], starts[i + 3]
        s4, s5, s6, s7 = starts[i + 4], starts[i + 5], starts[i + 6], starts[i + 7]
        at = i * width + at_row
        a0, a1 = lanes.load(out, at), lanes.load(out, at + width)
        a2, a3 = lanes.load(out, at + 2 * width), lanes.load(out, at + 3 * width)
        a4, a5 = lanes.load(out, at + 4 * width), lanes.load(out, at + 5 * width)
        a6, a7 = lanes.load(out, at + 6 * width), lanes.load(out, at + 7 * width)
        for j in range(terms):
            row = lanes.load(weight, at_weight + j * stride)
            a0 = lanes.multiply_add(lanes.splat_at(source, s0 + j), row, a0)
            a1 = lanes.multiply_add(lanes.splat_at(source, s1 + j), row, a1)
            a2 = lanes.multiply_add(lanes.splat_at(source, s2 + j), row, a2)
            a3 = lanes.multiply_add(lanes.splat_at(source, s3 + j), row, a3)
            a4 = lanes.multiply_add(lanes.splat_at(source, s4 + j), row, a4)
            a5 = lanes.multiply_add(lanes.splat_at(source, s5 + j), row, a5)
            a6 = lanes.multiply_add(lanes.splat_at(source, s6 + j), row, a6)
            a7 = lanes.multiply_add(lanes.splat_at(source, s7 + j), row, a7)
        lanes.store(out, at, a0)
        lanes.store(out, at + width, a1)
        lanes.store(out, at + 2 * width, a2)
        lanes.store(out, at + 3 * width, a3)
        lanes.store(out, at + 4 * width, a4)
        lanes.store(out, at + 5 * width, a5)
        lanes.store(out, at + 6 * width, a6)
        lanes.store(out, at + 7 * width, a7)


@njit(nogil=True, cache=True, forceinline=True)
def three_rows_of_products(
    out: Floats, source: Floats, starts: Ints, terms: int, weight: Floats, at_weight: int, count: int
) -> None:
    """Write the sum over terms j of source[starts[i] + j] * weight[j] to the three rows of each token i.

    Args:
        out: (tokens, 48) flat.
        source: what is multiplied; it is also read at the starts beyond the last token.
        starts: (tokens,) where a token's numbers begin.
        terms: how many there are.
        weight: (terms, 48) flat, from at_weight on.
        at_weight: begin of the weights.
        count: of the tokens.
    """
    for i in range(0, count, 4):
        s0, s1, s2, s3 = starts[i], starts[i + 1], starts[i + 2], starts[i + 3]
        nothing = lanes.splat(_ZERO)
        a0, a1, a2, a3 = nothing, nothing, nothing, nothing
        b0, b1, b2, b3 = nothing, nothing, nothing, nothing
        c0, c1, c2, c3 = nothing, nothing, nothing, nothing
        for j in range(terms):
            at = at_weight + j * THREE_ROWS
            a, b, c = lanes.load(weight, at), lanes.load(weight, at + ROW), lanes.load(weight, at + 2 * ROW)
            x = lanes.splat_at(source, s0 + j)
            a0, b0 = lanes.multiply_add(x, a, a0), lanes.multiply_add(x, b, b0)
            c0 = lanes.multiply_add(x, c, c0)
            x = lanes.splat_at(source, s1 + j)
            a1, b1 = lanes.multiply_add(x, a, a1), lanes.multiply_add(x, b, b1)
            c1 = lanes.multiply_add(x, c, c1)
            x = lanes.splat_at(source, s2 + j)
            a2, b2 = lanes.multiply_add(x, a, a2), lanes.multiply_add(x, b, b2)
            c2 = lanes.multiply_add(x, c, c2)
            x = lanes.splat_at(source, s3 + j)
            a3, b3 = lanes.multiply_add(x, a, a3), lanes.multiply_add(x, b, b3)
            c3 = lanes.multiply_add(x, c, c3)
        at = i * THREE_ROWS
        lanes.store(out, at, a0)
        lanes.store(out, at + ROW, b0)
        lanes.store(out, at + 2 * ROW, c0)
        at = (i + 1) * THREE_ROWS
        lanes.store(out, at, a1)
        lanes.store(out, at + ROW, b1)
        lanes.store(out, at + 2 * ROW, c1)
        at = (i + 2) * THREE_ROWS
        lanes.store(out, at, a2)
        lanes.store(out, at + ROW, b2)
        lanes.store(out, at + 2 * ROW, c2)
        at = (i + 3) * THREE_ROWS
        lanes.store(out, at, a3)
        lanes.store(out, at + ROW, b3)
        lanes.store(out, at + 2 * ROW, c3)


@njit(nogil=True, cache=True, forceinline=True)
def add_sums(
    out: Floats,
    at_out: int,
    stride: int,
    factors: Floats,
    at_factor: int,
    width: int,
    terms: int,
    rows: Floats,
    count: int,
) -> None:
    """Add the sum over tokens i of factors[i, j] * rows[i] to the row of each term j.

    Args:
        out: its row j begins at at_out + j * stride.
        at_out: begin of its first row.
        stride: from row to row.
        factors: (tokens, width) flat.
        at_factor: the first of the numbers of a token that are used.
        width: numbers per token.
        terms: how many of them are used.
        rows: (tokens, 16) flat.
        count: of the tokens.
    """
    for j in range(0, terms, TERMS_AT_ONCE):
        at = at_out + j * stride
        a0, a1 = lanes.load(out, at), lanes.load(out, at + stride)
        a2, a3 = lanes.load(out, at + 2 * stride), lanes.load(out, at + 3 * stride)
        for i in range(count):
            row, factor = lanes.load(rows, i * ROW), i * width + at_factor + j
            a0 = lanes.multiply_add(lanes.splat_at(factors, factor), row, a0)
            a1 = lanes.multiply_add(lanes.splat_at(factors, factor + 1), row, a1)
            a2 = lanes.multiply_add(lanes.splat_at(factors, factor + 2), row, a2)
            a3 = lanes.multiply_add(lanes.splat_at(factors, factor + 3), row, a3)
        lanes.store(out, at, a0)
        lanes.store(out, at + stride, a1)
        lanes.store(out, at + 2 * stride, a2)
        lanes.store(out, at + 3 * stride, a3)
