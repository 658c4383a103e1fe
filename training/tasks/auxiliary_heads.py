"""Extra targets that teach the classifier's tokens in training and are thrown away afterwards."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.contract.imaging.structures import STRUCTURES
from models.nets.classification.evidence import EvidentialLinear
from models.nets.classification.score_network import ScoreNetwork
from training.contract.data_set import DIAGNOSES
from training.contract.plan import AuxiliaryTargets
from training.loop.task import Batch
from training.tasks.losses import PartialAucLoss

UNKNOWN = -1
"""Marks a target that the data set does not know."""


class ClassifierWithAuxiliaryHeads(nn.Module):
    """A classifier with three more heads: lesion per token, structures, diagnosis.

    Only ``core`` is published. The lesion is read from the local tokens (of a network that has them, before
    the scans); the other two from the context tokens, before any metadata can tell the diagnosis.
    """

    def __init__(self, core: ScoreNetwork) -> None:
        super().__init__()
        local_width, width = core.token_widths
        self.core = core
        self.mask_head = nn.Linear(local_width, 1)
        self.structure_head = nn.Linear(width, len(STRUCTURES))
        self.diagnosis_head = nn.Linear(width, len(DIAGNOSES))
        self.partial_auc = PartialAucLoss()

    def forward(self, images: Tensor, numeric: Tensor, categorical: Tensor) -> dict[str, Tensor]:
        """Logits of malignancy (B,), lesion (B, L), structures (B, 5), diagnosis (B, 3).

        An evidential network tells ``alphas`` (B, 2), too, and one that tells K diagnoses apart
        ``by_diagnosis`` (B, K).
        """
        logits, local, context, read = self.core.seen(images, numeric, categorical)
        whole = context.flatten(1, 2).mean(1)
        outputs = {
            "malignant": logits[:, 0],
            "mask": self.mask_head(local.flatten(1, 2))[..., 0],
            "structures": self.structure_head(whole),
            "diagnosis": self.diagnosis_head(whole),
        }
        if self.core.tells_diagnoses:
            outputs["by_diagnosis"] = logits[:, 1:]
        if isinstance(self.core.last_layer, EvidentialLinear):
            outputs["alphas"] = self.core.last_layer.alphas(read)
        return outputs


def auxiliary_loss(outputs: dict[str, Tensor], batch: Batch, weights: AuxiliaryTargets) -> Tensor:
    """The weighted sum of the extra targets, over what is known of each image."""
    return (
        weights.mask * mask_loss(outputs["mask"], batch["masks"], batch["has_mask"])
        + weights.structures * structure_loss(outputs["structures"], batch["structures"])
        + weights.diagnosis * diagnosis_loss(outputs["diagnosis"], batch["diagnosis"])
    )


def mask_loss(logits: Tensor, masks: Tensor, has_mask: Tensor) -> Tensor:
    """Cross-entropy of each token (B, L) against the share of lesion in its cell."""
    grid = round(logits.shape[1] ** 0.5)
    share = functional.adaptive_avg_pool2d(masks, grid).flatten(1)
    loss = functional.binary_cross_entropy_with_logits(logits.float(), share, reduction="none")
    return (loss.mean(1) * has_mask).sum() / has_mask.sum().clamp_min(1)


def structure_loss(logits: Tensor, structures: Tensor) -> Tensor:
    """Cross-entropy over the structures that are known, (B, 5) of 0, 1 or UNKNOWN."""
    known = (structures != UNKNOWN).float()
    targets = structures.clamp_min(0).float()
    loss = functional.binary_cross_entropy_with_logits(logits.float(), targets, reduction="none")
    return (loss * known).sum() / known.sum().clamp_min(1)


def diagnosis_loss(logits: Tensor, diagnosis: Tensor) -> Tensor:
    """Cross-entropy over the images whose diagnosis (B,) is known; 0 if none is."""
    known = diagnosis != UNKNOWN
    if not bool(known.any()):
        return logits.sum() * 0
    return functional.cross_entropy(logits[known].float(), diagnosis[known])


def target_rows(values: list[tuple[bool | None, ...]]) -> Tensor:
    """Flags as an int64 tensor with UNKNOWN for None."""
    rows = [[UNKNOWN if flag is None else int(flag) for flag in row] for row in values]
    return torch.tensor(rows, dtype=torch.int64)
