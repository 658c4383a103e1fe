"""Cross-scale Mamba block: three dilations of one feature map share one VSS block (DermoMamba)."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.nets.layers.vss import VSSBlock

_DILATIONS = (1, 2, 3)


class AxialDepthwise(nn.Module):
    """Adds a 1x7, a 7x1 and a 3x3 depthwise convolution of one dilation, in that order, to its input."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()

        def depthwise(height: int, width: int) -> nn.Conv2d:
            padding = (dilation * (height // 2), dilation * (width // 2))
            return nn.Conv2d(
                channels, channels, (height, width), padding=padding, dilation=dilation, groups=channels
            )

        self.along_width = depthwise(1, 7)
        self.along_height = depthwise(7, 1)
        self.around = depthwise(3, 3)

    def forward(self, x: Tensor) -> Tensor:
        """Features (B, C, H, W) to features of the same shape."""
        if x.device.type == "cpu" and torch.is_autocast_enabled("cpu"):
            # In bfloat16 and channels last, torch on CPUs gives dilated depthwise convolutions wrong weight
            # gradients (off by their own size, or no numbers) and may write beyond them; float32 is right.
            with torch.autocast("cpu", enabled=False):
                return self._widened(x.float())
        return self._widened(x)

    def _widened(self, x: Tensor) -> Tensor:
        wide: Tensor = x + self.around(self.along_height(self.along_width(x)))
        return wide


class CrossScaleMamba(nn.Module):
    """Three quarters of the channels pass an axial convolution and the shared VSS block, one quarter stays.

    Args:
        channels: a multiple of four.
        d_state: states per channel of the scans.
        pooling: the VSS block runs on a grid this many times coarser; what it changes is added to the
            full grid, which passes exactly.
    """

    def __init__(self, channels: int, d_state: int = 16, pooling: int = 1) -> None:
        super().__init__()
        quarter = channels // 4
        self.pooling = pooling
        self.axial = nn.ModuleList(AxialDepthwise(quarter, dilation) for dilation in _DILATIONS)
        self.vss = VSSBlock(quarter, d_state)
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        """Features (B, C, H, W) to features of the same shape."""
        *scales, kept = x.chunk(4, dim=1)
        wide = torch.stack([axial(part) for axial, part in zip(self.axial, scales, strict=True)])
        mixed = self._mixed(wide.flatten(0, 1)).reshape(wide.shape)
        merged = torch.cat([*mixed.unbind(), kept], dim=1)
        return torch.relu(self.norm(merged))

    def _mixed(self, wide: Tensor) -> Tensor:
        if self.pooling == 1:
            return self._scanned(wide)
        coarse = functional.avg_pool2d(wide, self.pooling)
        change = self._scanned(coarse) - coarse
        return wide + functional.interpolate(change, scale_factor=self.pooling, mode="nearest")

    def _scanned(self, x: Tensor) -> Tensor:
        mixed: Tensor = self.vss(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        return mixed
