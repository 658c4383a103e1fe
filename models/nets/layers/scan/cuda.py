"""The selective scan on CUDA: mamba-ssm where it is installed, else the Triton kernels beside this file.

Both libraries are imported on first use, because neither exists on every machine. The mamba-ssm path
follows that library's documented interface and has not been run here.
"""

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec

import torch
from torch import Tensor

from models.nets.layers.scan.reference import in_order, merged, sequences


def scan_on_cuda(
    u: Tensor,
    selectivity: Tensor,
    delta_weight: Tensor,
    delta_bias: Tensor,
    a: Tensor,
    skip: Tensor,
    directions: Sequence[int],
) -> Tensor:
    """As `selective_scan`, for float32 tensors on a CUDA device; torch's autograd gives the gradient."""
    scan = _with_mamba_ssm if _has_mamba_ssm() else _with_triton
    # Autocast would widen the low-rank step in half precision, although everything here is float32.
    with torch.autocast(u.device.type, enabled=False):
        return scan(u, selectivity, delta_weight, delta_bias, a, skip, directions)


@cache
def _has_mamba_ssm() -> bool:
    return find_spec("mamba_ssm") is not None


def _with_triton(
    u: Tensor,
    selectivity: Tensor,
    delta_weight: Tensor,
    delta_bias: Tensor,
    a: Tensor,
    skip: Tensor,
    directions: Sequence[int],
) -> Tensor:
    from models.nets.layers.scan.triton import Recurrence

    x, delta, b, c = sequences(u, selectivity, delta_weight, delta_bias, directions)
    y: Tensor = Recurrence.apply(x, delta, b, c, a)  # type: ignore[no-untyped-call]  # torch's own
    return merged(y, u, skip, directions)


def _with_mamba_ssm(
    u: Tensor,
    selectivity: Tensor,
    delta_weight: Tensor,
    delta_bias: Tensor,
    a: Tensor,
    skip: Tensor,
    directions: Sequence[int],
) -> Tensor:
    """The directions become channel groups, each with its own B and C."""
    from mamba_ssm.ops.selective_scan_interface import selective_scan_fn

    rank, states = delta_weight.shape[2], a.shape[2]
    parts = zip(selectivity.unbind(3), directions, strict=True)
    read = torch.stack([in_order(part, direction) for part, direction in parts], dim=2)
    step, b, c = torch.split(read, [rank, states, states], dim=-1)
    x = torch.stack([in_order(u, direction) for direction in directions], dim=2)
    raw = torch.einsum("lbkr,kdr->lbkd", step, delta_weight)
    y = selective_scan_fn(
        x.permute(1, 2, 3, 0).flatten(1, 2).contiguous(),
        raw.permute(1, 2, 3, 0).flatten(1, 2).contiguous(),
        a.flatten(0, 1).contiguous(),
        b.permute(1, 2, 3, 0).contiguous(),
        c.permute(1, 2, 3, 0).contiguous(),
        delta_bias=delta_bias.flatten().contiguous(),
        delta_softplus=True,
    )
    y = y.view(u.shape[0], len(directions), u.shape[3], -1).permute(3, 0, 1, 2)
    return merged(y, u, skip, directions)
