"""ConvNeXt stem: the local half of the classifier, as features at 1/16 and 1/32 of the image.

Blocks after Liu et al., "A ConvNet for the 2020s" (arXiv 2201.03545). Everything between the convolutions
is kept channels-last, so a permuted view is all a convolution needs and no block copies its input.
"""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.nets.layers.drop_path import DropPath

_KERNEL_PX = 7
_LAYER_SCALE = 1e-6
"""Initial layer scale: each block starts as the identity, so that a deep stack trains."""


class Pointwise(nn.Linear):
    """A linear map of the channels (B, H, W, C), run as a 1x1 convolution.

    The result is that of the linear map, but on a CPU the convolution library was measured 1.6 to 2 times
    faster than the matrix library, forward and backward, on processors the latter is not tuned for.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, H, W, C_out)."""
        kernel = self.weight[:, :, None, None]
        mapped = functional.conv2d(x.permute(0, 3, 1, 2), kernel, self.bias)
        return mapped.permute(0, 2, 3, 1)


class ConvNeXtBlock(nn.Module):
    """Depthwise 7x7, norm and a four times wider pointwise network, added to the input (B, H, W, C)."""

    def __init__(self, width: int, drop_path: float = 0.0) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(width, width, _KERNEL_PX, padding=_KERNEL_PX // 2, groups=width)
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.expand = Pointwise(width, 4 * width)
        self.contract = Pointwise(4 * width, width)
        self.scale = nn.Parameter(torch.full((width,), _LAYER_SCALE))
        self.drop_path = DropPath(drop_path)

    def forward(self, x: Tensor) -> Tensor:
        """Return the refined features, (B, H, W, C)."""
        y = _convolved(self.depthwise, x)
        y = self.contract(functional.gelu(self.expand(self.norm(y))))
        refined: Tensor = x + self.drop_path(self.scale * y)
        return refined


class PatchEmbedding(nn.Module):
    """Cut an image into 4x4 patches and embed each: (B, 3, S, S) to (B, S/4, S/4, C)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(3, width, kernel_size=4, stride=4)
        self.norm = nn.LayerNorm(width, eps=1e-6)

    def forward(self, images: Tensor) -> Tensor:
        """Return patch embeddings, (B, S/4, S/4, C)."""
        embedded: Tensor = self.norm(_convolved(self.convolution, images.permute(0, 2, 3, 1)))
        return embedded


class Downsampling(nn.Module):
    """Norm, then halve the grid with a 2x2 convolution; an odd grid first repeats its last row and column."""

    def __init__(self, width: int, width_out: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.convolution = nn.Conv2d(width, width_out, kernel_size=2, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, ceil(H/2), ceil(W/2), C_out)."""
        x = self.norm(x)
        height, width = x.shape[1:3]
        if height % 2 or width % 2:
            channels_first = functional.pad(
                x.permute(0, 3, 1, 2), (0, width % 2, 0, height % 2), mode="replicate"
            )
            x = channels_first.permute(0, 2, 3, 1)
        return _convolved(self.convolution, x)


class ConvNeXtStem(nn.Module):
    """Four ConvNeXt stages; the last two are the local evidence of the classifier."""

    def __init__(
        self, widths: Sequence[int], depths: Sequence[int], drop_path_rates: Sequence[float]
    ) -> None:
        super().__init__()
        rates = iter(drop_path_rates)
        self.patches = PatchEmbedding(widths[0])
        self.stages = nn.ModuleList(
            nn.Sequential(*(ConvNeXtBlock(width, next(rates)) for _ in range(depth)))
            for width, depth in zip(widths, depths, strict=True)
        )
        self.downsamplings = nn.ModuleList(
            Downsampling(width, width_out) for width, width_out in pairwise(widths)
        )

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Return the features at 1/16 and at 1/32, (B, h, w, c3) and (B, ceil(h/2), ceil(w/2), c4)."""
        x = self.stages[0](self.patches(images))
        finer = x
        for downsampling, stage in zip(self.downsamplings, list(self.stages)[1:], strict=True):
            finer, x = x, stage(downsampling(x))
        return finer, x


def _convolved(convolution: nn.Module, x: Tensor) -> Tensor:
    """Apply a channels-first convolution to channels-last features without copying them."""
    result: Tensor = convolution(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
    return result
