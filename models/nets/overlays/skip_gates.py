"""Skip gates: where the detail of the encoder passed to the decoder that draws the boundary."""

import torch
from torch import Tensor
from torch.nn import functional

from models.nets.explainable import GatesSkips


@torch.no_grad()
def skip_gate_map(network: GatesSkips, images: Tensor) -> Tensor:
    """Return the mean of all levels' gates on the grid of the finest, (B, h, w) in [0, 1].

    It says what was let through, not what the boundary made of it: `grad_cam` weighs the same skips by that.
    """
    gates = network.skip_gates(images)
    height, width = gates[-1].shape[1:]
    brought = [
        functional.interpolate(gate[:, None], (height, width), mode="bilinear", align_corners=False)
        for gate in gates
    ]
    return torch.stack(brought).mean(dim=0)[:, 0]
