"""Does a frame look like the dermoscopic images a network learned from, and is there a lesion on it?

The answer is read from pooled features of the network's own encoder. Its numbers are buffers, fitted once
after the training (`training.publishing.suitability_fit`), so that they travel with the weights and
in the graph.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

DIRECTIONS = 64
"""Principal directions that a frame is described by; what they leave out is the residual."""

CENTRES = 16
"""Kinds of training frames that a frame is compared with."""


class FrameSuitability(nn.Module):
    """Pooled features (B, C) to (B, 2): distance to the training frames, and the logit of a lesion.

    The distance is the mean square, per direction, from the nearest centre in whitened coordinates, plus the
    mean square of the residual; training frames have about 2.
    """

    mean: Tensor
    scale: Tensor
    directions: Tensor
    whitening: Tensor
    residual_scale: Tensor
    centres: Tensor
    lesion_weight: Tensor
    lesion_bias: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        directions = min(DIRECTIONS, channels)
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("scale", torch.ones(channels))
        self.register_buffer("directions", torch.eye(channels, directions))
        self.register_buffer("whitening", torch.ones(directions))
        self.register_buffer("residual_scale", torch.ones(()))
        self.register_buffer("centres", torch.zeros(CENTRES, directions))
        self.register_buffer("lesion_weight", torch.zeros(channels))
        self.register_buffer("lesion_bias", torch.zeros(()))

    def forward(self, pooled: Tensor) -> Tensor:
        """Pooled features (B, C) to distance and lesion logit (B, 2), float32."""
        standard = ((pooled.float() - self.mean) / self.scale).clamp(-_FARTHEST, _FARTHEST)
        along = standard @ self.directions
        outside = standard - along @ self.directions.T
        whitened = along * self.whitening
        apart = (whitened[:, None] - self.centres[None]).square().mean(dim=2).amin(dim=1)
        distance = apart + outside.square().mean(dim=1) * self.residual_scale
        lesion = standard @ self.lesion_weight + self.lesion_bias
        return torch.stack([distance, lesion], dim=1)


_FARTHEST = 30.0
"""Deviations beyond which a feature counts as just as far: half precision holds no more."""


def pooled_levels(levels: Sequence[Tensor]) -> Tensor:
    """Mean over the places of each level (B, C, h, w), side by side (B, sum of C)."""
    return torch.cat([level.mean(dim=(2, 3)) for level in levels], dim=1)
