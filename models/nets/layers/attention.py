"""Self-attention of a sequence of tokens (Vaswani et al. 2017, arXiv 1706.03762)."""

from torch import Tensor, nn
from torch.nn import functional


class SelfAttention(nn.Module):
    """Multi-head attention of tokens (B, L, C) to one another; nothing is dropped."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        if width % heads:
            raise ValueError(f"A width of {width} cannot be shared by {heads} heads; choose a divisor of it.")
        self.heads = heads
        self.query_key_value = nn.Linear(width, 3 * width)
        self.output = nn.Linear(width, width)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return what each token learned from all, (B, L, C)."""
        learned: Tensor = self.output(attended(self.query_key_value(tokens), self.heads))
        return learned

    def weights(self, tokens: Tensor) -> Tensor:
        """Return how much each token attends to each, (B, heads, L, L); rows sum to one."""
        query, key, _ = _by_head(self.query_key_value(tokens), self.heads)
        likeness: Tensor = query * query.shape[-1] ** -0.5 @ key.transpose(-1, -2)
        return likeness.softmax(dim=-1)


def attended(query_key_value: Tensor, heads: int) -> Tensor:
    """Mix values by the likeness of queries and keys, head by head: (B, L, 3C) to (B, L, C)."""
    length, width = query_key_value.shape[1], query_key_value.shape[2] // 3
    mixed = functional.scaled_dot_product_attention(*_by_head(query_key_value, heads))
    return mixed.transpose(1, 2).reshape(-1, length, width)


def _by_head(query_key_value: Tensor, heads: int) -> tuple[Tensor, Tensor, Tensor]:
    """Split (B, L, 3C) into queries, keys and values, (B, heads, L, C / heads) each."""
    length, width = query_key_value.shape[1], query_key_value.shape[2] // 3
    by_head = query_key_value.view(-1, length, 3, heads, width // heads)
    query, key, value = by_head.permute(2, 0, 3, 1, 4).unbind(0)
    return query, key, value
