"""What keeps a fine-tuned model near the one it starts from, whatever it learns.

The data the base was trained on are not on a clinic's machine, so its weights, its statistics and its
answers speak for them.
"""

from pathlib import Path

import torch
from torch import Tensor, nn

from models.nets.weights import load_weights


class PullToBase:
    """The squared distance from the base's weights, for the loss.

    L2-SP (Li, Grandvalet and Davoine 2018, equation 2) without its second term: nothing is added to
    the network, so every weight has a place to be pulled to.
    """

    def __init__(self, network: nn.Module, strength: float) -> None:
        self._strength = strength
        self._base = [p.detach().clone() for p in network.parameters() if p.requires_grad]

    def __call__(self, network: nn.Module) -> Tensor:
        """Half the strength times the sum of squared differences, a scalar."""
        learned = [p for p in network.parameters() if p.requires_grad]
        squares = [
            (now - then.to(now.device)).square().sum() for now, then in zip(learned, self._base, strict=True)
        ]
        return 0.5 * self._strength * torch.stack(squares).sum()


@torch.no_grad()
def mix_with_base(network: nn.Module, base: Path, base_share: float) -> None:
    """Move every weight towards the base's by ``base_share``: 0 leaves the network as it is.

    The straight line between a model and its fine-tuned form holds networks that do well on the old
    and the new images alike (Wortsman et al. 2022, WiSE-FT, equation 1).
    """
    if base_share == 0:
        return
    tuned = {name: value.clone() for name, value in network.state_dict().items()}
    load_weights(network, base)
    for name, value in network.state_dict().items():
        if value.is_floating_point():
            value.copy_(torch.lerp(tuned[name], value, base_share))
        else:
            value.copy_(tuned[name])
