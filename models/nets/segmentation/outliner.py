"""What every network that outlines a lesion offers: an encoder, a decoder, and a cut between them."""

from abc import abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from models.nets.explainable import Cut
from models.nets.layers.decisions import decided


class Outliner(nn.Module):
    """Images (B, 3, H, W) to logits (B, 1, H, W), by way of features on several grids."""

    def forward(self, images: Tensor) -> Tensor:
        """Normalised images (B, 3, H, W) to logits (B, 1, H, W)."""
        return self.decoded(self.encoded(images))

    @property
    def answer_names(self) -> tuple[str, ...]:
        """What `answers` gives, in the order of a graph's outputs; the lesion's logits come first."""
        return ("logits",)

    def answers(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return what `answer_names` names, for normalised images (B, 3, H, W)."""
        return (self(images),)

    @abstractmethod
    def encoded(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return all features that the decoder reads, (B, C, h, w) each, the deepest first."""

    @abstractmethod
    def decoded(self, features: Sequence[Tensor]) -> Tensor:
        """Return logits (B, 1, H', W') from such features; H' and W' may have been padded."""

    def cut(self, images: Tensor) -> Cut:
        """Cut between encoder and decoder; the answer is the sum of the logits over the outlined lesion."""
        with torch.no_grad():
            features = self.encoded(images)
        sources = tuple(_channels_last(each) for each in features)
        height, width = images.shape[2:]

        def answer(replaced: Sequence[Tensor]) -> Tensor:
            logits = self.decoded([each.permute(0, 3, 1, 2) for each in replaced])
            return said_of_lesion(logits[..., :height, :width])

        return Cut(sources, answer)

    def late_cut(self, images: Tensor) -> Cut:
        """Cut at the same place: the answer is carried by all grids, and the deepest is very coarse."""
        return self.cut(images)


def said_of_lesion(logits: Tensor) -> Tensor:
    """Return the sum of the logits (B, 1, H, W) over the pixels called lesion, (B,); 0 where none is."""
    is_lesion = decided((logits > 0).to(logits.dtype))
    return (logits * is_lesion).sum(dim=(1, 2, 3))


def _channels_last(features: Tensor) -> Tensor:
    return features.permute(0, 2, 3, 1)
