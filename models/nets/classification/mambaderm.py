"""MambaDerm: a convolutional stem, selective scans over its tokens, a gate between the two, then metadata.

The block diagram of the MambaDerm repository's README (ConvNeXt stem, VMamba, local-global gate,
cross-modal attention, MLP head) with its stated widths; the scans run on the stem's 1/16 grid, and the
metadata enters as one token per feature, so that a missing value is a learned vector, not a made-up number.
"""

from collections.abc import Sequence
from typing import Any

from torch import Tensor, nn

from models.nets.classification.fused_classifier import FusedClassifier, ImageEvidence
from models.nets.classification.fusion import ContextAlone, LocalGlobalGate, MetadataFusion, ScoreHead
from models.nets.classification.initialise import draw_weights
from models.nets.classification.local_tokens import LocalTokens
from models.nets.explainable import Mixing, tokens_of
from models.nets.layers.convnext import ConvNeXtStem
from models.nets.layers.drop_path import rising_rates
from models.nets.layers.position import PositionEmbedding
from models.nets.layers.scan.hidden_attention import hidden_attention
from models.nets.layers.tabular_encoder import CATEGORY_SIZES, NUMERIC_FEATURES, TabularEncoder
from models.nets.layers.vss import VSSLayer

_POSITION_SIDE = 14
"""Grid the position embedding is learned on: 1/16 of a 224 px image."""

_PATCH_PX = 16
LARGEST_DROP_PATH = 0.1
_DROPOUT = 0.1


class StemmedMambaDerm(FusedClassifier):
    """Malignancy logit from a square lesion crop and its metadata, with a stem of any kind.

    Any image size divisible by 16 works (32 keeps the coarsest grid whole); the grid is 1/16 of the image.

    Args:
        stem: images (B, 3, S, S) to features at 1/16 and 1/32, channels last.
        stem_widths: channels of the two.
        drop_path_rates: one for each VMamba layer; without any, local tokens in their places are the context.
        has_gate: without the gate, the score is read from the context alone.
    """

    def __init__(
        self,
        stem: nn.Module,
        stem_widths: tuple[int, int],
        drop_path_rates: Sequence[float],
        *,
        has_gate: bool = True,
        width: int = 192,
        state: int = 16,
        attention_heads: int = 8,
        table_width: int = 128,
        table_layers: int = 2,
        table_heads: int = 4,
        numeric_features: int = NUMERIC_FEATURES,
        category_sizes: Sequence[int] = CATEGORY_SIZES,
        classes: int = 1,
        dropout: float = _DROPOUT,
        evidential: bool = False,
        diagnosis_labels: Sequence[int] = (),
    ) -> None:
        super().__init__()
        self.stem = stem
        self.local_tokens = LocalTokens(*stem_widths, width)
        self.position = PositionEmbedding(_POSITION_SIDE, width)
        self.context = nn.Sequential(*(VSSLayer(width, state, rate) for rate in drop_path_rates))
        self.norm_context = nn.LayerNorm(width)
        self.table = TabularEncoder(
            width,
            width=table_width,
            layers=table_layers,
            heads=table_heads,
            numeric_features=numeric_features,
            category_sizes=category_sizes,
        )
        self.gate = LocalGlobalGate(width) if has_gate else ContextAlone()
        self.fusion = MetadataFusion(width, attention_heads, dropout)
        self.head = ScoreHead(
            width, classes, dropout, evidential=evidential, diagnosis_labels=diagnosis_labels
        )
        draw_weights(self)

    def found(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return the local tokens, (B, h, w, C)."""
        return (self.local_tokens(*self.stem(images)),)

    def evidence_from(self, *found: Tensor) -> ImageEvidence:
        """Add to the local tokens what the selective scans make of the whole grid."""
        (local,) = found
        return ImageEvidence(local, self.norm_context(self.context(self.placed(local))))

    def attentive_evidence(self, images: Tensor) -> tuple[ImageEvidence, Tensor]:
        """Return the evidence, and the attention (B, h, w) hidden in the last scan."""
        local = self.local_tokens(*self.stem(images))
        if not self.has_scans:
            return self.evidence_from(local), local.new_zeros(local.shape[:3])
        before, last = self.context[:-1](self.placed(local)), self.context[-1]
        assert isinstance(last, VSSLayer)
        attention = hidden_attention(last.block.ss2d, last.block.norm(before))
        return ImageEvidence(local, self.norm_context(last(before))), attention

    @property
    def has_scans(self) -> bool:
        """Whether there is any VMamba layer."""
        return len(self.context) > 0

    def mixing(self, height_px: int, width_px: int) -> Mixing:
        """Return the scans over the local tokens."""
        scans = [layer.block.ss2d for layer in self.context if isinstance(layer, VSSLayer)]
        return tokens_of((height_px // _PATCH_PX, width_px // _PATCH_PX), scans)

    def placed(self, local: Tensor) -> Tensor:
        """Tell local tokens (B, h, w, C) where they are."""
        placed: Tensor = local + self.position(*local.shape[1:3])
        return placed


class MambaDerm(StemmedMambaDerm):
    """MambaDerm on a ConvNeXt stem; other arguments as `StemmedMambaDerm`."""

    def __init__(
        self,
        *,
        stem_widths: Sequence[int] = (96, 192, 384, 768),
        stem_depths: Sequence[int] = (3, 3, 9, 3),
        layers: int = 4,
        drop_path: float = LARGEST_DROP_PATH,
        **sizes: Any,  # noqa: ANN401  any argument of StemmedMambaDerm
    ) -> None:
        rates = rising_rates(drop_path, sum(stem_depths) + layers)
        stem = ConvNeXtStem(stem_widths, stem_depths, rates[: sum(stem_depths)])
        coarsest = (stem_widths[-2], stem_widths[-1])
        super().__init__(stem, coarsest, rates[sum(stem_depths) :], **sizes)


def mambaderm_lite(**changes: Any) -> MambaDerm:  # noqa: ANN401  any argument of MambaDerm
    """Build the variant for small machines: 12,085,569 parameters."""
    sizes: dict[str, Any] = {
        "stem_widths": (64, 128, 256, 512),
        "stem_depths": (3, 3, 6, 3),
        "width": 128,
        "layers": 2,
        "state": 8,
    }
    return MambaDerm(**sizes | changes)


def mambaderm_tiny(**changes: Any) -> MambaDerm:  # noqa: ANN401  any argument of MambaDerm
    """Build the smallest variant, for tests."""
    sizes: dict[str, Any] = {
        "stem_widths": (8, 12, 16, 24),
        "stem_depths": (1, 1, 2, 1),
        "width": 16,
        "layers": 2,
        "state": 4,
        "attention_heads": 2,
        "table_width": 16,
        "table_layers": 1,
        "table_heads": 2,
    }
    return MambaDerm(**sizes | changes)
