"""VSS blocks: SS2D behind a norm and a residual, with or without an MLP half."""

from torch import Tensor, nn

from models.nets.layers.drop_path import DropPath
from models.nets.layers.ss2d import SS2D


class VSSBlock(nn.Module):
    """x + DropPath(SS2D(LN(x))) on tokens (B, H, W, C)."""

    def __init__(self, width: int, d_state: int = 16, drop_path: float = 0.0) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.ss2d = SS2D(width, d_state)
        self.drop_path = DropPath(drop_path)

    def forward(self, tokens: Tensor) -> Tensor:
        """Tokens (B, H, W, C) to tokens of the same shape."""
        mixed: Tensor = tokens + self.drop_path(self.ss2d(self.norm(tokens)))
        return mixed


class VSSLayer(nn.Module):
    """A VSS block followed by x + DropPath(MLP(LN(x))), the layer of the VMamba stack."""

    def __init__(self, width: int, d_state: int = 16, drop_path: float = 0.0, dropout: float = 0.0) -> None:
        super().__init__()
        self.block = VSSBlock(width, d_state, drop_path)
        self.norm = nn.LayerNorm(width)
        self.mlp = nn.Sequential(
            nn.Linear(width, 4 * width),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(4 * width, width),
            nn.Dropout(dropout),
        )
        self.drop_path = DropPath(drop_path)

    def forward(self, tokens: Tensor) -> Tensor:
        """Tokens (B, H, W, C) to tokens of the same shape."""
        tokens = self.block(tokens)
        mixed: Tensor = tokens + self.drop_path(self.mlp(self.norm(tokens)))
        return mixed
