"""What every score network offers, whether it reads metadata beside the image or not."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from torch import Tensor, nn

from models.nets.classification.diagnoses import DiagnosisLinear


class Seen(NamedTuple):
    """A score with the grids of tokens it came from, before any metadata."""

    logits: Tensor
    """(B, classes) float32; see `ScoreNetwork`."""
    local: Tensor
    """(B, h, w, C) tokens that say what is where: the lesion can be learned from them."""
    context: Tensor
    """(B, h', w', C') tokens that know of the whole image."""
    read: Tensor
    """(B, C'') what the last layer makes the logits of."""


class ScoreNetwork(nn.Module):
    """Gives the logit of malignancy for a lesion crop, and after it those of the diagnoses it tells apart.

    All are called alike. One that looks at the image alone takes the metadata and does not read them, so
    that whoever trains, publishes or serves a score need not ask which kind it is.
    """

    reads_table: ClassVar[bool]
    """Whether metadata move the score."""

    @property
    @abstractmethod
    def graph_maps(self) -> tuple[str, ...]:
        """The overlays that cost next to nothing, in the order of `maps`: they travel in the graph."""

    @abstractmethod
    def forward(self, images: Tensor, numeric: Tensor, categorical: Tensor) -> Tensor:
        """Return logits (B, classes) float32.

        Args:
            images: (B, 3, H, W) float32, normalised.
            numeric: (B, 35) float32 in raw units; NaN is missing.
            categorical: (B, 6) int64; 0 is missing.
        """

    def for_tables(self, images: Tensor, tables: Sequence[tuple[Tensor, Tensor]]) -> tuple[Tensor, ...]:
        """Return the logits (B, classes) of the same images beside each of several tables.

        A network that reads images apart from metadata reads them once; the answers are those of `forward`.

        Args:
            images: as in `forward`.
            tables: numeric and categorical inputs, as in `forward`.
        """
        return tuple(self(images, *table) for table in tables)

    @abstractmethod
    def seen(self, images: Tensor, numeric: Tensor, categorical: Tensor) -> Seen:
        """Return the logits with the tokens behind them; arguments as `forward`."""

    @abstractmethod
    def maps(self, images: Tensor, numeric: Tensor, categorical: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the logits and the overlays of `graph_maps` by their names, (B, h, w) each."""

    @property
    @abstractmethod
    def token_widths(self) -> tuple[int, int]:
        """Channels of local and of context tokens."""

    @property
    def tells_diagnoses(self) -> bool:
        """Whether logits of diagnoses follow that of malignancy."""
        return isinstance(self.last_layer, DiagnosisLinear)

    @property
    @abstractmethod
    def last_layer(self) -> nn.Linear:
        """The linear map that gives the logits."""
