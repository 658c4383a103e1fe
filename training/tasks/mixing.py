"""MixUp and CutMix: a training batch in which every image is put together from two.

Sources: Zhang et al., arXiv 1710.09412 (MixUp); Yun et al., arXiv 1905.04899 (CutMix). All images of a batch
are mixed alike, each with another one of the same batch.
"""

import numpy as np
import torch
from torch import Tensor

from training.contract.plan import AuxiliaryTargets, Mixing
from training.loop.task import Batch
from training.tasks.auxiliary_heads import auxiliary_loss

_PARTNER = "partner_"
_BLENDED = ("malignant", "numeric")
_BLENDED_IF_THERE = ("known",)
_HARD = ("structures", "diagnosis")
"""Targets that may be unknown and cannot be blended: both images' are kept, and their losses are."""


def mixed(batch: Batch, mixing: Mixing, rng: np.random.Generator) -> Batch:
    """The batch, or, as often as planned, one that is mixed; ``share`` (B,) is then what is each one's own.

    Scores and numbers become the weighted mean. A number stays as it is where the partner's is missing;
    categories stay as they are, because half of a category means nothing.
    """
    draw = rng.random()
    if draw < mixing.mixup_share:
        share = float(rng.beta(mixing.mixup_beta, mixing.mixup_beta))
        return _blended(batch, _partners(batch, rng), share)
    if draw < mixing.mixup_share + mixing.cutmix_share:
        share = float(rng.beta(mixing.cutmix_beta, mixing.cutmix_beta))
        return _patched(batch, _partners(batch, rng), share, rng)
    return batch


def is_mixed(batch: Batch) -> bool:
    """Whether the scores of this batch are no plain yes or no, so that its images cannot be ranked."""
    return "share" in batch


def mixed_auxiliary_loss(outputs: dict[str, Tensor], batch: Batch, weights: AuxiliaryTargets) -> Tensor:
    """The auxiliary loss; of a mixed batch, that of both images' targets, weighted by their shares."""
    own = auxiliary_loss(outputs, batch, weights)
    if not is_mixed(batch):
        return own
    share = batch["share"].mean()
    partners = {name: batch[_PARTNER + name] for name in _HARD}
    return share * own + (1 - share) * auxiliary_loss(outputs, {**batch, **partners}, weights)


def _partners(batch: Batch, rng: np.random.Generator) -> Tensor:
    return torch.from_numpy(rng.permutation(len(batch["images"])))


def _blended(batch: Batch, partners: Tensor, share: float) -> Batch:
    """MixUp: every pixel of image and mask is the weighted mean of both."""
    whole = {name: torch.lerp(batch[name][partners], batch[name], share) for name in ("images", "masks")}
    return {**batch, **whole, **_targets(batch, partners, share)}


def _patched(batch: Batch, partners: Tensor, share: float, rng: np.random.Generator) -> Batch:
    """CutMix: a box of the partner, as large as its share; where the frame cuts it, its share shrinks."""
    height, width = batch["images"].shape[2:]
    rows = _stretch(height, share, rng)
    columns = _stretch(width, share, rng)
    whole = {name: batch[name].clone() for name in ("images", "masks")}
    for name, values in whole.items():
        values[:, :, rows, columns] = batch[name][partners][:, :, rows, columns]
    box = (rows.stop - rows.start) * (columns.stop - columns.start)
    return {**batch, **whole, **_targets(batch, partners, 1 - box / (height * width))}


def _stretch(side: int, share: float, rng: np.random.Generator) -> slice:
    """One side of a box with an area of 1 - ``share``, about a place anywhere in the image."""
    half = round(side * float(np.sqrt(1 - share)) / 2)
    centre = int(rng.integers(side))
    return slice(max(0, centre - half), min(side, centre + half))


def _targets(batch: Batch, partners: Tensor, share: float) -> Batch:
    targets = {_PARTNER + name: batch[name][partners] for name in _HARD}
    for name in (*_BLENDED, *(name for name in _BLENDED_IF_THERE if name in batch)):
        own, other = batch[name], batch[name][partners]
        targets[name] = torch.where(other.isnan(), own, torch.lerp(other, own, share))
    # A lesion is known in the mixture only if it is known in both images.
    targets["has_mask"] = batch["has_mask"] * batch["has_mask"][partners]
    targets["share"] = torch.full((len(partners),), share)
    return targets
