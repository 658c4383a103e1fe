"""MambaVision: convolutions on the fine grids, then selective scans and self-attention on the coarse ones.

Source: Hatamizadeh and Kautz, arXiv 2407.08083 (CVPR 2025); T, T2, S, B, L and L2 have exactly the parameters
of its code. 3M, 22M and 86M are the same design at the budgets of a third-party description, whose own sizes
(a flat network of 3.2, 22 and 86 million) contradict each other and whose accuracies have no source.

Differences from the original code, beside those of the mixer:
- a map smaller than a window is one window; the original fills the window up with zeros;
- attention drops nothing in evaluation.
NVIDIA's weights are for non-commercial use and are not part of this project.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.nets.classification.image_classifier import ImageClassifier
from models.nets.classification.score_layer import score_layer
from models.nets.explainable import Mixing
from models.nets.layers.attention import SelfAttention
from models.nets.layers.drop_path import DropPath, rising_rates
from models.nets.layers.vision_mixer import VisionMixer
from models.nets.layers.windows import from_windows, into_windows

_STEM_NORM_EPSILON = 1e-4
_DEVIATION = 0.02
_STATES = 8
_HALVINGS_TO_TOKENS = 4
"""Twice in the stem, once before the second and once before the third stage."""


class ConvolutionalBlock(nn.Module):
    """x + DropPath(BN(conv(GELU(BN(conv(x)))))) on features (B, C, H, W); GELU in its tanh form."""

    def __init__(self, width: int, drop_path: float) -> None:
        super().__init__()
        self.branch = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1),
            nn.BatchNorm2d(width),
            nn.GELU(approximate="tanh"),
            nn.Conv2d(width, width, 3, padding=1),
            nn.BatchNorm2d(width),
        )
        self.drop_path = DropPath(drop_path)

    def forward(self, x: Tensor) -> Tensor:
        """Return the refined features, (B, C, H, W)."""
        refined: Tensor = x + self.drop_path(self.branch(x))
        return refined


class TokenBlock(nn.Module):
    """A mixer, then a four times wider network, each behind a norm and added, on tokens (B, L, C)."""

    def __init__(self, width: int, mixer: nn.Module, layer_scale: float | None, drop_path: float) -> None:
        super().__init__()
        self.norm_mixer = nn.LayerNorm(width)
        self.mixer = mixer
        self.norm_network = nn.LayerNorm(width)
        self.expand = nn.Linear(width, 4 * width)
        self.contract = nn.Linear(4 * width, width)
        self.scale_mixer = self.scale_network = None
        if layer_scale is not None:
            self.scale_mixer = nn.Parameter(torch.full((width,), layer_scale))
            self.scale_network = nn.Parameter(torch.full((width,), layer_scale))
        self.drop_path = DropPath(drop_path)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return the refined tokens, (B, L, C)."""
        mixed = self.mixer(self.norm_mixer(tokens))
        tokens = tokens + self.drop_path(_scaled(mixed, self.scale_mixer))
        thought = self.contract(functional.gelu(self.expand(self.norm_network(tokens))))
        refined: Tensor = tokens + self.drop_path(_scaled(thought, self.scale_network))
        return refined


def _scaled(branch: Tensor, scale: Tensor | None) -> Tensor:
    return branch if scale is None else scale * branch


class _TokenStage(nn.Module):
    """Mixer blocks, then attention blocks, each within the windows of a grid (B, C, H, W)."""

    def __init__(
        self, width: int, heads: int, window: int, layer_scale: float | None, drop_paths: Sequence[float]
    ) -> None:
        super().__init__()
        self.window = window
        scanning = (len(drop_paths) + 1) // 2
        self.blocks = nn.Sequential(
            *(
                TokenBlock(
                    width,
                    VisionMixer(width, _STATES) if i < scanning else SelfAttention(width, heads),
                    layer_scale,
                    drop_path,
                )
                for i, drop_path in enumerate(drop_paths)
            )
        )

    def forward(self, x: Tensor) -> Tensor:
        height, width = x.shape[2:]
        tokens = self.blocks(into_windows(x.permute(0, 2, 3, 1), self.window))
        return from_windows(tokens, self.window, height, width).permute(0, 3, 1, 2)


class MambaVision(ImageClassifier):
    """Classifier of lesion crops of any size; every halving rounds up.

    Args:
        stem_width: channels between the two convolutions of the stem.
        width: channels of the first stage; they double at every stage.
        depths: blocks of the four stages.
        heads: attention heads of the third and the fourth stage.
        windows: sides of the windows of these stages, in cells: the whole map at 224 px.
        layer_scale: where the scales of the branches start; None leaves them out.
        classes: logits; one is that of malignancy.
        drop_path: largest rate of stochastic depth.
        evidential: say how much evidence there is for each label; see `evidence`.
        diagnosis_labels: 0 or 1 for each diagnosis to be told apart; see `diagnoses`.
    """

    def __init__(
        self,
        *,
        stem_width: int = 32,
        width: int = 80,
        depths: Sequence[int] = (1, 3, 8, 4),
        heads: Sequence[int] = (8, 16),
        windows: Sequence[int] = (14, 7),
        layer_scale: float | None = None,
        classes: int = 1,
        drop_path: float = 0.2,
        evidential: bool = False,
        diagnosis_labels: Sequence[int] = (),
    ) -> None:
        super().__init__()
        rates = rising_rates(drop_path, sum(depths))
        widths = [width * 2**stage for stage in range(len(depths))]
        self.stem = _stem(stem_width, width)
        stages: list[nn.Module] = []
        for stage, (channels, depth) in enumerate(zip(widths, depths, strict=True)):
            begin = sum(depths[:stage])
            own = rates[begin : begin + depth]
            if stage < 2:
                stages.append(nn.Sequential(*(ConvolutionalBlock(channels, rate) for rate in own)))
            else:
                stages.append(_TokenStage(channels, heads[stage - 2], windows[stage - 2], layer_scale, own))
        self.stages = nn.ModuleList(stages)
        self.halvings = nn.ModuleList(_halving(channels, 2 * channels) for channels in widths[:-1])
        self.norm = nn.BatchNorm2d(widths[-1])
        self.head = score_layer(widths[-1], classes, evidential=evidential, diagnosis_labels=diagnosis_labels)
        _draw_weights(self)

    def finer(self, images: Tensor) -> Tensor:
        """Return the third stage's features, (B, h, w, C) at 1/16 of the image."""
        x: Tensor = self.stages[0](self.stem(images))
        for halving, stage in zip(self.halvings[:-1], self.stages[1:-1], strict=True):
            x = stage(halving(x))
        return x.permute(0, 2, 3, 1)

    def coarsened(self, finer: Tensor) -> Tensor:
        """Return the last stage's normalised features, (B, h, w, C) at 1/32 of the image."""
        normed: Tensor = self.norm(self.stages[-1](self.halvings[-1](finer.permute(0, 3, 1, 2))))
        return normed.permute(0, 2, 3, 1)

    def mixing(self, height_px: int, width_px: int) -> Mixing:
        """Return the mixers and attentions of the third stage; each scan runs in one direction only."""
        height, width = height_px, width_px
        for _ in range(_HALVINGS_TO_TOKENS):
            height, width = -(-height // 2), -(-width // 2)
        stage = self.stages[-2]
        assert isinstance(stage, _TokenStage)
        layers = tuple(block.mixer for block in stage.blocks if isinstance(block, TokenBlock))
        return Mixing(layers, (height, width), stage.window)


def _halving(channels: int, out_channels: int) -> nn.Conv2d:
    return nn.Conv2d(channels, out_channels, 3, stride=2, padding=1, bias=False)


def _stem(stem_width: int, width: int) -> nn.Sequential:
    return nn.Sequential(
        _halving(3, stem_width),
        nn.BatchNorm2d(stem_width, eps=_STEM_NORM_EPSILON),
        nn.ReLU(),
        _halving(stem_width, width),
        nn.BatchNorm2d(width, eps=_STEM_NORM_EPSILON),
        nn.ReLU(),
    )


def _draw_weights(model: nn.Module) -> None:
    """Linear maps with deviation 0.02 and biases at zero; what a scan drew for itself is no linear map."""
    for module in model.modules():
        if isinstance(module, nn.Linear):
            nn.init.trunc_normal_(module.weight, std=_DEVIATION)
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def mambavision_t(**changes: Any) -> MambaVision:  # noqa: ANN401  any argument of MambaVision
    """Build T: 31,794,248 parameters with 1000 classes."""
    return MambaVision(**changes)


def mambavision_t2(**changes: Any) -> MambaVision:  # noqa: ANN401  any argument of MambaVision
    """Build T2: 35,104,008 parameters with 1000 classes."""
    sizes: dict[str, Any] = {"depths": (1, 3, 11, 4)}
    return MambaVision(**sizes | changes)


def mambavision_s(**changes: Any) -> MambaVision:  # noqa: ANN401  any argument of MambaVision
    """Build S: 50,140,584 parameters with 1000 classes."""
    sizes: dict[str, Any] = {"stem_width": 64, "width": 96, "depths": (3, 3, 7, 5)}
    return MambaVision(**sizes | changes)


_BASE: dict[str, Any] = {
    "stem_width": 64,
    "width": 128,
    "depths": (3, 3, 10, 5),
    "layer_scale": 1e-5,
    "drop_path": 0.3,
}
_LARGE: dict[str, Any] = _BASE | {"width": 196, "heads": (16, 32)}


def mambavision_b(**changes: Any) -> MambaVision:  # noqa: ANN401  any argument of MambaVision
    """Build B: 97,685,288 parameters with 1000 classes."""
    return MambaVision(**_BASE | changes)


def mambavision_l(**changes: Any) -> MambaVision:  # noqa: ANN401  any argument of MambaVision
    """Build L: 227,961,048 parameters with 1000 classes."""
    return MambaVision(**_LARGE | changes)


def mambavision_l2(**changes: Any) -> MambaVision:  # noqa: ANN401  any argument of MambaVision
    """Build L2: 241,554,824 parameters with 1000 classes."""
    return MambaVision(**_LARGE | {"depths": (3, 3, 12, 5)} | changes)


def mambavision_3m(**changes: Any) -> MambaVision:  # noqa: ANN401  any argument of MambaVision
    """Build the network for a budget of three million: 3,196,616 parameters with 1000 classes."""
    sizes: dict[str, Any] = {"width": 32, "depths": (2, 2, 5, 2), "heads": (4, 8)}
    return MambaVision(**sizes | changes)


def mambavision_22m(**changes: Any) -> MambaVision:  # noqa: ANN401  any argument of MambaVision
    """Build the network for a budget of 22 million: 22,005,896 parameters with 1000 classes."""
    sizes: dict[str, Any] = {"stem_width": 64, "depths": (2, 2, 4, 3)}
    return MambaVision(**sizes | changes)


def mambavision_86m(**changes: Any) -> MambaVision:  # noqa: ANN401  any argument of MambaVision
    """Build the network for a budget of 86 million: 86,058,792 parameters with 1000 classes."""
    sizes: dict[str, Any] = {"stem_width": 64, "width": 128, "depths": (3, 3, 6, 5), "drop_path": 0.3}
    return MambaVision(**sizes | changes)


def mambavision_tiny(**changes: Any) -> MambaVision:  # noqa: ANN401  any argument of MambaVision
    """Build the smallest variant, for tests."""
    sizes: dict[str, Any] = {"stem_width": 8, "width": 8, "depths": (1, 1, 2, 2), "heads": (2, 4)}
    return MambaVision(**sizes | changes)
