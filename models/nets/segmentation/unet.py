"""UNet: the convolutional baseline that every outliner is compared with (Ronneberger et al. 2015).

The network behind the published count of 7,708,609: three levels of 64, 128 and 256 channels above a
bottleneck of 512. Keras counts the running statistics of the norms as well; 7,702,977 of the numbers are
trained, the other 5,632 are buffers. The convolutions keep the size of their input, where the paper's lose a
border, and have a norm. The published program is not public; that Dice is not comparable with ours, because
it was taken on other slices than the network it is printed beside.
"""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.nets.layers.padding import padded_to_multiple
from models.nets.segmentation.outliner import Outliner


class DoubleConvolution(nn.Sequential):
    """Twice: convolution 3x3 with bias, norm, ReLU."""

    def __init__(self, channels: int, out_channels: int) -> None:
        super().__init__(
            nn.Conv2d(channels, out_channels, 3, padding=1),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(),
            nn.Conv2d(out_channels, out_channels, 3, padding=1),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(),
        )


class _Rise(nn.Module):
    """Doubles the grid, halves the channels, joins the skip."""

    def __init__(self, channels: int, out_channels: int) -> None:
        super().__init__()
        self.widen = nn.ConvTranspose2d(channels, out_channels, 2, stride=2)
        self.refine = DoubleConvolution(2 * out_channels, out_channels)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        risen: Tensor = self.refine(torch.cat([self.widen(x), skip], dim=1))
        return risen


class UNet(Outliner):
    """Lesion segmenter for images of any size; sides that do not divide are padded and cut back.

    Args:
        base_channels: channels of the first level; they double at every level.
        levels: levels above the bottleneck, each half as fine as the one before.
    """

    def __init__(self, base_channels: int = 64, levels: int = 3) -> None:
        super().__init__()
        widths = [base_channels * 2**level for level in range(levels + 1)]
        self.encoder = nn.ModuleList(DoubleConvolution(*pair) for pair in pairwise([3, *widths]))
        self.decoder = nn.ModuleList(_Rise(*pair) for pair in pairwise(reversed(widths)))
        self.head = nn.Conv2d(base_channels, 1, 1)

    def forward(self, images: Tensor) -> Tensor:
        """Normalised images (B, 3, H, W) to logits (B, 1, H, W)."""
        height, width = images.shape[2:]
        return self.decoded(self.encoded(images))[..., :height, :width]

    def encoded(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return the bottleneck, then the skips from the coarsest to the finest."""
        *levels, bottleneck = self.encoder
        x, skips = padded_to_multiple(images, 2 ** len(levels)), []
        for level in levels:
            skips.append(level(x))
            x = functional.max_pool2d(skips[-1], 2)
        return (bottleneck(x), *reversed(skips))

    def decoded(self, features: Sequence[Tensor]) -> Tensor:
        """Return logits of the padded image."""
        x, *skips = features
        for rise, skip in zip(self.decoder, skips, strict=True):
            x = rise(x, skip)
        logits: Tensor = self.head(x)
        return logits


def unet_tiny() -> UNet:
    """Build the smallest UNet, for tests."""
    return UNet(base_channels=8, levels=2)
