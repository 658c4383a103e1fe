"""A head that tells diagnoses apart, and the one logit of malignancy that follows from them.

Everything else (thresholds, calibration, overlays) reads malignancy alone, so that a network with this head
is called, exported and served like any other.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class DiagnosisLinear(nn.Linear):
    """A linear map to one logit per diagnosis, K in all, some of them malignant.

    It answers with the logit of malignancy in front of them: logsumexp(malignant) - logsumexp(benign), whose
    sigmoid is the malignant ones' share of the softmax over all.
    """

    malignant: Tensor
    benign: Tensor
    """Places of the diagnoses of each kind, int64."""

    def __init__(self, width: int, labels: Sequence[int]) -> None:
        super().__init__(width, len(labels))
        malignant = [place for place, label in enumerate(labels) if label == 1]
        benign = [place for place, label in enumerate(labels) if label == 0]
        # Buffers, so that they lie where the logits are; they follow from the labels and are not saved.
        self.register_buffer("malignant", torch.tensor(malignant), persistent=False)
        self.register_buffer("benign", torch.tensor(benign), persistent=False)
        if not malignant or not benign or len(malignant) + len(benign) < len(labels):
            raise ValueError("Diagnoses are labelled 0 (benign) or 1 (malignant), and both must occur.")

    def forward(self, features: Tensor) -> Tensor:
        """Features (B, C) to logits (B, 1 + K) float32: malignancy, then the diagnoses."""
        logits = self.diagnosis_logits(features)
        return torch.cat([self.malignancy(logits)[:, None], logits], dim=1)

    def diagnosis_logits(self, features: Tensor) -> Tensor:
        """Features (B, C) to the diagnoses' logits (B, K) float32."""
        return super().forward(features).float()

    def malignancy(self, logits: Tensor) -> Tensor:
        """Diagnosis logits (B, K) to the logit of malignancy (B,)."""
        return logits[:, self.malignant].logsumexp(dim=1) - logits[:, self.benign].logsumexp(dim=1)

    def slope(self, features: Tensor) -> Tensor:
        """How the logit of malignancy changes with each of the features (B, C), same shape."""
        logits = super().forward(features)
        upwards = logits[:, self.malignant].softmax(dim=1) @ self.weight[self.malignant]
        downwards = logits[:, self.benign].softmax(dim=1) @ self.weight[self.benign]
        return upwards - downwards
