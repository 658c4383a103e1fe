"""What a published model answers in an exam, at its own input size, temperature and threshold."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.contract.errors import UnusableOutputError
from models.contract.metrics import segmentation_scores
from training.contract.data_set import DataSetError, Sample
from training.contract.progress_bar import shown
from training.inputs.decode import read_image, read_mask
from training.metrics.calibrate import calibrated
from training.tasks.classification import score_logits
from training.tasks.loaded_model import PublishedModel, given_masks, margin_of, predicted_mask, views_of

OUTLINE_METRICS: Final = ("dice", "iou", "boundary_f1")
_VIEWS_AT_ONCE: Final = 16
"""Crops are floats, so that a large exam would not fit into the memory at once."""


@dataclass(frozen=True)
class ScoreAnswers:
    """A score model's answers: (N,) float64 each, NaN where the network gave no finite number."""

    logits: NDArray[np.float64]
    probabilities: NDArray[np.float64]
    is_called: NDArray[np.bool_]
    """At or above the card's working threshold."""


def outline_scores(model: PublishedModel, samples: Sequence[Sample]) -> dict[str, NDArray[np.float64]]:
    """Per metric its value on each image (N,) at native size; NaN where the model gave no finite answer.

    Raises:
        DataSetError: an image or mask cannot be read.
    """
    columns: dict[str, list[float]] = {name: [] for name in OUTLINE_METRICS}
    for sample in shown(samples, f"Exam of {model.card.reference}"):
        scores = _scores_of_one(model, sample)
        for name, column in columns.items():
            column.append(scores[name])
    return {name: np.array(column, dtype=np.float64) for name, column in columns.items()}


def _scores_of_one(model: PublishedModel, sample: Sample) -> dict[str, float]:
    image = read_image(sample)
    truth = read_mask(sample, image.shape)
    if truth is None:
        raise DataSetError(f"{sample.image_id} has no mask to compare with.")
    try:
        found = segmentation_scores(predicted_mask(model, image), truth)
    except UnusableOutputError:
        return dict.fromkeys(OUTLINE_METRICS, float("nan"))
    return {name: float(getattr(found, name)) for name in OUTLINE_METRICS}


def score_answers(model: PublishedModel, samples: Sequence[Sample]) -> ScoreAnswers:
    """The score of each image, cut out by its mask where the data has one, else the whole frame.

    Raises:
        DataSetError: an image or mask cannot be read.
    """
    card = model.card
    margin = margin_of(card)
    found = [
        score_logits(
            model.network,
            views_of(chunk, given_masks(chunk), size_px=card.input.width_px, margin=margin),
        )
        for chunk in _chunks(samples)
    ]
    logits = np.concatenate([np.zeros(0), *found]).astype(np.float64)
    logits[~np.isfinite(logits)] = np.nan
    probabilities = calibrated(logits, card.temperature)
    return ScoreAnswers(logits, probabilities, probabilities >= card.threshold)


def _chunks(samples: Sequence[Sample]) -> Sequence[tuple[Sample, ...]]:
    return [
        tuple(samples[start : start + _VIEWS_AT_ONCE]) for start in range(0, len(samples), _VIEWS_AT_ONCE)
    ]
