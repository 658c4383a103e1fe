"""The working threshold of a fine-tuned segmenter: the base's, moved as far as the corrections ask.

How large a lesion comes out depends on the threshold as much as on the weights, and a camera or a drawing
habit moves the best one. Corrections and bundled images count as much as each other, because a threshold
that is best for fifty corrections alone was worse everywhere else.
"""

import numpy as np
from numpy.typing import NDArray
from torch import nn

from models.contract.card import ModelCard
from models.contract.metrics import dice
from models.contract.postprocess import lesion_mask, probability_map
from training.contract.data_set import Sample
from training.contract.plan import Stage
from training.engine.segmentation import decoded_frames, logits_of, native_masks

_THRESHOLDS = tuple(round(0.2 + 0.05 * step, 2) for step in range(11))
_LEAST_GAIN = 0.002
"""Of Dice: less is no reason to leave the threshold that far more images chose."""


def fine_tuned_threshold(
    network: nn.Module, base: ModelCard, corrected: tuple[Sample, ...], bundled: tuple[Sample, ...]
) -> float:
    """The threshold with the best mean Dice, half over the corrections and half over the bundled images."""
    parts = [_dice_by_threshold(network, base, samples) for samples in (corrected, bundled) if samples]
    mean = np.mean(parts, axis=0)
    candidates = sorted({*_THRESHOLDS, base.threshold})
    best = int(mean.argmax())
    gain = float(mean[best] - mean[candidates.index(base.threshold)])
    return candidates[best] if gain >= _LEAST_GAIN else base.threshold


def _dice_by_threshold(
    network: nn.Module, base: ModelCard, samples: tuple[Sample, ...]
) -> NDArray[np.float64]:
    stage = Stage(height_px=base.input.height_px, width_px=base.input.width_px, epochs=1)
    found = []
    frames, natives = decoded_frames(samples, stage), native_masks(samples, stage)
    for logits, native in zip(logits_of(network, frames), natives, strict=True):
        probability = probability_map(logits, native.geometry, temperature=base.temperature)
        found.append(
            [
                dice(lesion_mask(probability, threshold), native.mask)
                for threshold in sorted({*_THRESHOLDS, base.threshold})
            ]
        )
    return np.asarray(np.mean(found, axis=0), dtype=np.float64)
