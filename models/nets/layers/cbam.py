"""CBAM: channel attention, then spatial attention (Woo et al. 2018; the variant of DermoMamba)."""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn

_REDUCTION = 16


class CBAM(nn.Module):
    """Weighs the channels, then the places, of a feature map (B, C, H, W)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        hidden = channels // _REDUCTION
        self.channel_mlp = nn.Sequential(nn.Linear(channels, hidden), nn.ReLU(), nn.Linear(hidden, channels))
        self.spatial_conv = nn.Conv2d(2, 1, 7, padding=3, bias=False)
        self.spatial_norm = nn.BatchNorm2d(1, momentum=0.01)

    def forward(self, x: Tensor) -> Tensor:
        """Features (B, C, H, W) to weighted features of the same shape."""
        x = self.channels_weighed(x)
        return x * self.spatial_gate(x)

    def channels_weighed(self, x: Tensor) -> Tensor:
        """Features (B, C, H, W) to what the spatial gate reads, same shape."""
        mean, peak = x.mean(dim=(2, 3)), x.amax(dim=(2, 3))
        channel = torch.sigmoid(self.channel_mlp(mean) + self.channel_mlp(peak))
        return x * channel[:, :, None, None]

    def spatial_gate(self, x: Tensor) -> Tensor:
        """Weight (B, 1, H, W) in (0, 1) of each place."""
        summary = torch.cat([x.amax(dim=1, keepdim=True), x.mean(dim=1, keepdim=True)], dim=1)
        return torch.sigmoid(self.spatial_norm(self.spatial_conv(summary)))


def gates_of_skips(attentions: Iterable[nn.Module], skips: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """Return the weights (B, h, w) that each CBAM gives to the places of its skip (B, C, h, w)."""
    found = []
    for attention, skip in zip(attentions, skips, strict=True):
        assert isinstance(attention, CBAM)
        found.append(attention.spatial_gate(attention.channels_weighed(skip))[:, 0])
    return tuple(found)
