"""MambaDerm with scans on three grids, at 1/4, 1/8 and 1/16 of the image, instead of a deep stem.

The hierarchical form of the MambaDerm repository (its later versions), with what was unsound put right:
- local evidence is pooled from the first and the second stage, before their downsampling. The repository
  takes the input of the last stage, so that its gate mixes nearly the same tensor with itself;
- four directions share one set of projections (SS2D) instead of four independent Mamba blocks;
- metadata enter as one token per feature, so that attention has something to choose from;
- no branch in frequency space (a gate per channel commutes with the Fourier transform and is a channel gate),
  no routing by data, no evidential output: none of them changes what can be learned, or none can be exported.
The number of parameters leaves room for one norm between the last stage and the gate; as in `MambaDerm` it
follows the scans, whose sums grow from layer to layer.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from torch import Tensor, nn
from torch.nn import functional

from models.nets.classification.fused_classifier import FusedClassifier, ImageEvidence
from models.nets.classification.fusion import LocalGlobalGate, MetadataFusion, ScoreHead
from models.nets.classification.initialise import draw_weights
from models.nets.explainable import Mixing, tokens_of
from models.nets.layers.attention_gates import ChannelGate, SpatialGate
from models.nets.layers.convnext import ConvNeXtBlock, PatchEmbedding
from models.nets.layers.drop_path import rising_rates
from models.nets.layers.position import PositionEmbedding
from models.nets.layers.scan.hidden_attention import hidden_attention
from models.nets.layers.tabular_encoder import CATEGORY_SIZES, NUMERIC_FEATURES, TabularEncoder
from models.nets.layers.vss import VSSLayer

_POSITION_SIDE = 56
"""Grid the position embedding is learned on: 1/4 of a 224 px image."""

_STEM_BLOCKS = 2
_SIDE_MULTIPLE_PX = 16
"""Four cells of the finest grid must make one of the coarsest: nothing is left over when they are pooled."""

_LARGEST_DROP_PATH = 0.1
_DROPOUT = 0.1


class _Stage(nn.Module):
    """Scan layers, then gates of channels and of places, on (B, H, W, C)."""

    def __init__(self, width: int, state: int, drop_paths: Sequence[float]) -> None:
        super().__init__()
        self.layers = nn.Sequential(*(VSSLayer(width, state, rate) for rate in drop_paths))
        self.channels = ChannelGate(width)
        self.places = SpatialGate()

    def forward(self, x: Tensor) -> Tensor:
        return self.weighed(self.layers(x))

    def weighed(self, x: Tensor) -> Tensor:
        """Apply the gates to what the layers gave."""
        weighed: Tensor = self.places(self.channels(x))
        return weighed

    def attentive(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the stage's output and the attention (B, H, W) hidden in its last scan."""
        before, last = self.layers[:-1](x), self.layers[-1]
        assert isinstance(last, VSSLayer)
        attention = hidden_attention(last.block.ss2d, last.block.norm(before))
        return self.weighed(last(before)), attention


class _Halving(nn.Module):
    """Depthwise 3x3 with stride 2, pointwise, norm: (B, H, W, C) to (B, H/2, W/2, C_out)."""

    def __init__(self, width: int, width_out: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(width, width, 3, stride=2, padding=1, groups=width, bias=False)
        self.pointwise = nn.Conv2d(width, width_out, 1, bias=False)
        self.norm = nn.LayerNorm(width_out)

    def forward(self, x: Tensor) -> Tensor:
        halved = self.pointwise(self.depthwise(x.permute(0, 3, 1, 2)))
        normed: Tensor = self.norm(halved.permute(0, 2, 3, 1))
        return normed


class MambaDermHierarchical(FusedClassifier):
    """Malignancy logit from a lesion crop, whose sides are multiples of 16 px, and its metadata."""

    def __init__(
        self,
        *,
        widths: Sequence[int] = (128, 256, 512),
        depths: Sequence[int] = (1, 2, 6),
        state: int = 16,
        attention_heads: int = 8,
        table_width: int = 128,
        table_layers: int = 2,
        table_heads: int = 4,
        numeric_features: int = NUMERIC_FEATURES,
        category_sizes: Sequence[int] = CATEGORY_SIZES,
        classes: int = 1,
        drop_path: float = _LARGEST_DROP_PATH,
        dropout: float = _DROPOUT,
        evidential: bool = False,
        diagnosis_labels: Sequence[int] = (),
    ) -> None:
        super().__init__()
        rates = iter(rising_rates(drop_path, _STEM_BLOCKS + sum(depths)))
        width = widths[-1]
        self.patches = PatchEmbedding(widths[0])
        self.stem = nn.Sequential(*(ConvNeXtBlock(widths[0], next(rates)) for _ in range(_STEM_BLOCKS)))
        self.position = PositionEmbedding(_POSITION_SIDE, widths[0])
        self.stages = nn.ModuleList(
            _Stage(own, state, [next(rates) for _ in range(depth)])
            for own, depth in zip(widths, depths, strict=True)
        )
        self.halvings = nn.ModuleList(_Halving(*pair) for pair in pairwise(widths))
        self.lateral = nn.ModuleList(nn.Linear(own, width) for own in widths[:-1])
        self.norm_context = nn.LayerNorm(width)
        self.table = TabularEncoder(
            width,
            width=table_width,
            layers=table_layers,
            heads=table_heads,
            numeric_features=numeric_features,
            category_sizes=category_sizes,
        )
        self.gate = LocalGlobalGate(width)
        self.fusion = MetadataFusion(width, attention_heads, dropout)
        self.head = ScoreHead(
            width, classes, dropout, evidential=evidential, diagnosis_labels=diagnosis_labels
        )
        draw_weights(self)

    def evidence_from(self, *found: Tensor) -> ImageEvidence:
        """Return local tokens and the last stage's, both at 1/16 of the image, (B, h, w, C) each."""
        local, last_input = found
        return ImageEvidence(local, self.norm_context(self.stages[-1](last_input)))

    def attentive_evidence(self, images: Tensor) -> tuple[ImageEvidence, Tensor]:
        """Return the evidence, and the attention (B, h, w) hidden in the last scan."""
        local, last_input = self.found(images)
        last = self.stages[-1]
        assert isinstance(last, _Stage)
        context, attention = last.attentive(last_input)
        return ImageEvidence(local, self.norm_context(context)), attention

    def mixing(self, height_px: int, width_px: int) -> Mixing:
        """Return the scans of the last stage."""
        stage = self.stages[-1]
        assert isinstance(stage, _Stage)
        scans = [layer.block.ss2d for layer in stage.layers if isinstance(layer, VSSLayer)]
        return tokens_of((height_px // _SIDE_MULTIPLE_PX, width_px // _SIDE_MULTIPLE_PX), scans)

    def found(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Return what all stages but the last see, on the coarsest grid, and the input of the last."""
        _check_sides(images)
        x = self.stem(self.patches(images))
        x = x + self.position(*x.shape[1:3])
        cells = 2 ** len(self.halvings)
        pooled = []
        for stage, halving, lateral in zip(list(self.stages)[:-1], self.halvings, self.lateral, strict=True):
            x = stage(x)
            pooled.append(lateral(_pooled(x, cells)))
            x, cells = halving(x), cells // 2
        local = pooled[0]
        for finer in pooled[1:]:
            local = local + finer
        return local, x


def _check_sides(images: Tensor) -> None:
    height, width = images.shape[2:]
    if height % _SIDE_MULTIPLE_PX or width % _SIDE_MULTIPLE_PX:
        raise ValueError(
            "The hierarchical MambaDerm reads images whose sides are multiples of "
            f"{_SIDE_MULTIPLE_PX} px, not {height}x{width}."
        )


def _pooled(x: Tensor, cells: int) -> Tensor:
    """Mean of squares of ``cells`` x ``cells``, (B, H, W, C)."""
    return functional.avg_pool2d(x.permute(0, 3, 1, 2), cells).permute(0, 2, 3, 1)


def mambaderm_hierarchical(**changes: Any) -> MambaDermHierarchical:  # noqa: ANN401  any argument of the class
    """Build the full size: 31,271,191 parameters."""
    return MambaDermHierarchical(**changes)


def mambaderm_hierarchical_lite(**changes: Any) -> MambaDermHierarchical:  # noqa: ANN401  as above
    """Build the variant for small machines: 11,850,203 parameters."""
    sizes: dict[str, Any] = {"widths": (96, 192, 384), "depths": (2, 3, 3)}
    return MambaDermHierarchical(**sizes | changes)


def mambaderm_hierarchical_tiny(**changes: Any) -> MambaDermHierarchical:  # noqa: ANN401  as above
    """Build the smallest variant, for tests."""
    sizes: dict[str, Any] = {
        "widths": (8, 16, 24),
        "depths": (1, 1, 1),
        "state": 4,
        "attention_heads": 2,
        "table_width": 16,
        "table_layers": 1,
        "table_heads": 2,
    }
    return MambaDermHierarchical(**sizes | changes)
