"""DermoMamba with the same wiring and a fifth of the parameters, for a small cost per image.

Against DermoMamba: separable 3x3 convolutions, additive instead of concatenated skips, 8 states per scan
in the encoder, and scans on a coarser grid in the first three stages.
"""

from torch import Tensor, nn
from torch.nn import functional

from models.nets.layers.cross_scale import CrossScaleMamba
from models.nets.segmentation.dermomamba import DermoMamba, EncoderBlock

_STATES = 8
_POOLING = (4, 2, 2)
"""How much coarser the scans' grid is, stage by stage; 1 from there on."""


class SeparableConv(nn.Sequential):
    """Depthwise 3x3 without bias, then pointwise with bias."""

    def __init__(self, channels: int, out_channels: int) -> None:
        super().__init__(
            nn.Conv2d(channels, channels, 3, padding=1, groups=channels, bias=False),
            nn.Conv2d(channels, out_channels, 1),
        )


class _AdditiveDecoderBlock(nn.Module):
    """Halves the channels of input and skip, adds them on the skip's grid and refines."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        half = channels // 2
        self.narrow = nn.Conv2d(channels, half, 1)
        self.narrow_skip = nn.Conv2d(channels, half, 1, bias=False)
        self.conv = SeparableConv(half, half)
        self.norm = nn.BatchNorm2d(half)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        wide = functional.interpolate(self.narrow(x), scale_factor=2, mode="bilinear", align_corners=False)
        joined = functional.gelu(wide + self.narrow_skip(skip))
        out: Tensor = self.norm(functional.gelu(self.conv(joined)))
        return out


class DermoMambaLean(DermoMamba):
    """Lesion segmenter of about one million parameters; arguments and sizes as `DermoMamba`."""

    def _encoder_block(self, stage: int, channels: int) -> nn.Module:
        pooling = _POOLING[stage] if stage < len(_POOLING) else 1
        return EncoderBlock(channels, CrossScaleMamba(channels, _STATES, pooling), SeparableConv)

    def _decoder_block(self, channels: int) -> nn.Module:
        return _AdditiveDecoderBlock(channels)
