"""A classifier that looks at the image alone: a grid of features, its mean, a linear map."""

from abc import abstractmethod
from typing import ClassVar

from torch import Tensor, nn

from models.nets.classification.score_network import ScoreNetwork, Seen


class ImageClassifier(ScoreNetwork):
    """A score network without metadata.

    As the score is a linear map of the mean feature, it is exactly the mean of what each cell says; with one
    class, that map needs no gradient and loses nothing (class activation, arXiv 1512.04150).
    """

    reads_table: ClassVar[bool] = False
    overlays: ClassVar[tuple[str, ...]] = ("class_activation",)
    graph_maps: ClassVar[tuple[str, ...]] = ("class_activation",)

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
        """Return the logits with what each cell says of the first class, signed."""
        features = self.features(images)
        return self.score(features), {"class_activation": self.by_cell(features)[..., 0]}

    def score(self, features: Tensor) -> Tensor:
        """Return logits (B, classes) from features (B, h, w, C)."""
        logits: Tensor = self.head(features.mean(dim=(1, 2)))
        return logits

    def by_cell(self, features: Tensor) -> Tensor:
        """Return what each cell of features (B, h, w, C) says, (B, h, w, classes); the mean is the score."""
        said: Tensor = self.head(features)
        return said

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
