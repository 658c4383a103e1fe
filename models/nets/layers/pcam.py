"""PCAM: channel attention that compares a large-kernel branch with its input (DermoMamba)."""

import torch
from torch import Tensor, nn


class PCAM(nn.Module):
    """Weighs the channels of a 9x9 depthwise convolution by how much it changed their means."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 9, padding=4, groups=channels)

    def forward(self, x: Tensor) -> Tensor:
        """Features (B, C, H, W) to features of the same shape."""
        y: Tensor = self.conv(x)
        before, after = x.mean(dim=(2, 3)), y.mean(dim=(2, 3))
        weight = torch.softmax(after - before, dim=1)
        gate = torch.sigmoid(after * (1 + weight))
        return gate[:, :, None, None] * y
