"""ClickRefiner: redraws a boundary from the image, the present mask and all clicks so far.

Iterative training with mask guidance after Sofiiuk et al. (2021): guidance enters early, summed to the
stem of a pretrained encoder. Its last layer is zero at first, so that learning starts from what the encoder
sees in the image alone. Only convolutions, because a click is waited for and a scan is slow in ONNX Runtime.
"""

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional

from models.nets.layers.efficientnet import LITE0, STEM_CHANNELS, TINY, BlockGroup, EfficientNetLite
from models.nets.segmentation.dermomamba_efficient import DecoderBlock

GUIDANCE_CHANNELS = 3
"""The present mask, clicks that add, clicks that remove: see `models.contract.imaging.clicks`."""

_GUIDANCE_WIDTH = 16


class ClickRefiner(nn.Module):
    """Boundary from image and guidance; sides are multiples of 32.

    Args:
        groups: the encoder's inverted bottlenecks.
        bottleneck: channels at stride 32.
        decoder: channels of the decoder at the strides 16, 8, 4 and 2.
    """

    def __init__(
        self,
        *,
        groups: Sequence[BlockGroup] = LITE0,
        bottleneck: int = 256,
        decoder: Sequence[int] = (128, 96, 48, 24),
    ) -> None:
        super().__init__()
        # The names of the parts are those of DermoMambaEfficient, whose weights are a start.
        self.encoder = EfficientNetLite(groups)
        *skips, deepest = self.encoder.widths
        self.guidance = nn.Sequential(
            nn.Conv2d(GUIDANCE_CHANNELS, _GUIDANCE_WIDTH, 3, stride=2, padding=1),
            nn.GELU(),
            nn.Conv2d(_GUIDANCE_WIDTH, STEM_CHANNELS, 1),
        )
        for parameter in self.guidance[-1].parameters():
            nn.init.zeros_(parameter)
        self.reduce = nn.Conv2d(deepest, bottleneck, 1)
        joined = zip((bottleneck, *decoder), reversed(skips), decoder, strict=False)
        self.decoder = nn.ModuleList(DecoderBlock(*widths) for widths in joined)
        self.head = nn.Conv2d(decoder[-1], 1, 3, padding=1)

    @property
    def pretrained_encoder(self) -> EfficientNetLite:
        """The part that ImageNet weights exist for."""
        return self.encoder

    def forward(self, images: Tensor, guidance: Tensor) -> Tensor:
        """Normalised images (B, 3, H, W) and guidance (B, 3, H, W) of 0 or 1 to logits (B, 1, H, W)."""
        *skips, deepest = self.encoder.after_stem(self.encoder.stem(images) + self.guidance(guidance))
        x = self.reduce(deepest)
        for decode, skip in zip(self.decoder, reversed(skips), strict=True):
            x = decode(x, skip)
        doubled = functional.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
        logits: Tensor = self.head(doubled)
        return logits


def click_refiner_tiny() -> ClickRefiner:
    """Build the smallest variant, for tests."""
    return ClickRefiner(groups=TINY, bottleneck=32, decoder=(16, 16, 8, 8))
