"""The selective scan as torch's `scan` operator, which the ONNX exporter turns into one Scan node.

The exporter cannot lower the gradient of this operator: export under `torch.no_grad()`.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch._higher_order_ops import scan

from models.nets.layers.scan.reference import merged, sequences


def exportable_scan(
    u: Tensor,
    selectivity: Tensor,
    delta_weight: Tensor,
    delta_bias: Tensor,
    a: Tensor,
    skip: Tensor,
    directions: Sequence[int] = (0,),
) -> Tensor:
    """As `selective_scan`; the directions are stacked, so that one Scan node serves them all."""
    x, delta, b, c = sequences(u, selectivity, delta_weight, delta_bias, directions)
    start = (x[0] * 0.0)[..., None] * a

    def step(h: Tensor, inputs: tuple[Tensor, ...]) -> tuple[Tensor, Tensor]:
        delta_t, drive_t, b_t, c_t = inputs
        h = torch.exp(delta_t * a) * h + drive_t * b_t
        return h, torch.matmul(h, c_t)

    # Shaped out here, so that the loop's body holds nothing but its six operations.
    inputs = (delta[..., None], (delta * x)[..., None], b[..., None, :], c[..., None])
    _, y = scan(step, start, inputs)
    return merged(y.squeeze(-1), u, skip, directions)
