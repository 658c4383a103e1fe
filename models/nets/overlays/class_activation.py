"""Class activation: the last features' shares of a score that is a linear map of their mean."""

import torch
from torch import Tensor

from models.nets.classification.image_classifier import ImageClassifier


@torch.no_grad()
def class_activation(network: ImageClassifier, images: Tensor, *table: Tensor) -> Tensor:
    """Return each cell's share of the logit, (B, h, w), signed (arXiv 1512.04150); needs no gradient."""
    return network.maps(images, *table)[1]["class_activation"]
