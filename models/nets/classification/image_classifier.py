"""A classifier that looks at the image alone: a grid of features, its mean, a linear map."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import Tensor, nn

from models.nets.classification.diagnoses import DiagnosisLinear
from models.nets.classification.evidence import EvidentialLinear
from models.nets.classification.score_network import ScoreNetwork, Seen
from models.nets.explainable import Cut


class ImageClassifier(ScoreNetwork):
    """A score network without metadata.

    As the score is a linear map of the mean feature, each cell's share of it is known without a gradient:
    the product of the cell's feature and the head's weight (class activation map, arXiv 1512.04150).
    """

    reads_table: ClassVar[bool] = False
    head: nn.Linear

    def forward(
        self, images: Tensor, numeric: Tensor | None = None, categorical: Tensor | None = None
    ) -> Tensor:
        """Return logits (B, classes) float32.

        Args:
            images: (B, 3, H, W) float32, normalised.
            numeric: taken so that every score network is called alike, and not read.
            categorical: the same.
        """
        return self.score(self.features(images))

    def for_tables(self, images: Tensor, tables: Sequence[tuple[Tensor, Tensor]]) -> tuple[Tensor, ...]:
        """Return the logits of the images once for each table, none of which is read."""
        return (self(images),) * len(tables)

    def seen(self, images: Tensor, numeric: Tensor | None = None, categorical: Tensor | None = None) -> Seen:
        """Return the logits with the features, which are local and context in one."""
        features = self.features(images)
        read = features.mean(dim=(1, 2))
        return Seen(self.head(read), features, features, read)

    def maps(
        self, images: Tensor, numeric: Tensor | None = None, categorical: Tensor | None = None
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the logits with each cell's share of the first one, signed."""
        features = self.features(images)
        return self.score(features), {"class_activation": self.shares(features)}

    def score(self, features: Tensor) -> Tensor:
        """Return logits (B, classes) from features (B, h, w, C)."""
        logits: Tensor = self.head(features.mean(dim=(1, 2)))
        return logits

    def shares(self, features: Tensor) -> Tensor:
        """Return what each cell of features (B, h, w, C) puts into the first logit, (B, h, w).

        Together with the head's bias the shares sum to the logit; of a head with evidence or diagnoses, whose
        logit is no linear map, they are gradient times input.
        """
        cells = features.shape[1] * features.shape[2]
        slope = self.head.weight[0]
        if isinstance(self.head, EvidentialLinear | DiagnosisLinear):
            slope = self.head.slope(features.mean(dim=(1, 2)))[:, None, None]
        return (features * slope).sum(dim=-1) / cells

    @property
    def graph_maps(self) -> tuple[str, ...]:
        """Each cell's share of the score."""
        return ("class_activation",)

    @property
    def token_widths(self) -> tuple[int, int]:
        """Channels of the features, twice."""
        return self.head.in_features, self.head.in_features

    @property
    def last_layer(self) -> nn.Linear:
        """The head."""
        return self.head

    def features(self, images: Tensor) -> Tensor:
        """Return the grid (B, h, w, C) whose mean the score is read from."""
        return self.coarsened(self.finer(images))

    def cut(self, images: Tensor, *_table: Tensor) -> Cut:
        """Cut before the last stage; the answer is the first logit."""
        with torch.no_grad():
            finer = self.finer(images)

        def answer(replaced: Sequence[Tensor]) -> Tensor:
            return self.score(self.coarsened(replaced[0]))[:, 0]

        return Cut((finer,), answer)

    def late_cut(self, images: Tensor, *_table: Tensor) -> Cut:
        """Cut at the same place: the last stage's own grid is too coarse to see anything on."""
        return self.cut(images)

    @abstractmethod
    def finer(self, images: Tensor) -> Tensor:
        """Return the features before the last stage and its halving of the grid, (B, h, w, C)."""

    @abstractmethod
    def coarsened(self, finer: Tensor) -> Tensor:
        """Return the last stage's features from those before it, (B, h', w', C')."""
