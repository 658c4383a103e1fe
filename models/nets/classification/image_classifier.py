"""A classifier that looks at the image alone: a grid of features, its mean, a linear map."""

from abc import abstractmethod

from torch import Tensor, nn


class ImageClassifier(nn.Module):
    """Gives one logit of malignancy, or one per class, for a lesion crop; metadata are not read.

    As the score is a linear map of the mean feature, it is exactly the mean of what `by_cell` gives.
    """

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

    def score(self, features: Tensor) -> Tensor:
        """Return logits (B, classes) from features (B, h, w, C)."""
        logits: Tensor = self.head(features.mean(dim=(1, 2)))
        return logits

    def by_cell(self, features: Tensor) -> Tensor:
        """Return what each cell of features (B, h, w, C) says, (B, h, w, classes); the mean is the score."""
        said: Tensor = self.head(features)
        return said

    @abstractmethod
    def features(self, images: Tensor) -> Tensor:
        """Return the grid (B, h, w, C) whose mean the score is read from."""
