"""DermoMamba: a U-shaped lesion segmenter with cross-scale Mamba blocks.

Source: Hoang et al., Pattern Analysis and Applications 28:128 (2025), doi 10.1007/s10044-025-01506-w,
with the bottleneck made to accept any input size.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.nets.explainable import Mixing, tokens_of
from models.nets.layers.cbam import CBAM, gates_of_skips
from models.nets.layers.cross_scale import CrossScaleMamba
from models.nets.layers.pcam import PCAM
from models.nets.layers.sweep_mamba import SweepMamba
from models.nets.segmentation.outliner import Outliner


def _convolution(channels: int, out_channels: int) -> nn.Conv2d:
    return nn.Conv2d(channels, out_channels, 3, padding=1)


class ResMamba(nn.Module):
    """Cross-scale Mamba block, then a convolution with a scaled residual."""

    def __init__(self, channels: int, mamba: CrossScaleMamba, conv: nn.Module) -> None:
        super().__init__()
        self.mamba = mamba
        self.conv = conv
        self.norm = nn.InstanceNorm2d(channels, affine=True)
        self.residual_scale = nn.Parameter(torch.ones(()))

    def forward(self, x: Tensor) -> Tensor:
        """Features (B, C, H, W) to features of the same shape."""
        m = self.mamba(x)
        refined = functional.leaky_relu(self.norm(self.conv(m)), 0.01)
        mixed: Tensor = refined + self.residual_scale * m
        return mixed


class EncoderBlock(nn.Module):
    """Doubles the channels and halves the grid; keeps the full grid as skip.

    Args:
        channels: channels that come in.
        mamba: the cross-scale block at these channels.
        convolution: makes a 3x3 convolution from the numbers of channels in and out.
    """

    def __init__(
        self, channels: int, mamba: CrossScaleMamba, convolution: Callable[[int, int], nn.Module]
    ) -> None:
        super().__init__()
        self.res_mamba = ResMamba(channels, mamba, convolution(channels, channels))
        self.conv = convolution(channels, 2 * channels)
        self.norm = nn.BatchNorm2d(2 * channels)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Features (B, C, H, W) to (B, 2C, H/2, W/2) and the skip (B, 2C, H, W)."""
        skip = torch.relu(self.norm(self.conv(self.res_mamba(x))))
        return functional.max_pool2d(skip, 2), skip


class DecoderBlock(nn.Module):
    """Doubles the grid, joins the skip and halves the channels; the norm follows the activation."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.join = nn.Conv2d(2 * channels, channels, 1)
        self.conv = nn.Conv2d(channels, channels // 2, 3, padding=1)
        self.norm = nn.BatchNorm2d(channels // 2)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        """Features (B, C, h, w) and a skip (B, C, 2h, 2w) to (B, C / 2, 2h, 2w)."""
        x = functional.interpolate(x, scale_factor=2, mode="nearest")
        x = self.join(torch.cat([x, skip], dim=1))
        out: Tensor = self.norm(functional.gelu(self.conv(x)))
        return out


class DermoMamba(Outliner):
    """Lesion segmenter; input sides are multiples of 2 to the power of `stages`.

    Args:
        reference_height_px: height of the images whose bottleneck grid sizes the sweep scans.
        reference_width_px: width of the same.
        base_channels: channels of the first stage; they double at every stage.
        stages: encoder and decoder stages.
    """

    def __init__(
        self,
        reference_height_px: int = 192,
        reference_width_px: int = 256,
        base_channels: int = 16,
        stages: int = 5,
    ) -> None:
        super().__init__()
        widths = [base_channels * 2**i for i in range(stages)]
        deepest, shrink = base_channels * 2**stages, 2**stages
        self.stem = nn.Conv2d(3, base_channels, 1)
        self.encoder = nn.ModuleList(self._encoder_block(i, width) for i, width in enumerate(widths))
        self.pcam = PCAM(deepest)
        grid = (reference_height_px // shrink, reference_width_px // shrink)
        self.bottleneck = SweepMamba(deepest, grid)
        self.skip_attention = nn.ModuleList(CBAM(2 * width) for width in widths)
        self.decoder = nn.ModuleList(self._decoder_block(2 * width) for width in widths)
        self.head = nn.Conv2d(base_channels, 1, 1)

    def encoded(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return what the bottleneck reads, then the skips from the coarsest to the finest."""
        x = self.stem(images)
        skips = []
        for block in self.encoder:
            x, skip = block(x)
            skips.append(skip)
        return (self.pcam(x) + x, *reversed(skips))

    def decoded(self, features: Sequence[Tensor]) -> Tensor:
        """Return logits (B, 1, H, W)."""
        deepest, *skips = features
        x = self.bottleneck(deepest)
        stages = zip(reversed(self.decoder), reversed(self.skip_attention), skips, strict=True)
        for decode, attend, skip in stages:
            x = decode(x, attend(skip))
        logits: Tensor = self.head(x)
        return logits

    def skip_gates(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return the weights (B, h, w) that CBAM gives to the places of each skip, the coarsest first."""
        _, *skips = self.encoded(images)
        return gates_of_skips(reversed(self.skip_attention), skips)

    def mixing(self, height_px: int, width_px: int) -> Mixing:
        """Return the bottleneck's scan of the image plane."""
        shrink = 2 ** len(self.encoder)
        return tokens_of((height_px // shrink, width_px // shrink), [self.bottleneck.over_image])

    def _encoder_block(self, stage: int, channels: int) -> nn.Module:
        return EncoderBlock(channels, CrossScaleMamba(channels), _convolution)

    def _decoder_block(self, channels: int) -> nn.Module:
        return DecoderBlock(channels)


def dermomamba_tiny(reference_height_px: int = 48, reference_width_px: int = 64) -> DermoMamba:
    """DermoMamba with three narrow stages, for tests and demonstrations."""
    return DermoMamba(reference_height_px, reference_width_px, base_channels=8, stages=3)
