"""A classifier that looks at the image alone: a grid of features, its mean, a linear map."""

from abc import abstractmethod
from typing import ClassVar

from torch import Tensor, nn

from models.nets.classification.score_network import ScoreNetwork, Seen


class ImageClassifier(ScoreNetwork):
    """A score network without metadata.

    As the score is a linear map of the mean feature, each cell's share of it is known without a gradient:
    the product of the cell's feature and the head's weight (class activation map, arXiv 1512.04150).
    """

    reads_table: ClassVar[bool] = False
    overlays: ClassVar[tuple[str, ...]] = ("gradient_x_input",)
    graph_maps: ClassVar[tuple[str, ...]] = ("gradient_x_input",)

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

    def seen(self, images: Tensor, numeric: Tensor | None = None, categorical: Tensor | None = None) -> Seen:
        """Return the logits with the features, which are local and context in one."""
        features = self.features(images)
        return Seen(self.score(features), features, features)

    def maps(
        self, images: Tensor, numeric: Tensor | None = None, categorical: Tensor | None = None
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the logits with each cell's share of the first one, signed."""
        features = self.features(images)
        return self.score(features), {"gradient_x_input": self.shares(features)}

    def score(self, features: Tensor) -> Tensor:
        """Return logits (B, classes) from features (B, h, w, C)."""
        logits: Tensor = self.head(features.mean(dim=(1, 2)))
        return logits

    def shares(self, features: Tensor) -> Tensor:
        """Return what each cell of features (B, h, w, C) puts into the first logit, (B, h, w).

        Together with the head's bias the shares sum to the logit.
        """
        cells = features.shape[1] * features.shape[2]
        return (features * self.head.weight[0]).sum(dim=-1) / cells

    @property
    def token_widths(self) -> tuple[int, int]:
        """Channels of the features, twice."""
        return self.head.in_features, self.head.in_features

    @property
    def last_layer(self) -> nn.Linear:
        """The head."""
        return self.head

    @abstractmethod
    def features(self, images: Tensor) -> Tensor:
        """Return the grid (B, h, w, C) whose mean the score is read from."""
