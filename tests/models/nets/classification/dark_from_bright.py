"""A few steps of training, in which a score network learns to tell dark images from bright ones."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

_STEPS = 30


def loss_after_a_few_steps(network: nn.Module, make_batch: Callable[..., tuple[Tensor, ...]]) -> float:
    """The loss of the last step; the network keeps its gradients."""
    _, numeric, categorical = make_batch(samples=8, side_px=32)
    target = torch.tensor([[0.0], [1.0]] * 4)
    images = (target * 2 - 1).view(8, 1, 1, 1).expand(8, 3, 32, 32) + 0.1 * torch.randn(8, 3, 32, 32)
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-2)
    loss = torch.zeros(())
    for _ in range(_STEPS):
        optimiser.zero_grad()
        loss = functional.binary_cross_entropy_with_logits(network(images, numeric, categorical), target)
        loss.backward()  # type: ignore[no-untyped-call]  # torch does not type it
        optimiser.step()
    return loss.item()
