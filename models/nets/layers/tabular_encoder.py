"""Tabular encoder: one token per metadata feature, each missing feature with a learned token of its own.

After the feature tokenizer of Gorishniy et al., "Revisiting Deep Learning Models for Tabular Data" (arXiv
2106.11959), with two differences: a missing value has a learned vector instead of an imputed number, and
index 0 of a category means missing. Numbers arrive in raw units; mean and deviation of the training fold
travel with the model as buffers.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.nets.layers.attention import attended

NUMERIC_FEATURES = 35
CATEGORY_SIZES = (3, 6, 3, 22, 9, 8)
"""Values of each categorical feature plus one for missing, in the order of models.contract.lesion.tabular."""

_STANDARDISED_LIMIT = 6.0
"""Beyond six deviations a value says only "extreme"; unlimited, one typing error could rule the score."""

_SMALLEST_DEVIATION = 1e-6


class FeatureTokens(nn.Module):
    """Embed raw metadata as tokens: a class token, one per numeric feature, one per categorical feature."""

    numeric_mean: Tensor
    numeric_std: Tensor
    category_offsets: Tensor

    def __init__(self, width: int, numeric_features: int, category_sizes: Sequence[int]) -> None:
        super().__init__()
        self.class_token = nn.Parameter(torch.zeros(width))
        self.slope = nn.Parameter(torch.zeros(numeric_features, width))
        self.bias = nn.Parameter(torch.zeros(numeric_features, width))
        self.missing = nn.Parameter(torch.zeros(numeric_features, width))
        self.categories = nn.Embedding(sum(category_sizes), width)
        offsets = torch.tensor([0, *category_sizes[:-1]]).cumsum(0)
        self.register_buffer("category_offsets", offsets, persistent=False)
        self.register_buffer("numeric_mean", torch.zeros(numeric_features))
        self.register_buffer("numeric_std", torch.ones(numeric_features))

    def forward(self, numeric: Tensor, categorical: Tensor) -> Tensor:
        """Return tokens (B, 1 + numeric + categorical, C); NaN and index 0 are missing."""
        self._check_counts(numeric, categorical)
        is_missing = torch.isnan(numeric)
        standardised = self._standardised(torch.where(is_missing, self.numeric_mean, numeric))
        present = standardised.unsqueeze(-1) * self.slope + self.bias
        numbers = torch.where(is_missing.unsqueeze(-1), self.missing, present)
        words = self.categories(categorical + self.category_offsets)
        leading = self.class_token.expand(numeric.shape[0], 1, -1)
        return torch.cat([leading, numbers, words], dim=1)

    def _standardised(self, numeric: Tensor) -> Tensor:
        deviation = self.numeric_std.clamp(min=_SMALLEST_DEVIATION)
        limit = _STANDARDISED_LIMIT
        return ((numeric - self.numeric_mean) / deviation).clamp(-limit, limit)

    def _check_counts(self, numeric: Tensor, categorical: Tensor) -> None:
        """Refuse a wrong number of columns: a shifted column would be read as another feature."""
        expected = (self.slope.shape[0], self.category_offsets.shape[0])
        given = (numeric.shape[1], categorical.shape[1])
        if given != expected:
            raise ValueError(
                f"The metadata has {given[0]} numeric and {given[1]} categorical features; "
                f"this model takes {expected[0]} and {expected[1]}."
            )


class SelfAttentionLayer(nn.Module):
    """Pre-norm transformer layer over a short sequence: attention, then a four times wider network."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm_attention = nn.LayerNorm(width)
        self.query_key_value = nn.Linear(width, 3 * width)
        self.output = nn.Linear(width, width)
        self.norm_network = nn.LayerNorm(width)
        self.expand = nn.Linear(width, 4 * width)
        self.contract = nn.Linear(4 * width, width)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return the refined tokens, (B, T, C)."""
        packed = self.query_key_value(self.norm_attention(tokens))
        tokens = tokens + self.output(attended(packed, self.heads))
        refined: Tensor = tokens + self.contract(functional.gelu(self.expand(self.norm_network(tokens))))
        return refined


class TabularEncoder(nn.Module):
    """Metadata as tokens of the image network's width; token 0 summarises the table."""

    def __init__(
        self,
        width_out: int,
        *,
        width: int = 128,
        layers: int = 2,
        heads: int = 4,
        numeric_features: int = NUMERIC_FEATURES,
        category_sizes: Sequence[int] = CATEGORY_SIZES,
    ) -> None:
        super().__init__()
        self.features = FeatureTokens(width, numeric_features, category_sizes)
        self.layers = nn.Sequential(*(SelfAttentionLayer(width, heads) for _ in range(layers)))
        self.norm = nn.LayerNorm(width)
        self.projection = nn.Linear(width, width_out)

    def forward(self, numeric: Tensor, categorical: Tensor) -> Tensor:
        """Return tokens (B, 1 + numeric + categorical, width_out)."""
        tokens: Tensor = self.projection(self.norm(self.layers(self.features(numeric, categorical))))
        return tokens
