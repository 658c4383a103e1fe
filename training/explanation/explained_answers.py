"""What is explained: a published model's answer to prepared images, and the maps its overlays show for them.

A score model sees the lesion's crop with all metadata missing, so that a map speaks of the image alone; its
map is the mean over the eight views, as the application shows it. A boundary model sees the whole frame.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.contract.arrays import BoolMask, RgbImage
from models.contract.imaging.preprocess import (
    IMAGENET_MEAN,
    IMAGENET_STD,
    cropped,
    for_classifier,
    for_segmenter,
    mask_for_segmenter,
    resized,
)
from models.contract.imaging.views import VIEW_COUNT, all_views, brought_back
from models.contract.lesion.tabular import (
    CATEGORICAL_FEATURES,
    NUMERIC_FEATURES,
    TabularInput,
    without_metadata,
)
from models.nets.classification.score_network import ScoreNetwork
from models.nets.overlays import OVERLAYS, Overlay, overlays_of
from models.nets.overlays.hidden_attention import runs_one_way
from training.contract.data_set import Sample
from training.inputs.decode import read_image, read_mask
from training.inputs.lesion_table import inputs_of
from training.tasks.loaded_model import PublishedModel, predicted_mask

_AT_ONCE = 32

FloatImage = NDArray[np.float32]


@dataclass(frozen=True)
class Subject:
    """One image as the network reads it."""

    image_id: str
    group: str
    """The lesion it shows."""
    image: FloatImage
    """(3, h, w), normalised."""
    mask: BoolMask | None
    """(h, w), the lesion on it; None where nobody outlined it."""
    table: TabularInput = field(default_factory=without_metadata)
    """What is known beside the image, for the effects of features; maps are made without it."""


def subject_of(model: PublishedModel, sample: Sample, segmenter: PublishedModel | None) -> Subject:
    """Prepare a sample as the model reads it, cut out by the expert's mask, else by the segmenter's."""
    picture = read_image(sample)
    mask = read_mask(sample, picture.shape)
    if mask is None and segmenter is not None:
        mask = predicted_mask(segmenter, picture)
    card = model.card
    if card.input.crop_margin is None:
        size = {"height_px": card.input.height_px, "width_px": card.input.width_px}
        image, _ = for_segmenter(picture, **size)
        seen = None if mask is None else mask_for_segmenter(mask, **size)
    else:
        size_px, margin = card.input.width_px, card.input.crop_margin
        image, box = for_classifier(picture, mask, size_px=size_px, margin=margin)
        seen = None
        if mask is not None and mask.any():
            shown: RgbImage = np.repeat(mask[..., None], 3, axis=2).astype(np.uint8) * np.uint8(255)
            small = resized(cropped(shown, box), height_px=size_px, width_px=size_px)
            seen = small.astype(np.uint8, copy=False)[..., 0] > 127
    reads_table = isinstance(model.network, ScoreNetwork) and model.network.reads_table
    table = inputs_of(sample, picture, mask) if reads_table else without_metadata()
    return Subject(sample.image_id, sample.duplicate_group, image, seen, table)


def shown_image(subject: Subject) -> RgbImage:
    """The pixels that the network reads, (h, w, 3) uint8."""
    values = subject.image.transpose(1, 2, 0) * np.array(IMAGENET_STD) + np.array(IMAGENET_MEAN)
    return np.asarray(np.clip(np.rint(values * 255.0), 0, 255), dtype=np.uint8)


def overlays_shown(model: PublishedModel) -> tuple[Overlay, ...]:
    """The overlays that the model's network can show, its default first."""
    names = overlays_of(model.network)
    return tuple(overlay for overlay in OVERLAYS if overlay.name in names)


def caution(model: PublishedModel) -> str | None:
    """What must be said beside the maps of this model's network, if anything."""
    size = (model.card.input.height_px, model.card.input.width_px)
    if not runs_one_way(model.network, *size):
        return None
    return (
        "The scans of this network run in one direction, so hidden attention and both rollouts favour the "
        "upper rows whatever the image shows."
    )


def inputs_for(model: PublishedModel, images: FloatImage) -> tuple[Tensor, ...]:
    """Images (N, 3, h, w) with all that the network is called with beside them: nothing is known."""
    batch = torch.from_numpy(np.ascontiguousarray(images))
    if model.card.task == "segmentation":
        return (batch,)
    numeric = torch.full((len(batch), len(NUMERIC_FEATURES)), torch.nan)
    return batch, numeric, torch.zeros(len(batch), len(CATEGORICAL_FEATURES), dtype=torch.int64)


def maps_of(model: PublishedModel, overlay: Overlay, subject: Subject) -> NDArray[np.float32]:
    """The overlay's maps of all views, brought back to lie as the image does, (views, g, g')."""
    is_crop = model.card.task == "classification"
    views = all_views(subject.image) if is_crop else subject.image[None]
    maps = overlay.compute(model.network, *inputs_for(model, views)).detach().float().numpy()
    return brought_back(maps) if is_crop else maps


def view_agreement(maps: NDArray[np.float32]) -> float | None:
    """Rank correlation of the map with that of the mirrored view, as the image lies; None of one view."""
    if len(maps) < VIEW_COUNT:
        return None
    return rank_correlation(maps[0], maps[VIEW_COUNT // 2])


def rank_correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Spearman's coefficient of two maps; 0 where one of them is constant."""
    from scipy.stats import rankdata

    ranks = [rankdata(each.ravel()) - (each.size + 1) / 2 for each in (one, other)]
    length = float(np.sqrt(np.square(ranks[0]).sum() * np.square(ranks[1]).sum()))
    return float((ranks[0] * ranks[1]).sum()) / length if length > 0 else 0.0


Answer = Callable[[FloatImage], NDArray[np.float64]]


def answer_to(model: PublishedModel, subject: Subject) -> Answer | None:
    """What the model says of changed versions (N, 3, h, w) of an image, (N,) in [0, 1].

    Of a score model the calibrated probability of malignancy; of a boundary model the mean calibrated
    probability over the pixels it calls lesion on the unchanged image. None if it calls none so.
    """
    temperature = model.card.temperature
    if model.card.task == "classification":
        return lambda images: _sigmoid(_logits(model, images)[:, 0] / temperature)
    whole = _sigmoid(_logits(model, subject.image[None])[0, 0] / temperature)
    is_lesion = whole >= model.card.threshold
    if not is_lesion.any():
        return None
    return lambda images: _sigmoid(_logits(model, images)[:, 0][:, is_lesion] / temperature).mean(axis=1)


def _logits(model: PublishedModel, images: FloatImage) -> NDArray[np.float64]:
    with torch.no_grad():
        chunks = [
            model.network(*inputs_for(model, images[start : start + _AT_ONCE])).double().numpy()
            for start in range(0, len(images), _AT_ONCE)
        ]
    return np.concatenate(chunks)


def _sigmoid(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.exp(-np.logaddexp(0.0, -logits)))


def samples_to_explain(samples: Sequence[Sample], count: int) -> tuple[Sample, ...]:
    """``count`` of the samples in equal steps through their list, at most one of each lesion."""
    by_lesion = tuple({sample.duplicate_group: sample for sample in reversed(samples)}.values())[::-1]
    if len(by_lesion) <= count:
        return by_lesion
    return tuple(by_lesion[index * len(by_lesion) // count] for index in range(count))
