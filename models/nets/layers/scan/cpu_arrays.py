"""What the compiled CPU scan reads and writes: flat float32 arrays with their sizes."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


class Scan(NamedTuple):
    """What a scan reads; arrays flat.

    `wide` is the number of channels and `low` the rank, both rounded up to whole rows of sixteen: parameters
    are zero beyond the channels and the rank, decays also beyond the states, so that the missing states
    never leave zero. `depth` is 16 + 16 + low: B, C and low-rank step of a token, each from a whole row on.

    They are either given (`selectivity`) or projected from the inputs while the tokens are walked
    (`projection`); the other is empty.
    """

    batch: int
    height: int
    width: int
    channels: int
    states: int
    rank: int
    wide: int
    low: int
    depth: int
    directions: Ints
    u: Floats
    """(batch, token, channel)"""
    is_projected: bool
    selectivity: Floats
    """(batch, token, direction, rank + 2 states): low-rank step, B, C"""
    projection: Floats
    """(direction, channel, depth): from the inputs to B, C and low-rank step"""
    spread: Floats
    """(direction, depth, wide): the same transposed"""
    widening: Floats
    """(direction, rank, wide): from the low-rank step to the channels"""
    narrowing: Floats
    """(direction, wide, low): the same transposed"""
    bias: Floats
    """(direction, wide)"""
    rates: Floats
    """A, (direction, wide, 16)"""
    decay: Floats
    """A * log2(e), as rates"""
    block_decay: Floats
    """The same for the forward walk, (direction, block of sixteen channels, 16, 16): see `cpu_walk`"""
    skip: Floats
    """(direction, wide)"""


class Slopes(NamedTuple):
    """The gradients of a scan; arrays flat, those of parameters zero on entry."""

    du: Floats
    """(group of directions, batch, token, channel)"""
    dselectivity: Floats
    """(part of the channels, batch, token, direction, rank + 2 states); empty if it is projected"""
    dprojection: Floats
    """(batch, direction, depth, wide); empty if the selectivity is given"""
    dwidening: Floats
    """(batch, direction, low, wide)"""
    sums: Floats
    """Of skip and of bias, (batch, direction, 2, wide)"""
    da: Floats
    """(batch, direction, wide, 16)"""


class Place(NamedTuple):
    """Where a walk is: a chunk of a direction of a sample, and how many tokens the chunk has."""

    sample: int
    k: int
    chunk: int
    tokens: int
