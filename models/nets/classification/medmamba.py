"""MedMamba: halves of the channels go through convolutions and through selective scans, then are shuffled.

Source: Yue and Li, arXiv 2403.03849, the later version with SS-Conv-SSM blocks, and its original code.
The paper's parameter counts are those of 12 (S) and 16 (B) blocks in the third stage with 1000 classes; the
published script has 8 and 12. The names without addition have the paper's depths, as its results do, those
with ``_code`` the script's.

Differences from the original code:
- a grid with an odd side repeats its last row or column before it is halved; the original drops it. Both are
  the same where the sides of the image are multiples of 32;
- first weights are drawn once and never those of a scan's step.
There is no norm before the mean, so features grow large in deep variants: clip the gradient.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.nets.classification.image_classifier import ImageClassifier
from models.nets.classification.score_layer import score_layer
from models.nets.explainable import Mixing, tokens_of
from models.nets.layers.drop_path import DropPath, rising_rates
from models.nets.layers.ss2d import SS2D

_PATCH_PX = 4
_DEVIATION = 0.02
_LARGEST_DROP_PATH = 0.1


class ConvScanBlock(nn.Module):
    """SS-Conv-SSM: x + shuffle(convolutions of the left channels, SS2D of the right ones), (B, H, W, C)."""

    def __init__(self, width: int, state: int, drop_path: float) -> None:
        super().__init__()
        half = width // 2
        self.norm = nn.LayerNorm(half)
        self.ss2d = SS2D(half, state)
        self.drop_path = DropPath(drop_path)
        self.convolutions = nn.Sequential(
            nn.BatchNorm2d(half),
            nn.Conv2d(half, half, 3, padding=1),
            nn.BatchNorm2d(half),
            nn.ReLU(),
            nn.Conv2d(half, half, 3, padding=1),
            nn.BatchNorm2d(half),
            nn.ReLU(),
            nn.Conv2d(half, half, 1),
            nn.ReLU(),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return the refined features, (B, H, W, C)."""
        left, right = x.chunk(2, dim=-1)
        left = self.convolutions(left.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        right = self.drop_path(self.ss2d(self.norm(right)))
        return x + shuffled(left, right)


def shuffled(left: Tensor, right: Tensor) -> Tensor:
    """Interleave two halves (..., C) channel by channel, left first, (..., 2C)."""
    return torch.stack([left, right], dim=-1).flatten(-2)


class PatchMerging(nn.Module):
    """Halve the grid: four neighbours become one token of twice the width."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(4 * width)
        self.reduce = nn.Linear(4 * width, 2 * width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Features (B, H, W, C) to (B, ceil(H/2), ceil(W/2), 2C)."""
        merged: Tensor = self.reduce(self.norm(neighbours(x)))
        return merged


def neighbours(x: Tensor) -> Tensor:
    """Bring 2x2 cells (B, H, W, C) side by side: left upper, left lower, right upper, right lower."""
    height, width = x.shape[1:3]
    if height % 2 or width % 2:
        grown = functional.pad(x.permute(0, 3, 1, 2), (0, width % 2, 0, height % 2), mode="replicate")
        x = grown.permute(0, 2, 3, 1)
    cells = [x[:, row::2, column::2] for row, column in ((0, 0), (1, 0), (0, 1), (1, 1))]
    return torch.cat(cells, dim=-1)


class MedMamba(ImageClassifier):
    """Classifier of lesion crops whose sides are multiples of 4 px.

    Args:
        widths: channels of the four stages; each is twice the one before.
        depths: blocks of each stage.
        state: states per channel of a scan.
        classes: logits; one is that of malignancy.
        drop_path: largest rate of stochastic depth.
        evidential: say how much evidence there is for each label; see `evidence`.
        diagnosis_labels: 0 or 1 for each diagnosis to be told apart; see `diagnoses`.
    """

    def __init__(
        self,
        *,
        widths: Sequence[int] = (96, 192, 384, 768),
        depths: Sequence[int] = (2, 2, 4, 2),
        state: int = 16,
        classes: int = 1,
        drop_path: float = _LARGEST_DROP_PATH,
        evidential: bool = False,
        diagnosis_labels: Sequence[int] = (),
    ) -> None:
        super().__init__()
        if any(wide != 2 * narrow for narrow, wide in pairwise(widths)):
            raise ValueError(f"Each stage of MedMamba is twice as wide as the one before, not {widths}.")
        rates = iter(rising_rates(drop_path, sum(depths)))
        self.patches = nn.Conv2d(3, widths[0], _PATCH_PX, stride=_PATCH_PX)
        self.norm_patches = nn.LayerNorm(widths[0])
        self.stages = nn.ModuleList(
            nn.Sequential(*(ConvScanBlock(width, state, next(rates)) for _ in range(depth)))
            for width, depth in zip(widths, depths, strict=True)
        )
        self.mergings = nn.ModuleList(PatchMerging(width) for width in widths[:-1])
        self.head = score_layer(widths[-1], classes, evidential=evidential, diagnosis_labels=diagnosis_labels)
        _draw_weights(self)

    def finer(self, images: Tensor) -> Tensor:
        """Return the third stage's features, (B, h, w, C) at 1/16 of the image."""
        height, width = images.shape[2:]
        if height % _PATCH_PX or width % _PATCH_PX:
            raise ValueError(
                f"MedMamba reads images whose sides are multiples of {_PATCH_PX} px, not {height}x{width}."
            )
        patches = self.norm_patches(self.patches(images).permute(0, 2, 3, 1))
        x: Tensor = self.stages[0](patches)
        for merging, stage in zip(self.mergings[:-1], self.stages[1:-1], strict=True):
            x = stage(merging(x))
        return x

    def coarsened(self, finer: Tensor) -> Tensor:
        """Return the last stage's features, (B, h, w, C) at 1/32 of the image."""
        features: Tensor = self.stages[-1](self.mergings[-1](finer))
        return features

    def mixing(self, height_px: int, width_px: int) -> Mixing:
        """Return the scans of the third stage; beside them, half of the channels passes convolutions."""
        grid = (height_px // _PATCH_PX, width_px // _PATCH_PX)
        for _ in self.stages[2:]:
            grid = (-(-grid[0] // 2), -(-grid[1] // 2))
        blocks = self.stages[-2].children()
        return tokens_of(grid, [block.ss2d for block in blocks if isinstance(block, ConvScanBlock)])


def _draw_weights(model: nn.Module) -> None:
    """Linear maps with deviation 0.02, convolutions after Kaiming (fan out); as the original code.

    Steps and decays of the scans are plain parameters, which this walk never touches.
    """
    for module in model.modules():
        if isinstance(module, nn.Linear):
            nn.init.trunc_normal_(module.weight, std=_DEVIATION)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")


_BASE_WIDTHS = (128, 256, 512, 1024)


def medmamba_t(**changes: Any) -> MedMamba:  # noqa: ANN401  any argument of MedMamba
    """Build T: 14,457,991 parameters with 7 classes; the depths of paper and script are the same."""
    return MedMamba(**changes)


def medmamba_s(**changes: Any) -> MedMamba:  # noqa: ANN401  any argument of MedMamba
    """Build S as the paper counts it: 22,793,863 parameters with 7 classes."""
    sizes: dict[str, Any] = {"depths": (2, 2, 12, 2)}
    return MedMamba(**sizes | changes)


def medmamba_s_code(**changes: Any) -> MedMamba:  # noqa: ANN401  any argument of MedMamba
    """Build S as the published script does: 18,625,927 parameters with 7 classes."""
    sizes: dict[str, Any] = {"depths": (2, 2, 8, 2)}
    return MedMamba(**sizes | changes)


def medmamba_b(**changes: Any) -> MedMamba:  # noqa: ANN401  any argument of MedMamba
    """Build B as the paper counts it: 47,127,047 parameters with 7 classes."""
    sizes: dict[str, Any] = {"widths": _BASE_WIDTHS, "depths": (2, 2, 16, 2)}
    return MedMamba(**sizes | changes)


def medmamba_b_code(**changes: Any) -> MedMamba:  # noqa: ANN401  any argument of MedMamba
    """Build B as the published script does: 39,865,863 parameters with 7 classes."""
    sizes: dict[str, Any] = {"widths": _BASE_WIDTHS, "depths": (2, 2, 12, 2)}
    return MedMamba(**sizes | changes)


def medmamba_tiny(**changes: Any) -> MedMamba:  # noqa: ANN401  any argument of MedMamba
    """Build the smallest variant, for tests."""
    sizes: dict[str, Any] = {"widths": (8, 16, 32, 64), "depths": (1, 1, 1, 1), "state": 4}
    return MedMamba(**sizes | changes)
