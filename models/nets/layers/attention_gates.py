"""Gates of channels and of places: squeeze and excitation (arXiv 1709.01507), then a spatial gate."""

import torch
from torch import Tensor, nn

_REDUCTION = 8
_KERNEL = 7


class ChannelGate(nn.Module):
    """Weighs the channels of (B, H, W, C) by their means over the grid."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.network = nn.Sequential(
            nn.Linear(width, width // _REDUCTION), nn.ReLU(), nn.Linear(width // _REDUCTION, width)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return the weighted features, same shape."""
        weight: Tensor = torch.sigmoid(self.network(x.mean(dim=(1, 2), keepdim=True)))
        return x * weight


class SpatialGate(nn.Module):
    """Weighs the places of (B, H, W, C) by largest and mean channel of their neighbourhood; no norm."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(2, 1, _KERNEL, padding=_KERNEL // 2, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return the weighted features, same shape."""
        summary = torch.stack([x.amax(dim=-1), x.mean(dim=-1)], dim=1)
        weight = torch.sigmoid(self.convolution(summary))
        return x * weight.permute(0, 2, 3, 1)
