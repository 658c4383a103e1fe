"""How many clicks a boundary takes until it agrees with the expert's, with simulated clicks.

The number of clicks (NoC) until the IoU reaches an aim; each click lies in the middle of the largest
region that is wrong then. A boundary that reaches it without any counts 0, one that never does counts the
most clicks that are made.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from torch import nn

from models.contract.arrays import BoolMask, RgbImage
from models.contract.imaging.clicks import Click, guidance_for_refiner, mean_of_mirrored, mirrored_passes
from models.contract.imaging.postprocess import lesion_mask, probability_map
from models.contract.imaging.preprocess import for_segmenter, mask_at_size, resized
from models.contract.imaging.refinement import merged_refinement
from models.contract.metrics import iou
from models.contract.shelf.card import Metric
from training.augmentation.simulated_clicks import next_click
from training.contract.data_set import DataSetError, Sample
from training.contract.progress_bar import shown
from training.inputs.decode import read_image, read_mask
from training.metrics.card_figures import Cases, mean, measured
from training.tasks.loaded_model import PublishedModel, predicted_mask
from training.tasks.segmentation import network_logits

MOST_CLICKS: Final = 10
AIMS: Final = (0.85, 0.9)
"""Of the IoU."""

_LONGER_SIDE_PX = 1024
"""Images are judged at no larger size, which changes no IoU that is worth naming and spares minutes."""

Redraw: TypeAlias = Callable[[BoolMask, Sequence[Click]], BoolMask]
"""A method on one image: from the present mask and all clicks so far to the next mask."""


@dataclass(frozen=True)
class JudgedImage:
    """An image (H, W, 3) with its expert mask (H, W), at the size at which it is judged."""

    sample: Sample
    image: RgbImage
    wanted: BoolMask


@dataclass(frozen=True)
class Refiner:
    """A network in evaluation mode, with what its card says of its input and its answer."""

    network: nn.Module
    height_px: int
    width_px: int
    threshold: float
    temperature: float

    @staticmethod
    def of(model: PublishedModel) -> "Refiner":
        """The refiner of a model folder; raises DataSetError if the model is none."""
        card = model.card
        if card.task != "refinement":
            raise DataSetError(f"{card.reference} redraws no boundary from clicks.")
        return Refiner(
            model.network, card.input.height_px, card.input.width_px, card.threshold, card.temperature
        )


def judged_image(sample: Sample) -> JudgedImage:
    """The image and the expert mask of a sample.

    Raises:
        DataSetError: it has no mask, or a file cannot be read.
    """
    image = read_image(sample)
    mask = read_mask(sample, image.shape)
    if mask is None:
        raise DataSetError(f"{sample.image_id} has no mask to measure against.")
    scale = min(1.0, _LONGER_SIDE_PX / max(mask.shape))
    size_px = {"height_px": round(mask.shape[0] * scale), "width_px": round(mask.shape[1] * scale)}
    return JudgedImage(sample, resized(image, **size_px).astype(np.uint8), mask_at_size(mask, **size_px))


def ious_by_clicks(present: BoolMask, wanted: BoolMask, redraw: Redraw) -> list[float]:
    """IoU without a click and after each one, until the highest aim is reached or all clicks are made."""
    clicks: list[Click] = []
    ious = [iou(present, wanted)]
    while ious[-1] < max(AIMS) and len(clicks) < MOST_CLICKS:
        click = next_click(present, wanted)
        if click is None:
            break
        clicks.append(click)
        present = redraw(present, clicks)
        ious.append(iou(present, wanted))
    return ious


def clicks_until(aim: float, ious: Sequence[float]) -> int:
    """How many clicks the IoU took to reach the aim; MOST_CLICKS if it did not."""
    return next((clicks for clicks, each in enumerate(ious) if each >= aim), MOST_CLICKS)


def redraw_with(refiner: Refiner, image: RgbImage) -> Redraw:
    """The refiner on one image, merged into the present mask as the application does."""
    size_px = {"height_px": refiner.height_px, "width_px": refiner.width_px}
    prepared, geometry = for_segmenter(image, **size_px)
    images = mirrored_passes(prepared)

    def redraw(present: BoolMask, clicks: Sequence[Click]) -> BoolMask:
        guidance = mirrored_passes(guidance_for_refiner(present, clicks, **size_px))
        logits = network_logits(refiner.network, images, guidance)
        probability = probability_map(mean_of_mirrored(logits), geometry, temperature=refiner.temperature)
        return merged_refinement(present, lesion_mask(probability, refiner.threshold), clicks)

    return redraw


def click_figures(
    refiner: Refiner, samples: tuple[Sample, ...], segmenter: PublishedModel | None = None
) -> dict[str, Metric]:
    """Clicks of the refiner from nothing, and from a boundary model's mask if one is named."""
    ious: dict[str, list[list[float]]] = {"nothing": []}
    if segmenter is not None:
        ious["prediction"] = []
    for sample in shown(samples, "Clicking"):
        judged = judged_image(sample)
        redraw = redraw_with(refiner, judged.image)
        ious["nothing"].append(ious_by_clicks(np.zeros_like(judged.wanted), judged.wanted, redraw))
        if segmenter is not None:
            start = predicted_mask(segmenter, judged.image)
            ious["prediction"].append(ious_by_clicks(start, judged.wanted, redraw))
    cases = Cases(samples)
    return {
        f"{metric_name(aim)}_from_{start}": mean_clicks(aim, of_start, cases)
        for start, of_start in ious.items()
        for aim in AIMS
    }


def metric_name(aim: float) -> str:
    """As a card and a table name the number of clicks until an IoU, such as noc85."""
    return f"noc{round(100 * aim)}"


def mean_clicks(aim: float, ious: Sequence[Sequence[float]], cases: Cases) -> Metric:
    """The mean number of clicks until the aim, with its bootstrap interval over lesions."""
    return measured(mean, [click_numbers(aim, ious)], cases)


def click_numbers(aim: float, ious: Sequence[Sequence[float]]) -> NDArray[np.float64]:
    """Clicks until the aim, (N,) float64."""
    return np.array([clicks_until(aim, each) for each in ious], dtype=np.float64)
