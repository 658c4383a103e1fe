"""Learning diagnoses apart: what is known of each image, and what the network's answers cost.

Source: the MambaDerm repository's loss for HAM10000, 0.7 class-weighted focal + 0.3 label-smoothed
cross-entropy. An image whose diagnosis is not known teaches by its malignancy alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from models.contract.shelf.card import Diagnosis
from training.contract.data_set import DataSetError, Sample

_FOCAL_WEIGHT, _CROSS_ENTROPY_WEIGHT = 0.7, 0.3
_GAMMA = 2.0


@dataclass(frozen=True)
class DiagnosisTargets:
    """What K diagnoses are learned from."""

    known: Tensor
    """(N, K + 2) float32 with a single 1 in each row: at the diagnosis or, where it is not known, at the last
    two, benign and malignant. A mixed image is each in part, so rows blend as images do."""
    weights: Tensor
    """(K,) float32: the inverse of how often a diagnosis is drawn in an epoch, with a mean of 1."""

    @staticmethod
    def of(
        samples: Sequence[Sample], diagnoses: Sequence[Diagnosis], order: NDArray[np.intp]
    ) -> "DiagnosisTargets":
        """The targets of the training images; ``order`` are the positions that an epoch draws.

        Raises:
            DataSetError: see `places_of`.
        """
        places = places_of(samples, diagnoses)
        is_malignant = np.array([bool(sample.malignant) for sample in samples])
        columns = np.where(places >= 0, places, len(diagnoses) + is_malignant)
        known = functional.one_hot(torch.from_numpy(columns), len(diagnoses) + 2)
        drawn = np.bincount(is_malignant[order].ravel().astype(np.intp), minlength=2)
        rate = drawn / np.bincount(is_malignant.astype(np.intp), minlength=2).clip(1)
        images = np.bincount(places[places >= 0], minlength=len(diagnoses))
        draws = images * rate[[int(each.is_malignant) for each in diagnoses]]
        return DiagnosisTargets(known.float(), torch.from_numpy(_inverse(draws)).float())


def places_of(samples: Sequence[Sample], diagnoses: Sequence[Diagnosis]) -> NDArray[np.intp]:
    """The place of each image's diagnosis among ``diagnoses`` (N,); -1 where it is unknown or none of them.

    Raises:
        DataSetError: an image calls a malignant diagnosis benign, or a benign one malignant.
    """
    place_by_name = {each.name: place for place, each in enumerate(diagnoses)}
    places = np.array([place_by_name.get(sample.diagnosis or "", -1) for sample in samples], dtype=np.intp)
    for sample, place in zip(samples, places, strict=True):
        if place >= 0 and sample.malignant is not diagnoses[place].is_malignant:
            meant = "malignant" if diagnoses[place].is_malignant else "benign"
            raise DataSetError(
                f"{sample.image_id} is not called {meant}, but its diagnosis {sample.diagnosis!r} was when "
                "the diagnoses to be told apart were fixed."
            )
    return places


def diagnoses_loss(outputs: dict[str, Tensor], known: Tensor, weights: Tensor, smoothing: float) -> Tensor:
    """Mean over the batch of what the answers cost, given what is ``known`` of each image, (B, K + 2).

    A known diagnosis j costs 0.7 w_j (1 - p_j)^2 (-ln p_j) + 0.3 CE against (1 - e) one-hot + e / K; a label
    alone costs the cross-entropy of the malignancy logit, which is -ln of the sum of p over its diagnoses.
    """
    logits, malignant = outputs["by_diagnosis"].float(), outputs["malignant"].float()
    logs = functional.log_softmax(logits, dim=1)
    focal = weights * (1 - logs.exp()).pow(_GAMMA) * -logs
    smoothed = -(1 - smoothing) * logs - smoothing * logs.mean(dim=1, keepdim=True)
    labels = torch.stack([functional.softplus(malignant), functional.softplus(-malignant)], dim=1)
    costs = torch.cat([_FOCAL_WEIGHT * focal + _CROSS_ENTROPY_WEIGHT * smoothed, labels], dim=1)
    return (known * costs).sum(dim=1).mean()


def _inverse(draws: NDArray[np.floating]) -> NDArray[np.float64]:
    """1 / draws with a mean of 1; 0 for a diagnosis that a quick test left out."""
    inverse = np.divide(1.0, draws, out=np.zeros(len(draws)), where=draws > 0)
    scale = np.count_nonzero(draws) / max(float(inverse.sum()), 1e-12)
    return np.asarray(scale * inverse)
