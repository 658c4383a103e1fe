"""A published model, read back from its folder: the network that others will use, and its answers."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from torch import nn

from models.contract.arrays import BoolMask, RgbImage
from models.contract.errors import ModelRefusedError
from models.contract.files.atomic_files import sha256_of
from models.contract.imaging.postprocess import lesion_mask, probability_map
from models.contract.imaging.preprocess import for_classifier, for_segmenter
from models.contract.shelf.card import ModelCard, read_card
from models.nets import build
from models.nets.pretrained import in_fastest_layout
from models.nets.weights import load_weights
from training.contract.data_set import DataSetError, Sample
from training.contract.progress_bar import shown
from training.inputs.decode import read_image, read_mask
from training.inputs.lesion_table import inputs_of
from training.tasks.classification import Views
from training.tasks.segmentation import network_logits


@dataclass(frozen=True)
class PublishedModel:
    """A network with its card, in evaluation mode."""

    network: nn.Module
    card: ModelCard

    @staticmethod
    def read(folder: Path) -> "PublishedModel":
        """Build the network that the card names and fill it with the folder's weights.

        Raises:
            ContractError: card or weights cannot be used.
        """
        card = read_card(folder)
        try:
            network = build(card.architecture, **card.architecture_arguments).eval()
        except (TypeError, ValueError) as error:
            raise ModelRefusedError(
                f"The card of {card.reference} asks for a network that cannot be built: {error}"
            ) from error
        load_weights(network, folder)
        return PublishedModel(in_fastest_layout(network), card)

    @staticmethod
    def verified(folder: Path) -> "PublishedModel":
        """As ``read``, for figures under a model's name, which must be those of its own weights.

        Raises:
            ContractError: also if the weights are not those that the card was written for.
        """
        model = PublishedModel.read(folder)
        card = model.card
        if sha256_of(folder / card.weights_file) != card.weights_sha256:
            raise ModelRefusedError(
                f"The weights of {card.reference} are not those its card was written for."
            )
        return model


def predicted_masks(segmenter: PublishedModel, samples: tuple[Sample, ...]) -> tuple[BoolMask, ...]:
    """The segmenter's masks at native size, as the application would show them."""
    return tuple(predicted_mask(segmenter, read_image(sample)) for sample in shown(samples, "Outlining"))


def predicted_mask(segmenter: PublishedModel, image: RgbImage) -> BoolMask:
    """The mask of one image, (H, W) bool; may be empty."""
    card = segmenter.card
    height_px, width_px = card.input.height_px, card.input.width_px
    model_image, geometry = for_segmenter(image, height_px=height_px, width_px=width_px)
    logits = network_logits(segmenter.network, model_image[None])[0]
    probability = probability_map(logits, geometry, temperature=card.temperature)
    return lesion_mask(probability, card.threshold)


def margin_of(card: ModelCard) -> float:
    """How far a classifier's crop reaches beyond the lesion; raises DataSetError if the model is none."""
    if card.input.crop_margin is None:
        raise DataSetError(f"{card.reference} is no classifier.")
    return card.input.crop_margin


def views_of(
    samples: tuple[Sample, ...],
    masks: tuple[BoolMask | None, ...],
    *,
    size_px: int,
    margin: float,
) -> Views:
    """What a classifier sees of each sample with the given masks."""
    images = np.empty((len(samples), 3, size_px, size_px), np.float32)
    numeric, categorical = [], []
    for index, (sample, mask) in enumerate(zip(samples, masks, strict=True)):
        image = read_image(sample)
        images[index], _ = for_classifier(image, mask, size_px=size_px, margin=margin)
        inputs = inputs_of(sample, image, mask)
        numeric.append(inputs.numeric)
        categorical.append(inputs.categorical)
    return Views(images, np.stack(numeric), np.stack(categorical))


def given_masks(samples: tuple[Sample, ...]) -> tuple[BoolMask | None, ...]:
    """The masks of the data folder, whoever drew them; None where there is none."""
    return tuple(read_mask(sample, read_image(sample).shape) for sample in samples)
