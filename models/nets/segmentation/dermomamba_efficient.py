"""DermoMamba on a pretrained encoder, EfficientNet-Lite.

Against `dermomamba`: the encoder starts from ImageNet, the cross-scale blocks work on its skips at 1/4,
1/8 and 1/16, the join of a decoder block is made before the grid is doubled (the same sum, a quarter of the
cost), and the last doubling only interpolates features. A second head maps dermoscopic structures, and a
third answer says whether the frame is one to outline at all.
"""

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional

from models.nets.explainable import Mixing, tokens_of
from models.nets.layers.cbam import CBAM, gates_of_skips
from models.nets.layers.cross_scale import CrossScaleMamba
from models.nets.layers.efficientnet import LITE0, TINY, BlockGroup, EfficientNetLite
from models.nets.layers.padding import padded_to_multiple
from models.nets.layers.pcam import PCAM
from models.nets.layers.suitability import FrameSuitability, pooled_levels
from models.nets.layers.sweep_mamba import SweepMamba
from models.nets.segmentation.dermomamba import ResMamba
from models.nets.segmentation.outliner import Outliner

STRUCTURES_ANSWER, SUITABILITY_ANSWER = "structures", "suitability"
"""Names of the further answers, beside the logits."""

STRUCTURE_COUNT = 5
"""Globules, milia-like cysts, negative network, pigment network, streaks: in alphabetical order."""

STRUCTURE_STRIDE = 4
"""How much coarser than the image the maps of structures are."""

_SHRINK = 32
_STATES = 8


class DecoderBlock(nn.Module):
    """Doubles the grid, joins the skip and refines; the norm follows the activation."""

    def __init__(self, channels: int, skip_channels: int, out_channels: int) -> None:
        super().__init__()
        self.join = nn.Conv2d(channels, out_channels, 1)
        self.join_skip = nn.Conv2d(skip_channels, out_channels, 1, bias=False)
        self.conv = nn.Conv2d(out_channels, out_channels, 3, padding=1)
        self.norm = nn.BatchNorm2d(out_channels)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        """Features (B, C, h, w) and a skip (B, C', 2h, 2w) to (B, C'', 2h, 2w)."""
        doubled = functional.interpolate(self.join(x), scale_factor=2, mode="nearest")
        out: Tensor = self.norm(functional.gelu(self.conv(doubled + self.join_skip(skip))))
        return out


class DermoMambaEfficient(Outliner):
    """Lesion segmenter with maps of structures; sides that are no multiples of 32 are padded.

    Args:
        reference_height_px: height of the images whose bottleneck grid sizes the sweep scans.
        reference_width_px: width of the same.
        groups: the encoder's inverted bottlenecks.
        bottleneck: channels of the bottleneck, a multiple of 8.
        decoder: channels of the decoder at the strides 16, 8, 4 and 2.
    """

    def __init__(
        self,
        reference_height_px: int = 192,
        reference_width_px: int = 256,
        *,
        groups: Sequence[BlockGroup] = LITE0,
        bottleneck: int = 256,
        decoder: Sequence[int] = (128, 96, 48, 24),
    ) -> None:
        super().__init__()
        self.encoder = EfficientNetLite(groups)
        *skips, deepest = self.encoder.widths
        grid = (reference_height_px // _SHRINK, reference_width_px // _SHRINK)
        self.reduce = nn.Conv2d(deepest, bottleneck, 1)
        self.pcam = PCAM(bottleneck)
        self.bottleneck = SweepMamba(bottleneck, grid)
        self.skip_mamba = nn.ModuleList(_mamba(width) for width in skips[1:])
        self.skip_attention = nn.ModuleList(CBAM(width) for width in skips)
        joined = zip((bottleneck, *decoder), reversed(skips), decoder, strict=False)
        self.decoder = nn.ModuleList(DecoderBlock(*widths) for widths in joined)
        self.head = nn.Conv2d(decoder[-1], 1, 3, padding=1)
        self.structure_head = nn.Sequential(
            nn.Conv2d(decoder[2], decoder[2], 3, padding=1),
            nn.GELU(),
            nn.BatchNorm2d(decoder[2]),
            nn.Conv2d(decoder[2], STRUCTURE_COUNT, 1),
        )
        self.suitability = FrameSuitability(sum(self.encoder.widths[2:]))

    @property
    def answer_names(self) -> tuple[str, ...]:
        """Logits of the lesion, logits of the structures, and how suitable the frame is."""
        return ("logits", STRUCTURES_ANSWER, SUITABILITY_ANSWER)

    def answers(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return logits (B, 1, H, W), structures (B, 5, H / 4, W / 4) and suitability (B, 2)."""
        levels = self._levels(images)
        logits, structures = self._mapped(self._prepared(levels), images.shape)
        return logits, structures, self.suitability(pooled_levels(levels[2:]))

    def frame_features(self, images: Tensor) -> Tensor:
        """Return what suitability is read from, (B, C)."""
        return pooled_levels(self._levels(images)[2:])

    @property
    def pretrained_encoder(self) -> EfficientNetLite:
        """The part that ImageNet weights exist for."""
        return self.encoder

    def forward(self, images: Tensor) -> Tensor:
        """Normalised images (B, 3, H, W) to logits (B, 1, H, W)."""
        height, width = images.shape[2:]
        return super().forward(images)[..., :height, :width]

    def encoded(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return what the bottleneck reads, then the skips from the coarsest to the finest."""
        return self._prepared(self._levels(images))

    def _levels(self, images: Tensor) -> tuple[Tensor, ...]:
        levels: tuple[Tensor, ...] = self.encoder(padded_to_multiple(images, _SHRINK))
        return levels

    def _mapped(self, features: Sequence[Tensor], shape: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Logits of lesion and structures, cut to images of this shape."""
        height, width = shape[2:]
        decoded = self._decoded_levels(features)
        structures: Tensor = self.structure_head(decoded[-2])
        rows, columns = -(-height // STRUCTURE_STRIDE), -(-width // STRUCTURE_STRIDE)
        return self._outlined(decoded[-1])[..., :height, :width], structures[..., :rows, :columns]

    def _prepared(self, levels: Sequence[Tensor]) -> tuple[Tensor, ...]:
        finest, *skips, deepest = levels
        mixed = [mamba(skip) for mamba, skip in zip(self.skip_mamba, skips, strict=True)]
        reduced = self.reduce(deepest)
        return (self.pcam(reduced) + reduced, *reversed(mixed), finest)

    def decoded(self, features: Sequence[Tensor]) -> Tensor:
        """Return logits (B, 1, H', W') of the grid that both sides were padded to, multiples of 32."""
        return self._outlined(self._decoded_levels(features)[-1])

    def with_structures(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits of the lesion (B, 1, H, W) and of five structures (B, 5, H / 4, W / 4)."""
        return self._mapped(self.encoded(images), images.shape)

    def skip_gates(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return the weights (B, h, w) that CBAM gives to the places of each skip, the coarsest first."""
        _, *skips = self.encoded(images)
        return gates_of_skips(reversed(self.skip_attention), skips)

    def mixing(self, height_px: int, width_px: int) -> Mixing:
        """Return the bottleneck's scan of the image plane."""
        grid = (-(-height_px // _SHRINK), -(-width_px // _SHRINK))
        return tokens_of(grid, [self.bottleneck.over_image])

    def _decoded_levels(self, features: Sequence[Tensor]) -> list[Tensor]:
        """Features of the decoder at the strides 16, 8, 4 and 2."""
        deepest, *skips = features
        x = self.bottleneck(deepest)
        levels = []
        for decode, attend, skip in zip(self.decoder, reversed(self.skip_attention), skips, strict=True):
            x = decode(x, attend(skip))
            levels.append(x)
        return levels

    def _outlined(self, finest: Tensor) -> Tensor:
        doubled = functional.interpolate(finest, scale_factor=2, mode="bilinear", align_corners=False)
        logits: Tensor = self.head(doubled)
        return logits


def _mamba(channels: int) -> ResMamba:
    mamba = CrossScaleMamba(channels, _STATES)
    return ResMamba(channels, mamba, nn.Conv2d(channels, channels, 3, padding=1))


def dermomamba_efficient_tiny(
    reference_height_px: int = 64, reference_width_px: int = 64
) -> DermoMambaEfficient:
    """Build the smallest variant, for tests and demonstrations."""
    return DermoMambaEfficient(
        reference_height_px, reference_width_px, groups=TINY, bottleneck=32, decoder=(16, 16, 8, 8)
    )
