"""Cross-modal attention: every image token asks the metadata tokens.

The keys are one token per feature. (With a single pooled table token the softmax would run over one
element, be 1 everywhere, and the attention would be a constant added to the image.)
"""

from torch import Tensor, nn


class CrossModalAttention(nn.Module):
    """Multi-head attention of image tokens (B, L, C) to metadata tokens (B, T, C), pre-norm on both sides."""

    def __init__(self, width: int, heads: int = 8) -> None:
        super().__init__()
        self.heads = heads
        self.norm_image = nn.LayerNorm(width)
        self.norm_table = nn.LayerNorm(width)
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)
        self.output = nn.Linear(width, width)

    def forward(self, image_tokens: Tensor, table_tokens: Tensor) -> Tensor:
        """Return what each image token learned from the metadata, (B, L, C)."""
        table = self.norm_table(table_tokens)
        return self.gathered(self.weights(image_tokens, table), table)

    def weights(self, image_tokens: Tensor, normed_table: Tensor) -> Tensor:
        """Return how much each image token attends to each metadata token, (B, heads, L, T)."""
        query = self._by_head(self.query(self.norm_image(image_tokens)))
        key = self._by_head(self.key(normed_table))
        scale = query.shape[-1] ** -0.5
        weights: Tensor = (query * scale @ key.transpose(-1, -2)).softmax(dim=-1)
        return weights

    def gathered(self, weights: Tensor, normed_table: Tensor) -> Tensor:
        """Return the metadata values mixed by ``weights``, (B, L, C)."""
        mixed = weights @ self._by_head(self.value(normed_table))
        gathered: Tensor = self.output(mixed.transpose(1, 2).flatten(2))
        return gathered

    def _by_head(self, tokens: Tensor) -> Tensor:
        length, width = tokens.shape[1:]
        return tokens.view(-1, length, self.heads, width // self.heads).transpose(1, 2)
