"""The mixer of MambaVision: a selective scan of half the channels beside a plain branch.

Source: Hatamizadeh and Kautz, arXiv 2407.08083, section 3 (figure 3 and the equations of the mixer).
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.nets.layers.scan.reading import ScanReading
from models.nets.layers.scan.selective_scan import selective_scan
from models.nets.layers.scan.step_size import decay_logarithm, step_bias, step_rank, step_weight

_KERNEL = 3


class VisionMixer(nn.Module):
    """Half of the channels is scanned, the other half only convolved; both are joined, not multiplied.

    Against a Mamba block: no expansion, convolutions that look both ways, no output gate.

    Differences from the original code: the step's bias is added once (there the step projection adds it and
    the scan adds it again), and it and the step's weights keep their own first values (there a general pass
    overwrites them, and every state forgets within two tokens). The convolutions have no bias, as there.
    """

    def __init__(self, width: int, state: int = 8) -> None:
        super().__init__()
        half, rank = width // 2, step_rank(width)
        self.in_proj = nn.Linear(width, width, bias=False)
        self.conv = nn.Conv1d(half, half, _KERNEL, padding=_KERNEL // 2, groups=half, bias=False)
        self.conv_beside = nn.Conv1d(half, half, _KERNEL, padding=_KERNEL // 2, groups=half, bias=False)
        self.x_proj = nn.Linear(half, rank + 2 * state, bias=False)
        self.delta_weight = nn.Parameter(step_weight(1, half, rank))
        self.delta_bias = nn.Parameter(step_bias(1, half))
        self.a_log = nn.Parameter(decay_logarithm(1, half, state))
        self.skip = nn.Parameter(torch.ones(1, half))
        self.out_proj = nn.Linear(width, width, bias=False)

    def forward(self, tokens: Tensor) -> Tensor:
        """Tokens (B, L, C) to tokens of the same shape; the scan sees those before, the rest neighbours."""
        scanned, beside = self.in_proj(tokens).transpose(1, 2).chunk(2, dim=1)
        scanned = functional.silu(self.conv(scanned)).transpose(1, 2)
        beside = functional.silu(self.conv_beside(beside)).transpose(1, 2)
        mixed: Tensor = self.out_proj(torch.cat([self._scan(scanned), beside], dim=-1))
        return mixed

    def reading(self, tokens: Tensor) -> ScanReading:
        """Return what is scanned for tokens (B, L, C), as a grid of one row."""
        scanned = self.in_proj(tokens).transpose(1, 2).chunk(2, dim=1)[0]
        x = functional.silu(self.conv(scanned)).transpose(1, 2)
        selectivity = self.x_proj(x)[:, None, :, None]
        return ScanReading(x[:, None], selectivity, self.delta_weight, self.delta_bias, self.a_log, (0,))

    def _scan(self, x: Tensor) -> Tensor:
        selectivity = self.x_proj(x)[:, None, :, None]
        a = -torch.exp(self.a_log.float())
        grid = selective_scan(x[:, None], selectivity, self.delta_weight, self.delta_bias, a, self.skip)
        return grid[:, 0]
