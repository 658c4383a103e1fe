import subprocess
import sys
from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from models.nets.layers.decisions import decided_by
from models.nets.layers.scan import cuda as scan_cuda
from models.nets.layers.scan.reference import in_order, on_grid, sequential_scan, two_level_scan
from models.nets.layers.scan.selective_scan import projected_scan, projected_selectivity, selective_scan

ScanInput = tuple[Tensor, ...]
MakeInput = Callable[..., ScanInput]
FOUR = (0, 1, 2, 3)


def relative_error(found: Tensor, expected: Tensor) -> float:
    return ((found.double() - expected).abs().max() / expected.abs().max().clamp(min=1e-30)).item()


def doubled(tensors: ScanInput) -> list[Tensor]:
    return [tensor.double() for tensor in tensors]


def given_input(scan_input: MakeInput, *sizes: object, **more: object) -> ScanInput:
    return scan_input(*sizes, **more)


def projected_input(scan_input: MakeInput, *sizes: object, **more: object) -> ScanInput:
    """The same with a projection (K, R + 2N, D) in the place of the selectivity."""
    u, selectivity, *rest = scan_input(*sizes, **more)
    shape = (*selectivity.shape[3:], u.shape[3])
    projection = torch.randn(shape, generator=torch.Generator().manual_seed(2)) / u.shape[3] ** 0.5
    return (u, projection, *rest)


@pytest.mark.parametrize("length", [1, 2, 7, 196, 3136])
def test_scan_of_a_sequence_equals_the_float64_recurrence(scan_input: MakeInput, length: int) -> None:
    tensors = scan_input((1, 1, length, 3), directions=1)

    expected = sequential_scan(*doubled(tensors))

    assert relative_error(selective_scan(*tensors), expected) < 1e-6
    assert relative_error(two_level_scan(*tensors), expected) < 1e-6
    assert relative_error(two_level_scan(*doubled(tensors)), expected) < 1e-13


@pytest.mark.parametrize("chunk", [1, 4, 5, 20, 64])
def test_two_level_scan_does_not_depend_on_the_chunk(scan_input: MakeInput, chunk: int) -> None:
    tensors = doubled(scan_input((2, 4, 5, 3)))

    found = two_level_scan(*tensors, directions=FOUR, chunk=chunk)

    torch.testing.assert_close(found, sequential_scan(*tensors, directions=FOUR))


GRIDS = [
    (1, 5, 7, 8),
    (2, 7, 11, 5),
    (1, 9, 15, 24),
    (2, 3, 9, 12),
    (3, 1, 1, 3),
    (2, 13, 10, 16),
    (1, 2, 65, 17),
    (3, 65, 1, 4),
]


@pytest.mark.parametrize("grid", GRIDS, ids=str)
@pytest.mark.parametrize(("states", "rank"), [(16, 1), (8, 2), (5, 3)])
def test_output_and_every_gradient_equal_autograd_in_float64(
    scan_input: MakeInput, grid: tuple[int, ...], states: int, rank: int
) -> None:
    single = [tensor.requires_grad_() for tensor in scan_input(grid, states, rank)]
    double = [tensor.detach().double().requires_grad_() for tensor in single]
    weight = torch.randn(grid, generator=torch.Generator().manual_seed(1))

    found = selective_scan(*single, FOUR)
    expected = sequential_scan(*double, FOUR)
    slopes = torch.autograd.grad((found * weight).sum(), single)
    expected_slopes = torch.autograd.grad((expected * weight).sum(), double)

    assert relative_error(found.detach(), expected.detach()) < 1e-6
    for slope, expected_slope in zip(slopes, expected_slopes, strict=True):
        assert relative_error(slope, expected_slope) < 1e-5


@pytest.mark.parametrize("grid", GRIDS, ids=str)
@pytest.mark.parametrize(("states", "rank"), [(16, 1), (8, 2), (5, 16)])
def test_a_projected_scan_and_its_gradients_equal_autograd_in_float64(
    scan_input: MakeInput, grid: tuple[int, ...], states: int, rank: int
) -> None:
    single = [tensor.requires_grad_() for tensor in projected_input(scan_input, grid, states, rank)]
    double = [tensor.detach().double().requires_grad_() for tensor in single]
    weight = torch.randn(grid, generator=torch.Generator().manual_seed(1))

    found = projected_scan(*single, FOUR)
    u, projection, *rest = double
    expected = sequential_scan(u, projected_selectivity(u, projection), *rest, directions=FOUR)
    slopes = torch.autograd.grad((found * weight).sum(), single)
    expected_slopes = torch.autograd.grad((expected * weight).sum(), double)

    assert relative_error(found.detach(), expected.detach()) < 1e-6
    for slope, expected_slope in zip(slopes, expected_slopes, strict=True):
        assert relative_error(slope, expected_slope) < 1e-5


def test_whoever_watches_decisions_sees_the_projected_selectivity(scan_input: MakeInput) -> None:
    u, projection, *rest = projected_input(scan_input, (1, 3, 4, 5))
    seen: list[Tensor] = []

    def watch(decision: Tensor) -> Tensor:
        seen.append(decision)
        return decision

    with decided_by(watch):
        watched = projected_scan(u, projection, *rest, FOUR)

    assert torch.equal(seen[0], projected_selectivity(u, projection))
    torch.testing.assert_close(watched, projected_scan(u, projection, *rest, FOUR))


def test_a_projection_of_more_low_rank_steps_than_a_row_is_computed_first(scan_input: MakeInput) -> None:
    u, projection, *rest = projected_input(scan_input, (1, 3, 4, 5), rank=17)

    found = projected_scan(u, projection, *rest, FOUR)

    assert torch.equal(found, selective_scan(u, projected_selectivity(u, projection), *rest, FOUR))


def test_operator_passes_torchs_own_checks(scan_input: MakeInput) -> None:
    inputs = [tensor.requires_grad_() for tensor in scan_input((2, 3, 4, 5))]

    torch.library.opcheck(
        torch.ops.naevus.selective_scan.default,
        (*inputs, False, True, list(FOUR)),
        test_utils=("test_schema", "test_autograd_registration", "test_faketensor"),
    )


def test_large_steps_and_decays_stay_finite(scan_input: MakeInput) -> None:
    u, selectivity, weight, bias, a, skip = scan_input((1, 4, 100, 8))
    tensors = [u, selectivity, weight * 0, bias * 0 + 20.0, a * 0 - 16.0, skip]
    for tensor in tensors:
        tensor.requires_grad_()

    y = selective_scan(*tensors, FOUR)
    slopes = torch.autograd.grad(y.square().sum(), tensors)

    assert torch.isfinite(y).all()
    assert all(torch.isfinite(slope).all() for slope in slopes)
    assert relative_error(y.detach(), sequential_scan(*doubled(tensors), FOUR).detach()) < 1e-6


def test_slow_states_remember_ten_thousand_tokens(scan_input: MakeInput) -> None:
    u, selectivity, weight, bias, a, skip = scan_input((1, 1, 10_000, 2), directions=1)
    u[:, :, 1:] = 0
    tensors = (u, selectivity, weight * 0, bias * 0 - 9.2, a * 0 - 1.0, skip * 0)

    found = selective_scan(*tensors)[0, 0, -1]

    expected = two_level_scan(*doubled(tensors))[0, 0, -1]
    torch.testing.assert_close(found.double(), expected, rtol=1e-3, atol=0)


@pytest.mark.parametrize("direction", [0, 1])
def test_reversed_direction_is_flip_scan_flip(scan_input: MakeInput, direction: int) -> None:
    u, selectivity, *rest = scan_input((2, 5, 7, 6), directions=1)

    reversed_scan = selective_scan(u, selectivity, *rest, (direction + 2,))
    flipped = selective_scan(u.flip(1, 2), selectivity.flip(1, 2), *rest, (direction,)).flip(1, 2)

    assert torch.equal(reversed_scan, flipped)


def test_column_direction_is_the_row_direction_of_the_transposed_grid(scan_input: MakeInput) -> None:
    u, selectivity, *rest = scan_input((2, 5, 7, 6), directions=1)

    by_columns = selective_scan(u, selectivity, *rest, (1,))
    transposed = selective_scan(u.transpose(1, 2), selectivity.transpose(1, 2), *rest, (0,))

    assert torch.equal(by_columns, transposed.transpose(1, 2))


def test_a_single_token_has_the_closed_form(scan_input: MakeInput) -> None:
    u, selectivity, weight, bias, a, skip = scan_input((3, 1, 1, 6), directions=1)
    step, b, c = selectivity[:, :, :, 0].split([1, 16, 16], dim=-1)
    delta = functional.softplus(step * weight[0, :, 0] + bias[0])

    expected = (delta * (b * c).sum(-1, keepdim=True) + skip[0]) * u

    torch.testing.assert_close(selective_scan(u, selectivity, weight, bias, a, skip), expected)


def test_directions_are_added(scan_input: MakeInput) -> None:
    u, selectivity, weight, bias, a, skip = scan_input((1, 4, 6, 20))

    alone = [
        selective_scan(
            u, selectivity[:, :, :, k : k + 1], *(p[k : k + 1] for p in (weight, bias, a, skip)), (k,)
        )
        for k in FOUR
    ]

    torch.testing.assert_close(selective_scan(u, selectivity, weight, bias, a, skip, FOUR), sum(alone))


@pytest.mark.parametrize("batch", [1, 2, 3])
@pytest.mark.parametrize("is_projected", [False, True])
@pytest.mark.parametrize("directions", [(0,), FOUR])
def test_result_does_not_depend_on_the_number_of_threads(
    scan_input: MakeInput, batch: int, is_projected: bool, directions: tuple[int, ...]
) -> None:
    make, scan = (projected_input, projected_scan) if is_projected else (given_input, selective_scan)
    inputs = make(scan_input, (batch, 9, 10, 40), rank=3, directions=len(directions))
    tensors = [tensor.requires_grad_() for tensor in inputs]

    def run(threads: int) -> tuple[Tensor, ...]:
        torch.set_num_threads(threads)
        y = scan(*tensors, directions)
        return (y, *torch.autograd.grad(y.square().sum(), tensors))

    before = torch.get_num_threads()
    try:
        results = [run(threads) for threads in (1, 2, 4, 4)]
    finally:
        torch.set_num_threads(before)

    for other in results[1:]:
        assert all(torch.equal(found, first) for found, first in zip(other, results[0], strict=True))


def test_scan_runs_in_float32_under_autocast(scan_input: MakeInput) -> None:
    tensors = scan_input((1, 4, 6, 8))

    with torch.autocast("cpu", dtype=torch.bfloat16):
        y = selective_scan(*(tensor.bfloat16() for tensor in tensors), FOUR)

    assert y.dtype == torch.float32
    assert torch.equal(y, selective_scan(*(tensor.bfloat16().float() for tensor in tensors), FOUR))


def test_cuda_back_ends_widen_the_step_in_float32_under_autocast(
    scan_input: MakeInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan_cuda, "_has_mamba_ssm", lambda: False)
    monkeypatch.setattr(scan_cuda, "_with_triton", sequential_scan)
    tensors = scan_input((1, 4, 6, 8), rank=3)

    with torch.autocast("cpu", dtype=torch.bfloat16):
        y = scan_cuda.scan_on_cuda(*tensors, FOUR)

    assert torch.equal(y, sequential_scan(*tensors, FOUR))


@pytest.mark.parametrize("direction", FOUR)
def test_a_direction_visits_every_token_once(direction: int) -> None:
    grid = torch.arange(2 * 3 * 5).view(2, 3, 5, 1)

    tokens = in_order(grid, direction)

    assert sorted(tokens[:, 0, 0].tolist()) == list(range(15))
    assert torch.equal(on_grid(tokens, direction, 3, 5), grid)


def test_directions_have_their_documented_order() -> None:
    grid = torch.arange(6).view(1, 2, 3, 1)

    visited = [in_order(grid, direction).flatten().tolist() for direction in FOUR]

    assert visited == [[0, 1, 2, 3, 4, 5], [0, 3, 1, 4, 2, 5], [5, 4, 3, 2, 1, 0], [5, 2, 4, 1, 3, 0]]


def test_wrong_shapes_are_refused_before_memory_is_touched(scan_input: MakeInput) -> None:
    u, selectivity, weight, bias, a, skip = scan_input((1, 4, 6, 8))

    with pytest.raises(ValueError, match="selectivity"):
        selective_scan(u, selectivity[:, :, :5], weight, bias, a, skip, FOUR)
    with pytest.raises(ValueError, match="projection"):
        projected_scan(u, selectivity, weight, bias, a, skip, FOUR)
    with pytest.raises(ValueError, match="directions"):
        selective_scan(u, selectivity, weight, bias, a, skip, (0, 1, 2, 4))
    with pytest.raises(ValueError, match="nothing to scan"):
        selective_scan(u[:0], selectivity[:0], weight, bias, a, skip, FOUR)
    with pytest.raises(ValueError, match="17 states per channel"):
        selective_scan(*scan_input((1, 2, 2, 3), states=17), FOUR)


def test_steps_without_rank_are_of_the_bias_alone(scan_input: MakeInput) -> None:
    u, projection, *rest = projected_input(scan_input, (1, 3, 4, 5), rank=0)

    found = projected_scan(u, projection, *rest, FOUR)

    doubles = doubled((u, projected_selectivity(u, projection), *rest))
    assert relative_error(found, sequential_scan(*doubles, directions=FOUR)) < 1e-6


def test_gradients_of_a_scan_that_kept_no_states_are_refused(scan_input: MakeInput) -> None:
    tensors = [tensor.requires_grad_() for tensor in scan_input((1, 4, 6, 8))]

    y, _ = torch.ops.naevus.selective_scan(*tensors, False, False, list(FOUR))

    with pytest.raises(ValueError, match="kept no states"):
        y.sum().backward()


@pytest.mark.parametrize("broken", ["projection", "delta_weight", "delta_bias", "a"])
def test_a_parameter_that_is_no_number_reaches_the_output(scan_input: MakeInput, broken: str) -> None:
    tensors = projected_input(scan_input, (1, 3, 4, 5))
    place = {"projection": 1, "delta_weight": 2, "delta_bias": 3, "a": 4}[broken]
    tensors[place].view(-1)[0] = float("nan")

    found = projected_scan(*tensors, FOUR)

    u, projection, *rest = tensors
    expected = sequential_scan(u, projected_selectivity(u, projection), *rest, directions=FOUR)
    assert expected.isnan().any()
    assert torch.equal(found.isnan(), expected.isnan())


@pytest.mark.parametrize("make_input", [given_input, projected_input])
def test_a_scan_in_inference_mode_is_the_same(scan_input: MakeInput, make_input: MakeInput) -> None:
    tensors = make_input(scan_input, (2, 5, 7, 8))
    scan = projected_scan if make_input is projected_input else selective_scan

    with torch.inference_mode():
        found = scan(*tensors, FOUR)

    assert torch.equal(found, scan(*tensors, FOUR))


def test_a_scan_in_inference_mode_does_not_load_the_compiler() -> None:
    done = subprocess.run([sys.executable, "-c", _SCAN_ALONE], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


_SCAN_ALONE = """
import sys, torch
from models.nets.layers.scan.selective_scan import selective_scan
with torch.inference_mode():
    one = torch.ones(1, 2, 3, 2)
    step, decay, weight = torch.ones(1, 2, 1), -torch.ones(1, 2, 1), torch.ones(1, 2)
    selective_scan(one, torch.ones(1, 2, 3, 1, 3), step, torch.zeros(1, 2), decay, weight)
print("torch._dynamo" in sys.modules)
"""
