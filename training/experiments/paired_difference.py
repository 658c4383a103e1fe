"""Whether one model is better than another by more than chance: both on the same images of val.

.venv/bin/python scripts/paired_difference.py MODEL OTHER --data DATA [--segmenter MODEL]

Figures of both, and the difference OTHER less MODEL with its bootstrap 95 % interval, drawn by lesion: Dice
and IoU of boundaries; of scores the area under the ROC with all inputs, without metadata, and from the image
alone, over eight views and the crops that the masks of --segmenter give. `test` is never opened.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import BoolMask
from models.contract.metrics import paired_bootstrap_difference, roc_auc
from models.contract.metrics.bootstrap import Interval
from training.contract.data_set import Sample, read_manifest
from training.evaluation.evaluate import mask_columns
from training.metrics.card_figures import SEED, Cases, Statistic
from training.tasks.classification import every_view_logit_by_inputs, shown_and_withheld
from training.tasks.loaded_model import PublishedModel, given_masks, margin_of, predicted_masks, views_of
from training.tasks.segmentation import outlined_by_experts

_MASK_FIGURES = ("dice", "iou")


@dataclass(frozen=True)
class Difference:
    """One figure of two models on one set of images."""

    figure: str
    images: str
    first: float
    second: float
    interval: Interval

    def __str__(self) -> str:
        """One line for a person."""
        found = self.interval
        return (
            f"{self.figure}, {self.images} (n = {found.n}): {self.first:.4f} and {self.second:.4f}, "
            f"difference {found.value:+.4f} ({found.low:+.4f} to {found.high:+.4f})"
        )


def differences(
    models: Sequence[PublishedModel], samples: tuple[Sample, ...], segmenter: PublishedModel | None
) -> Iterator[Difference]:
    """Every figure of two models on all ``samples`` and, where there are several, on each data set."""
    if models[0].card.task == "segmentation":
        judged = outlined_by_experts(samples)
        columns = [_overlaps(model, judged) for model in models]
        yield from _by_data_set(_mean_of_second, judged, np.zeros(len(judged)), columns)
    else:
        judged = tuple(sample for sample in samples if sample.malignant is not None)
        masks = given_masks(judged) if segmenter is None else predicted_masks(segmenter, judged)
        columns = [_logits(model, judged, masks) for model in models]
        yield from _by_data_set(roc_auc, judged, Cases(judged).labels, columns)


def _mean_of_second(_: NDArray[np.generic], values: NDArray[np.float64]) -> float:
    return float(values.mean())


def _overlaps(model: PublishedModel, samples: tuple[Sample, ...]) -> dict[str, NDArray[np.float64]]:
    experts = [mask for mask in given_masks(samples) if mask is not None]
    return mask_columns(_MASK_FIGURES, predicted_masks(model, samples), experts)


def _logits(
    model: PublishedModel, samples: tuple[Sample, ...], masks: Sequence[BoolMask | None]
) -> dict[str, NDArray[np.float64]]:
    card = model.card
    views = views_of(samples, tuple(masks), size_px=card.input.width_px, margin=margin_of(card))
    found = every_view_logit_by_inputs(model.network, shown_and_withheld(views))
    return {f"auc_{name}": logits[:, 0].mean(axis=-1, dtype=np.float64) for name, logits in found.items()}


def _by_data_set(
    statistic: Statistic,
    samples: tuple[Sample, ...],
    truth: NDArray[np.generic],
    columns: Sequence[dict[str, NDArray[np.float64]]],
) -> Iterator[Difference]:
    cases = Cases(samples)
    parts = {"all": np.ones(len(samples), np.bool_)} | cases.sources()
    for name in columns[0]:
        first, second = (of_model[name] for of_model in columns)
        for images, chosen in parts.items():
            found = paired_bootstrap_difference(
                statistic,
                truth[chosen],
                first[chosen],
                second[chosen],
                seed=SEED,
                groups=cases.groups[chosen],
            )
            values = [statistic(truth[chosen], column[chosen]) for column in (first, second)]
            if found is not None and values[0] is not None and values[1] is not None:
                yield Difference(name, images, values[0], values[1], found)


def main(arguments: Sequence[str]) -> int:
    """Print the figures of two models and their differences, one a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=Path, nargs=2, metavar="MODEL")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--segmenter", type=Path)
    chosen = parser.parse_args(arguments)
    models = [PublishedModel.verified(folder) for folder in chosen.models]
    if models[0].card.task != models[1].card.task:
        parser.error("The two models do different things.")
    segmenter = None if chosen.segmenter is None else PublishedModel.read(chosen.segmenter)
    samples = tuple(sample for sample in read_manifest(chosen.data) if sample.split == "val")
    for difference in differences(models, samples, segmenter):
        print(difference)
    return 0
