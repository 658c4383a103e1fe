"""What a segmenter's training images are like, for its card; held-out images are never looked at."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from models.contract.shelf.card import ModelCard, read_card, write_card
from models.contract.uncertainty.typicality import (
    LEAST_IMAGES,
    ReferenceStatistics,
    description_of,
    statistics_of,
)
from training.contract.data_set import DataSetError, Sample, read_manifest
from training.contract.progress_bar import shown
from training.inputs.decode import read_image, read_mask


def reference_statistics(samples: Iterable[Sample]) -> ReferenceStatistics | None:
    """The statistics of the training images with an expert's mask; None when there are too few."""
    taught = tuple(s for s in samples if s.split == "train" and s.has_expert_mask)
    if len(taught) < LEAST_IMAGES:
        return None
    descriptions = []
    for sample in shown(taught, "Describing"):
        image = read_image(sample)
        mask = read_mask(sample, image.shape)
        if mask is not None and mask.any():
            descriptions.append(description_of(image, mask))
    return statistics_of(np.stack(descriptions)) if len(descriptions) >= LEAST_IMAGES else None


def describe_data(folder: Path, data_dir: Path) -> ModelCard:
    """Write into a published segmenter's card what its training images are like, and return the card.

    Raises:
        DataSetError: the model is no segmenter, or the data folder has too few training images with masks.
    """
    card = read_card(folder)
    if card.task != "segmentation":
        raise DataSetError(f"{card.reference} reads crops; only the data of a segmenter are described.")
    statistics = reference_statistics(read_manifest(data_dir))
    if statistics is None:
        raise DataSetError(f"{data_dir} has fewer than {LEAST_IMAGES} training images with a mask.")
    described = card.model_copy(update={"reference_statistics": statistics})
    write_card(described, folder)
    return described
