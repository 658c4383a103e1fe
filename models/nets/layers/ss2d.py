"""SS2D: the selective scan over an image in four directions (VMamba, first generation; arXiv 2401.10166)."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.nets.layers.decisions import decided
from models.nets.layers.scan.reading import ScanReading
from models.nets.layers.scan.selective_scan import projected_scan, projected_selectivity
from models.nets.layers.scan.step_size import decay_logarithm, step_bias, step_rank, step_weight

DIRECTIONS = (0, 1, 2, 3)
"""Rows, columns, rows reversed, columns reversed: the order of the stacked parameters."""


class SS2D(nn.Module):
    """Mixes the tokens (B, H, W, d_model) of a grid along four scan directions."""

    def __init__(self, d_model: int, d_state: int = 16, expand: int = 2) -> None:
        super().__init__()
        inner, rank, count = d_model * expand, step_rank(d_model), len(DIRECTIONS)
        self.in_proj = nn.Linear(d_model, 2 * inner, bias=False)
        self.conv = nn.Conv2d(inner, inner, 3, padding=1, groups=inner)
        self.x_proj = nn.Parameter(torch.empty(count, rank + 2 * d_state, inner))
        nn.init.uniform_(self.x_proj, -(inner**-0.5), inner**-0.5)
        self.delta_weight = nn.Parameter(step_weight(count, inner, rank))
        self.delta_bias = nn.Parameter(step_bias(count, inner))
        self.a_log = nn.Parameter(decay_logarithm(count, inner, d_state))
        self.skip = nn.Parameter(torch.ones(count, inner))
        self.norm = nn.LayerNorm(inner)
        self.out_proj = nn.Linear(inner, d_model, bias=False)

    def forward(self, tokens: Tensor) -> Tensor:
        """Tokens (B, H, W, d_model) to tokens of the same shape."""
        x, gate = self.in_proj(tokens).chunk(2, dim=-1)
        y: Tensor = self.norm(self.scan(self._convolved(x)))
        mixed: Tensor = self.out_proj(y * decided(functional.silu(gate)))
        return mixed

    def reading(self, tokens: Tensor) -> ScanReading:
        """Return what is scanned for tokens (B, H, W, d_model)."""
        x = self._convolved(self.in_proj(tokens).chunk(2, dim=-1)[0])
        return self.reading_of(x)

    def reading_of(self, x: Tensor) -> ScanReading:
        """Return the same for the convolved input (B, H, W, D)."""
        return ScanReading(x, self.selectivity(x), self.delta_weight, self.delta_bias, self.a_log, DIRECTIONS)

    def scan(self, x: Tensor) -> Tensor:
        """Sum (B, H, W, D) of the four scans of the convolved input (B, H, W, D)."""
        a = -torch.exp(self.a_log.float())
        return projected_scan(x, self.x_proj, self.delta_weight, self.delta_bias, a, self.skip, DIRECTIONS)

    def selectivity(self, x: Tensor) -> Tensor:
        """Low-rank step, B and C (B, H, W, 4, R + 2N), read from the convolved input."""
        return projected_selectivity(x, self.x_proj)

    def _convolved(self, x: Tensor) -> Tensor:
        return functional.silu(self.conv(x.permute(0, 3, 1, 2))).permute(0, 2, 3, 1)
