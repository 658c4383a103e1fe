"""Mamba block: the causal selective scan of a sequence (Gu and Dao 2023, arXiv 2312.00752)."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.nets.layers.decisions import decided
from models.nets.layers.scan.reading import ScanReading
from models.nets.layers.scan.selective_scan import selective_scan
from models.nets.layers.scan.step_size import decay_logarithm, step_bias, step_rank, step_weight

_KERNEL = 4


class Mamba(nn.Module):
    """Mixes the tokens of a sequence (B, L, d_model); a token sees itself and those before it."""

    def __init__(self, d_model: int, d_state: int = 16, expand: int = 2) -> None:
        super().__init__()
        inner, rank = d_model * expand, step_rank(d_model)
        self.in_proj = nn.Linear(d_model, 2 * inner, bias=False)
        self.conv = nn.Conv1d(inner, inner, _KERNEL, groups=inner)
        self.x_proj = nn.Linear(inner, rank + 2 * d_state, bias=False)
        self.delta_weight = nn.Parameter(step_weight(1, inner, rank))
        self.delta_bias = nn.Parameter(step_bias(1, inner))
        self.a_log = nn.Parameter(decay_logarithm(1, inner, d_state))
        self.skip = nn.Parameter(torch.ones(1, inner))
        self.out_proj = nn.Linear(inner, d_model, bias=False)

    def forward(self, tokens: Tensor) -> Tensor:
        """Tokens (B, L, d_model) to tokens of the same shape."""
        x, gate = self.in_proj(tokens).chunk(2, dim=-1)
        mixed: Tensor = self.out_proj(self._scan(self._convolved(x)) * decided(functional.silu(gate)))
        return mixed

    def reading(self, tokens: Tensor) -> ScanReading:
        """Return what is scanned for tokens (B, L, d_model), as a grid of one row."""
        x = self._convolved(self.in_proj(tokens).chunk(2, dim=-1)[0])
        selectivity = self.x_proj(x)[:, None, :, None]
        return ScanReading(x[:, None], selectivity, self.delta_weight, self.delta_bias, self.a_log, (0,))

    def _convolved(self, x: Tensor) -> Tensor:
        padded = functional.pad(x.transpose(1, 2), (_KERNEL - 1, 0))
        return functional.silu(self.conv(padded)).transpose(1, 2)

    def _scan(self, x: Tensor) -> Tensor:
        selectivity = self.x_proj(x)[:, None, :, None]
        a = -torch.exp(self.a_log.float())
        grid = selective_scan(x[:, None], selectivity, self.delta_weight, self.delta_bias, a, self.skip)
        return grid[:, 0]
