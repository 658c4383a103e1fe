"""Fusion: gate between local and global evidence, then metadata, then the score."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.nets.classification.score_layer import score_layer
from models.nets.layers.cross_modal import CrossModalAttention


class LocalGlobalGate(nn.Module):
    """Decide per token and channel between local (1) and global (0) evidence; starts at one half."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.projection = nn.Linear(2 * width, width)

    def forward(self, local: Tensor, context: Tensor) -> Tensor:
        """Return the gate, (..., C) in [0, 1]."""
        return torch.sigmoid(self.projection(torch.cat([local, context], dim=-1)))


class ContextAlone(nn.Module):
    """Stands where a network has no gate: global evidence (0) everywhere, without parameters."""

    def forward(self, local: Tensor, _context: Tensor) -> Tensor:
        """Return zeros, (..., C)."""
        return torch.zeros_like(local)


class MetadataFusion(nn.Module):
    """Add to every image token what it learned from the metadata, and normalise: (B, L, C)."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.attention = CrossModalAttention(width, heads)
        self.dropout = nn.Dropout(dropout)
        self.norm = nn.LayerNorm(width)

    def forward(self, image_tokens: Tensor, table_tokens: Tensor) -> Tensor:
        """Return the fused tokens, (B, L, C)."""
        learned = self.attention(image_tokens, table_tokens)
        fused: Tensor = self.norm(image_tokens + self.dropout(learned))
        return fused


class ScoreHead(nn.Module):
    """Score from the mean image token (B, L, C) and the metadata's class token, the first of (B, T, C)."""

    def __init__(
        self,
        width: int,
        outputs: int,
        dropout: float,
        *,
        evidential: bool = False,
        diagnosis_labels: Sequence[int] = (),
    ) -> None:
        super().__init__()
        self.reduce = nn.Linear(2 * width, width)
        self.norm_reduce = nn.LayerNorm(width)
        self.refine = nn.Linear(width, width // 2)
        self.norm_refine = nn.LayerNorm(width // 2)
        self.score = score_layer(
            width // 2, outputs, evidential=evidential, diagnosis_labels=diagnosis_labels
        )
        self.dropout = nn.Dropout(dropout)

    def forward(self, fused_tokens: Tensor, table_tokens: Tensor) -> Tensor:
        """Return logits, (B, outputs); of diagnoses, malignancy comes before them."""
        logits: Tensor = self.score(self.read(fused_tokens, table_tokens))
        return logits

    def read(self, fused_tokens: Tensor, table_tokens: Tensor) -> Tensor:
        """Return what the score is a map of, (B, C / 2); arguments as `forward`."""
        pooled = torch.cat([fused_tokens.mean(dim=1), table_tokens[:, 0]], dim=-1)
        reduced = self.dropout(functional.gelu(self.norm_reduce(self.reduce(pooled))))
        refined: Tensor = self.dropout(functional.gelu(self.norm_refine(self.refine(reduced))))
        return refined
