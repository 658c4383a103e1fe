"""Batch normalisation while a network learns."""

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm


def hold_statistics(network: nn.Module) -> None:
    """Let batch normalisation use its running means and variances, and leave them as they are.

    ``network.train()`` undoes it, so it is called after that. Scales and shifts are still learned.
    """
    for module in network.modules():
        if isinstance(module, _BatchNorm):
            module.eval()
