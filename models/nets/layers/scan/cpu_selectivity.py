"""Where the CPU scan's low-rank steps, B and C come from, and where their gradients go.

They are given, or projected from the inputs of all channels. Given ones are far more numbers than the inputs
where channels are few (at DermoMamba's first stage 132 for 8), and read in four orders they are what a scan
waits for; projected ones never leave the cache.
"""

from numba import njit

from models.nets.layers.scan import simd_vectors as lanes
from models.nets.layers.scan.cpu_arrays import Place, Scan, Slopes
from models.nets.layers.scan.cpu_chunk import (
    C_AT,
    CHUNK,
    LOW_AT,
    ROW,
    Local,
    Replay,
    fill_local_starts,
    fill_positions,
    fill_starts,
    gather,
)
from models.nets.layers.scan.cpu_products import add_products, add_sums, three_rows_of_products


@njit(nogil=True, cache=True, forceinline=True)
def read_selectivity(scan: Scan, local: Local, place: Place) -> None:
    """Positions, low-rank steps, B and C of a chunk."""
    start, direction = place.chunk * CHUNK, scan.directions[place.k]
    fill_positions(local.positions, direction, start, scan.height, scan.width)
    if scan.is_projected:
        _project(scan, local, place)
    else:
        _gather(scan, local, place)


@njit(nogil=True, cache=True, forceinline=True)
def _project(scan: Scan, local: Local, place: Place) -> None:
    first = place.sample * scan.height * scan.width * scan.channels
    fill_starts(local.starts, first, scan.channels, local.positions)
    three_rows_of_products(
        local.selectivity, scan.u, local.starts, scan.channels, scan.projection,
        place.k * scan.channels * scan.depth, place.tokens,
    )  # fmt: skip


@njit(nogil=True, cache=True, forceinline=True)
def _gather(scan: Scan, local: Local, place: Place) -> None:
    ways, given = len(scan.directions), scan.rank + 2 * scan.states
    first = (place.sample * scan.height * scan.width * ways + place.k) * given
    fill_starts(local.starts, first, ways * given, local.positions)
    for i in range(place.tokens):
        at, source = i * scan.depth, local.starts[i]
        for r in range(scan.rank):
            local.selectivity[at + LOW_AT + r] = scan.selectivity[source + r]
        b = lanes.load_first(scan.selectivity, source + scan.rank, scan.states)
        c = lanes.load_first(scan.selectivity, source + scan.rank + scan.states, scan.states)
        lanes.store(local.selectivity, at, b)
        lanes.store(local.selectivity, at + C_AT, c)


@njit(nogil=True, cache=True, forceinline=True)
def write_selectivity_gradients(
    scan: Scan, slopes: Slopes, local: Local, kept: Replay, part: int, place: Place
) -> None:
    """Gradients of a chunk's given low-rank steps, B and C, as far as a part of the channels makes them."""
    ways, given = len(scan.directions), scan.rank + 2 * scan.states
    sample = part * scan.batch + place.sample
    first = (sample * scan.height * scan.width * ways + place.k) * given
    fill_starts(local.starts, first, ways * given, local.positions)
    for i in range(place.tokens):
        at, target = i * scan.depth, local.starts[i]
        for r in range(scan.rank):
            slopes.dselectivity[target + r] = kept.dselectivity[at + LOW_AT + r]
        db, dc = lanes.load(kept.dselectivity, at), lanes.load(kept.dselectivity, at + C_AT)
        lanes.store_first(slopes.dselectivity, target + scan.rank, db, scan.states)
        lanes.store_first(slopes.dselectivity, target + scan.rank + scan.states, dc, scan.states)


@njit(nogil=True, cache=True, forceinline=True)
def add_projected_gradients(
    scan: Scan, slopes: Slopes, local: Local, kept: Replay, c0: int, place: Place
) -> None:
    """Add to a block's input gradients, and to those of the projection, what came by way of it."""
    terms, block = LOW_AT + scan.rank, min(ROW, scan.channels - c0)
    fill_local_starts(local.starts, 0, scan.depth)
    at_spread = place.k * scan.depth * scan.wide + c0
    add_products(
        kept.du, ROW, c0 * CHUNK, kept.dselectivity, local.starts, terms,
        scan.spread, at_spread, scan.wide, place.tokens,
    )  # fmt: skip
    first = place.sample * scan.height * scan.width * scan.channels + c0
    gather(local.u, scan.u, first, scan.channels, local.positions, place.tokens, block)
    at_slopes = (place.sample * len(scan.directions) + place.k) * scan.depth * scan.wide + c0
    add_sums(
        slopes.dprojection,
        at_slopes,
        scan.wide,
        kept.dselectivity,
        0,
        scan.depth,
        terms,
        local.u,
        place.tokens,
    )
