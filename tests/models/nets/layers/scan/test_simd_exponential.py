"""Powers of two in sixteen lanes, in both ways of computing them, against float64."""

import numpy as np
import pytest
from numba import njit
from numba.extending import intrinsic

from models.nets.layers.scan import simd_vectors as lanes
from models.nets.layers.scan.simd_exponential import emit_exp2_not_above_one, has_scaling


def exponential(*, scales: bool):  # noqa: ANN201 - Numba has no types for what it compiles
    """Compile 2^x of one row for a way of computing it."""

    @intrinsic
    def exp2(_typing_context, row):  # noqa: ANN001, ANN202
        def generate(_context, builder, _signature, arguments):  # noqa: ANN001, ANN202
            return emit_exp2_not_above_one(builder, arguments[0], scales=scales)

        return row(row), generate

    @njit
    def of_rows(source, out):  # noqa: ANN001, ANN202
        for at in range(0, len(source), 16):
            lanes.store(out, at, exp2(lanes.load(source, at)))

    return of_rows


@pytest.mark.parametrize("scales", [False, pytest.param(True, marks=pytest.mark.skipif(
    not has_scaling(), reason="this processor has no such instructions"))])  # fmt: skip
def test_powers_of_two_are_right_and_broken_ones_stay_broken(*, scales: bool) -> None:
    exponents = np.concatenate(
        [-np.geomspace(1e-8, 124, 4000), np.linspace(-124, 0, 89), -np.arange(7.0)]
    ).astype(np.float32)
    special = np.array([0.0, -0.0, -1e30, -np.inf, np.nan, -200.0, -1000.0, -126.0] * 2, np.float32)
    found = np.empty(len(exponents) + len(special), np.float32)

    exponential(scales=scales)(np.concatenate([exponents, special]), found)

    expected = np.exp2(exponents.astype(np.float64))
    assert (np.abs(found[: len(exponents)] / expected - 1)).max() < 3e-7
    one, also_one, far, never, broken, below, deeper, edge = found[len(exponents) :][:8]
    assert (one, also_one) == (1, 1)
    assert np.isnan(broken)
    assert max(far, never, below, deeper, edge) < 1e-37
