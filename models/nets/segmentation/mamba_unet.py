"""MambaUNet: patches, a stack of Mamba blocks and a decoder with one skip (the notebook of AIW4-MambaModels).

Differences from the notebook:
- it ends in logits. The notebook ends in a sigmoid to which loss and metrics apply another one, so that a
  threshold of one half would have marked every pixel;
- the position embedding is resized for grids other than 16x16, and images whose sides do not divide by 16 are
  padded and cut back, where the notebook takes 256x256 only.

Its README's 473,953 parameters are what a counter saw that neither enters the fused Mamba kernel nor sees a
bare parameter: the network has 3,166,049. `mamba_unet_small` is another network that truly has 473,953. Its
README's Dice belongs to a third network that is not public, and must not be quoted for this one.

The scan runs row by row in one direction: a token knows nothing of those below it, and what a map of hidden
attention says about position cannot be corrected for that.
"""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from models.nets.explainable import Mixing, tokens_of
from models.nets.layers.mamba import Mamba
from models.nets.layers.padding import padded_to_multiple
from models.nets.layers.position import PositionEmbedding
from models.nets.segmentation.outliner import Outliner

_POSITION_SIDE = 16
"""Grid the position embedding is learned on: 1/16 of a 256 px image."""

_POSITION_DEVIATION = 0.02


class _Convolved(nn.Sequential):
    """A convolution, its norm, ReLU."""

    def __init__(self, convolution: nn.Conv2d | nn.ConvTranspose2d) -> None:
        super().__init__(convolution, nn.BatchNorm2d(convolution.out_channels), nn.ReLU())


class MambaLayer(nn.Module):
    """x + dropout(Mamba(LN(x))) on tokens (B, L, C)."""

    def __init__(self, width: int, state: int, dropout: float) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.mamba = Mamba(width, state)
        self.dropout = nn.Dropout(dropout)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return the tokens with what they learned from those before them, (B, L, C)."""
        mixed: Tensor = tokens + self.dropout(self.mamba(self.norm(tokens)))
        return mixed


class MambaUNet(Outliner):
    """Lesion segmenter for images of any size.

    Args:
        width: channels of a token.
        layers: Mamba layers.
        state: states per channel of a scan.
        decoder_widths: channels after each doubling of the grid; a patch is 2 to their number, in px.
        dropout: share of a layer's output that is left out in training.
    """

    def __init__(
        self,
        width: int = 256,
        layers: int = 6,
        state: int = 16,
        decoder_widths: Sequence[int] = (128, 64, 32, 16),
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.patch_px = 2 ** len(decoder_widths)
        self.patches = _Convolved(nn.Conv2d(3, width, self.patch_px, stride=self.patch_px))
        self.skip = _Convolved(nn.Conv2d(width, width // 2, 1))
        self.position = PositionEmbedding(_POSITION_SIDE, width)
        nn.init.normal_(self.position.grid, std=_POSITION_DEVIATION)
        self.layers = nn.Sequential(*(MambaLayer(width, state, dropout) for _ in range(layers)))
        self.dropout = nn.Dropout(dropout)
        widths = (width + width // 2, *decoder_widths)
        self.decoder = nn.Sequential(
            *(_Convolved(nn.ConvTranspose2d(*pair, 2, stride=2)) for pair in pairwise(widths))
        )
        self.head = nn.Conv2d(widths[-1], 1, 1)

    def forward(self, images: Tensor) -> Tensor:
        """Normalised images (B, 3, H, W) to logits (B, 1, H, W)."""
        height, width = images.shape[2:]
        return self.decoded(self.encoded(images))[..., :height, :width]

    def encoded(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return the patches, (B, C, h, w)."""
        return (self.patches(padded_to_multiple(images, self.patch_px)),)

    def decoded(self, features: Sequence[Tensor]) -> Tensor:
        """Return logits of the padded image."""
        (patches,) = features
        joined = torch.cat([self._mixed(patches), self.skip(patches)], dim=1)
        logits: Tensor = self.head(self.decoder(joined))
        return logits

    def mixing(self, height_px: int, width_px: int) -> Mixing:
        """Return the scans of all layers; each runs in one direction only."""
        grid = (-(-height_px // self.patch_px), -(-width_px // self.patch_px))
        return tokens_of(grid, [layer.mamba for layer in self.layers if isinstance(layer, MambaLayer)])

    def _mixed(self, patches: Tensor) -> Tensor:
        """Let the patches (B, C, h, w) learn from those before them; same shape."""
        grid = patches.permute(0, 2, 3, 1)
        placed = grid + self.position(*grid.shape[1:3])
        tokens = self.dropout(self.layers(placed.flatten(1, 2)))
        mixed: Tensor = tokens.view(grid.shape).permute(0, 3, 1, 2)
        return mixed


def mamba_unet_small(dropout: float = 0.1) -> MambaUNet:
    """Build the network that truly has the 473,953 parameters claimed for the notebook's."""
    return MambaUNet(width=80, layers=6, state=8, decoder_widths=(152, 64, 16, 16), dropout=dropout)


def mamba_unet_tiny(dropout: float = 0.1) -> MambaUNet:
    """Build the smallest MambaUNet, for tests."""
    return MambaUNet(width=16, layers=2, state=4, decoder_widths=(16, 8, 8), dropout=dropout)
