"""Losses for boundaries and for malignancy; y is 0 or 1, z a logit, p = sigmoid(z).

Segmentation losses take logits and targets (B, 1, H, W) float32; classification losses take (B,).
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

_DICE_SMOOTHING = 1.0


def soft_dice_loss(logits: Tensor, targets: Tensor, weights: Tensor | None = None) -> Tensor:
    """1 - (2 sum wpy + 1) / (sum wp + sum wy + 1) per image, then the mean over the batch."""
    weights = torch.ones_like(targets) if weights is None else weights
    probability = torch.sigmoid(logits)
    overlap = (weights * probability * targets).flatten(1).sum(1)
    total = (weights * (probability + targets)).flatten(1).sum(1)
    dice = (2 * overlap + _DICE_SMOOTHING) / (total + _DICE_SMOOTHING)
    return (1 - dice).mean()


def bce_dice_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Binary cross-entropy plus soft Dice, equally weighted."""
    bce = functional.binary_cross_entropy_with_logits(logits, targets)
    return bce + soft_dice_loss(logits, targets)


def focal_tversky_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """(1 - T)^0.75 with T = (TP + s) / (TP + 0.7 FN + 0.3 FP + s), s = 1e-3, per image."""
    probability = torch.sigmoid(logits).flatten(1)
    targets = targets.flatten(1)
    hits = (probability * targets).sum(1)
    missed = ((1 - probability) * targets).sum(1)
    false_alarms = (probability * (1 - targets)).sum(1)
    index = (hits + 1e-3) / (hits + 0.7 * missed + 0.3 * false_alarms + 1e-3)
    return (1 - index).clamp_min(1e-7).pow(0.75).mean()


def guide_fusion_loss(
    logits: Tensor, targets: Tensor, attention: Tensor, guide_weight: float = 0.5
) -> Tensor:
    """Guide Fusion Loss as intended: cross-entropy and Dice, both weighted towards the border.

    ``attention`` (B, 1, H, W) is 1 / (1 + D), D the distance to the border; 0 throughout for an
    empty or full mask. weight = (1 - rho) + rho A / mean(A) has mean 1; rho 0 gives BCE + Dice.
    """
    mean = attention.mean(dim=(1, 2, 3), keepdim=True)
    relative = torch.where(mean > 0, attention / mean.clamp_min(1e-12), torch.ones_like(attention))
    weights = (1 - guide_weight) + guide_weight * relative
    bce = functional.binary_cross_entropy_with_logits(logits, targets, weight=weights)
    return bce + soft_dice_loss(logits, targets, weights)


def guide_fusion_as_coded_loss(logits: Tensor, targets: Tensor, attention: Tensor) -> Tensor:
    """Guide Fusion Loss as the reference code has it, for reproduction only.

    The cross-entropy is taken of sigmoid(sigmoid(z)), Dice over the flattened batch, and the map
    only scales Dice by its mean. Distances here are per image; the code lets them cross the batch.
    """
    probability = torch.sigmoid(logits)
    overlap = (probability * targets).sum()
    dice = (2 * overlap + 1e-3) / (probability.sum() + targets.sum() + 1e-3)
    bce = functional.binary_cross_entropy_with_logits(probability, targets)
    return (bce + (1 - dice) * attention).mean()


def smoothed_bce_loss(logits: Tensor, targets: Tensor, smoothing: float = 0.05) -> Tensor:
    """Cross-entropy against y (1 - e) + e / 2."""
    soft = targets * (1 - smoothing) + smoothing / 2
    return functional.binary_cross_entropy_with_logits(logits, soft)


def focal_loss(logits: Tensor, targets: Tensor, alpha: float = 0.75, gamma: float = 2.0) -> Tensor:
    """alpha_t (1 - p_t)^gamma BCE; alpha weighs the positives, 1 - alpha the negatives.

    A target between 0 and 1 (of a mixed image) weighs what it would cost as either.
    """
    positive = alpha * torch.sigmoid(-logits).pow(gamma) * functional.softplus(-logits)
    negative = (1 - alpha) * torch.sigmoid(logits).pow(gamma) * functional.softplus(logits)
    return (targets * positive + (1 - targets) * negative).mean()


def asymmetric_loss(
    logits: Tensor,
    targets: Tensor,
    gamma_positive: float = 0.0,
    gamma_negative: float = 4.0,
    margin: float = 0.05,
) -> Tensor:
    """Positives -(1-p)^g+ ln p; negatives -p_m^g- ln(1 - p_m) with p_m = max(p - margin, 0)."""
    probability = torch.sigmoid(logits)
    shifted = (probability - margin).clamp_min(0)
    positive = (1 - probability).pow(gamma_positive) * functional.softplus(-logits)
    negative = -shifted.pow(gamma_negative) * torch.log1p(-shifted)
    return (targets * positive + (1 - targets) * negative).mean()


def pairwise_auc_loss(logits: Tensor, targets: Tensor, margin: float = 0.5, sharpness: float = 1.0) -> Tensor:
    """Mean over (positive i, negative j) of softplus(-g (s_i - s_j - m)); 0 without a pair."""
    is_positive = targets > 0.5
    positives, negatives = logits[is_positive], logits[~is_positive]
    if len(positives) == 0 or len(negatives) == 0:
        return logits.sum() * 0
    gaps = positives[:, None] - negatives[None, :]
    return functional.softplus(-sharpness * (gaps - margin)).mean()


class PartialAucLoss(nn.Module):
    """The share of the AUC above 80 % sensitivity, as a loss.

    phi_i = mean over negatives of softplus(m - (s_i - s_j)); the loss is the mean of the worst 20 %
    phi_i in its CVaR form t + sum max(0, phi_i - t) / (0.2 n+), minimal over the learned scalar t.
    A memory of detached earlier scores (512 positives, 4096 negatives) steadies small batches:
    remembered negatives are opponents, remembered positives take part in the choice of t. The memory
    is part of the state, so that a resumed run sees the same opponents.
    """

    positive_memory: Tensor
    negative_memory: Tensor

    def __init__(
        self,
        *,
        worst_share: float = 0.2,
        margin: float = 1.0,
        positives_kept: int = 512,
        negatives_kept: int = 4096,
    ) -> None:
        super().__init__()
        self.worst_share = worst_share
        self.margin = margin
        self.quantile = nn.Parameter(torch.zeros(()))
        self.register_buffer("positive_memory", torch.full((positives_kept,), torch.nan))
        self.register_buffer("negative_memory", torch.full((negatives_kept,), torch.nan))

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        """The loss of a batch (B,), which then joins the memory; 0 without a pair."""
        is_positive = targets > 0.5
        positives = torch.cat([logits[is_positive], _filled(self.positive_memory)])
        negatives = torch.cat([logits[~is_positive], _filled(self.negative_memory)])
        self.positive_memory = _pushed(self.positive_memory, logits[is_positive])
        self.negative_memory = _pushed(self.negative_memory, logits[~is_positive])
        if len(positives) == 0 or len(negatives) == 0:
            return logits.sum() * 0 + self.quantile * 0
        gaps = positives[:, None] - negatives[None, :]
        shortfall = functional.softplus(self.margin - gaps).mean(1)
        excess = (shortfall - self.quantile).clamp_min(0)
        return self.quantile + excess.sum() / (self.worst_share * len(positives))


def _filled(memory: Tensor) -> Tensor:
    """The remembered scores; places not yet filled hold NaN. A copy, free for autograd to keep."""
    return memory[~memory.isnan()]


def _pushed(memory: Tensor, scores: Tensor) -> Tensor:
    """The memory with the newest scores in front and the oldest dropped."""
    return torch.cat([scores.detach().to(memory.dtype), memory])[: len(memory)]
