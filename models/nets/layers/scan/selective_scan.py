"""The selective scan (S6) as torch operators: models call it and know nothing of back ends."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from models.nets.layers.decisions import are_decisions_watched, decided
from models.nets.layers.scan import cpu_call as scan_cpu_call
from models.nets.layers.scan.cpu_call import Inputs
from models.nets.layers.scan.cuda import scan_on_cuda
from models.nets.layers.scan.export import exportable_scan

_Tensors = tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]


def selective_scan(
    u: Tensor,
    selectivity: Tensor,
    delta_weight: Tensor,
    delta_bias: Tensor,
    a: Tensor,
    skip: Tensor,
    directions: Sequence[int] = (0,),
) -> Tensor:
    """Scan a grid of tokens along directions and add what the directions give.

    Args:
        u: (B, H, W, D) input. A plain sequence is a grid with H = 1.
        selectivity: (B, H, W, K, R + 2N), read from the input: low-rank step, then B, then C.
        delta_weight: (K, D, R) widens the low-rank step.
        delta_bias: (K, D) added to the step once, before the softplus.
        a: (K, D, N) decay rates, negative; N <= 16.
        skip: (K, D) weight of the input in the output.
        directions: K codes; 0 row by row, 1 column by column, 2 and 3 the same reversed.

    Returns:
        (B, H, W, D) float32. The scan runs in float32 whatever the inputs are.

    While torch exports a network, the scan is written with operators that ONNX knows.
    """
    selectivity = decided(selectivity)
    if torch.compiler.is_exporting():
        return exportable_scan(u, selectivity, delta_weight, delta_bias, a, skip, directions)
    tensors = _in_float32(u, selectivity, delta_weight, delta_bias, a, skip)
    if u.is_cuda:
        return scan_on_cuda(*tensors, directions)
    return _on_cpu(tensors, directions, is_projected=False)


def projected_scan(
    u: Tensor,
    projection: Tensor,
    delta_weight: Tensor,
    delta_bias: Tensor,
    a: Tensor,
    skip: Tensor,
    directions: Sequence[int] = (0,),
) -> Tensor:
    """Do the same for a selectivity that is projected from ``u`` by (K, R + 2N, D), without bias.

    On the CPU it is computed while the tokens are walked and never stored. Where it has to be seen (by
    whoever exports or explains the network) or another back end scans, it is computed first.
    """
    is_walked = not (u.is_cuda or torch.compiler.is_exporting() or are_decisions_watched())
    if not is_walked or not scan_cpu_call.can_project(delta_weight):
        selectivity = projected_selectivity(u, projection)
        return selective_scan(u, selectivity, delta_weight, delta_bias, a, skip, directions)
    tensors = _in_float32(u, projection, delta_weight, delta_bias, a, skip)
    return _on_cpu(tensors, directions, is_projected=True)


def _on_cpu(tensors: _Tensors, directions: Sequence[int], *, is_projected: bool) -> Tensor:
    if torch.is_inference_mode_enabled() and not torch.compiler.is_compiling():
        # Nobody follows the computation, and the operator would load a thousand modules at its first use.
        inputs = Inputs(tensors[0], tensors[1], is_projected, *tensors[2:], list(directions))
        return scan_cpu_call.forward(inputs, keeps_states=False)[0]
    keeps_states = torch.is_grad_enabled() and any(tensor.requires_grad for tensor in tensors)
    y, _ = _operator(*tensors, is_projected, keeps_states, list(directions))
    result: Tensor = y
    return result


def projected_selectivity(u: Tensor, projection: Tensor) -> Tensor:
    """Selectivity (B, H, W, K, R + 2N) of the input (B, H, W, D) by a projection (K, R + 2N, D)."""
    return functional.linear(u, projection.flatten(0, 1)).view(*u.shape[:3], *projection.shape[:2])


def _in_float32(*tensors: Tensor) -> _Tensors:
    u, given, delta_weight, delta_bias, a, skip = (tensor.float() for tensor in tensors)
    return u, given, delta_weight, delta_bias, a, skip


@torch.library.custom_op("naevus::selective_scan", mutates_args=(), device_types="cpu")
def _operator(
    u: Tensor,
    given: Tensor,
    delta_weight: Tensor,
    delta_bias: Tensor,
    a: Tensor,
    skip: Tensor,
    is_projected: bool,
    keeps_states: bool,
    directions: list[int],
) -> tuple[Tensor, Tensor]:
    inputs = Inputs(u, given, is_projected, delta_weight, delta_bias, a, skip, directions)
    return scan_cpu_call.forward(inputs, keeps_states=keeps_states)


@_operator.register_fake
def _(
    u: Tensor,
    given: Tensor,
    delta_weight: Tensor,
    delta_bias: Tensor,
    a: Tensor,
    skip: Tensor,
    is_projected: bool,
    keeps_states: bool,
    directions: list[int],
) -> tuple[Tensor, Tensor]:
    carries = scan_cpu_call.carries_shape(u, directions, keeps_states=keeps_states)
    return u.new_empty(u.shape), u.new_empty(carries)


@torch.library.custom_op("naevus::selective_scan_backward", mutates_args=(), device_types="cpu")
def _backward_operator(
    gy: Tensor,
    carries: Tensor,
    u: Tensor,
    given: Tensor,
    delta_weight: Tensor,
    delta_bias: Tensor,
    a: Tensor,
    skip: Tensor,
    is_projected: bool,
    directions: list[int],
) -> _Tensors:
    inputs = Inputs(u, given, is_projected, delta_weight, delta_bias, a, skip, directions)
    return scan_cpu_call.backward(gy, carries, inputs)


@_backward_operator.register_fake
def _(
    gy: Tensor,
    carries: Tensor,
    u: Tensor,
    given: Tensor,
    delta_weight: Tensor,
    delta_bias: Tensor,
    a: Tensor,
    skip: Tensor,
    is_projected: bool,
    directions: list[int],
) -> _Tensors:
    du, dselectivity, dweight, dbias, da, dskip = (
        tensor.new_empty(tensor.shape) for tensor in (u, given, delta_weight, delta_bias, a, skip)
    )
    return du, dselectivity, dweight, dbias, da, dskip


def _keep_inputs(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor]) -> None:  # noqa: ANN401
    *tensors, is_projected, _, directions = inputs
    ctx.save_for_backward(output[1], *tensors)
    ctx.is_projected, ctx.directions = is_projected, directions
    ctx.mark_non_differentiable(output[1])


def _gradients(ctx: Any, gy: Tensor, _: Tensor | None) -> tuple[Tensor | None, ...]:  # noqa: ANN401
    grads: _Tensors = _backward_operator(gy, *ctx.saved_tensors, ctx.is_projected, ctx.directions)
    return (*grads, None, None, None)


_operator.register_autograd(_gradients, setup_context=_keep_inputs)
