"""An evidential head: how much evidence there is for each label, and the logit that follows from it.

Source: Sensoy, Kaplan and Kandemir, arXiv 1806.01768. The MambaDerm repository's head takes the benign output
for the malignant one, so that its losses pull against each other; here malignant has index 1 everywhere.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

_LABELS = 2


class EvidentialLinear(nn.Linear):
    """A linear map to the parameters of a Dirichlet distribution over benign and malignant.

    It answers with the one logit ln(alpha_1) - ln(alpha_0), whose sigmoid is the expected probability of
    malignancy, so that a network with it is called, exported and served like any other.
    """

    def __init__(self, width: int) -> None:
        super().__init__(width, _LABELS)

    def forward(self, features: Tensor) -> Tensor:
        """Features (B, C) to the malignancy logit (B, 1)."""
        benign, malignant = self.alphas(features).log().unbind(dim=-1)
        return (malignant - benign)[:, None]

    def alphas(self, features: Tensor) -> Tensor:
        """Features (B, C) to alpha (B, 2) float32, benign and malignant, above 1: one plus the evidence."""
        return functional.softplus(super().forward(features).float()) + 1.0

    def slope(self, features: Tensor) -> Tensor:
        """How the logit changes with each of the features (B, C), same shape."""
        outputs = super().forward(features)
        rates = torch.sigmoid(outputs) / (functional.softplus(outputs) + 1.0)
        return rates * torch.tensor([-1.0, 1.0], device=outputs.device) @ self.weight


def epistemic(alphas: Tensor) -> Tensor:
    """Return K / S of alphas (..., 2): what is not known for lack of evidence, 1 at most."""
    return _LABELS / alphas.sum(dim=-1)


def aleatoric(alphas: Tensor) -> Tensor:
    """Return the entropy of alpha / S in nats, (...): what stays open however much evidence there is.

    It has another unit than `epistemic`; the two are never added.
    """
    shares = alphas / alphas.sum(dim=-1, keepdim=True)
    return -(shares * shares.log()).sum(dim=-1)
