"""MambaDerm on a pretrained EfficientNet-Lite stem in place of the ConvNeXt stem."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor, nn

from models.nets.classification.mambaderm import LARGEST_DROP_PATH, StemmedMambaDerm
from models.nets.layers.drop_path import rising_rates
from models.nets.layers.efficientnet import LITE0, TINY, BlockGroup, EfficientNetLite


class EfficientStem(nn.Module):
    """The two coarsest grids of a pretrained encoder, channels last."""

    def __init__(self, groups: Sequence[BlockGroup]) -> None:
        super().__init__()
        self.encoder = EfficientNetLite(groups, has_head=True)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Return the features at 1/16 and at 1/32, (B, h, w, c3) and (B, ceil(h/2), ceil(w/2), 1280)."""
        *_, fine, coarse = self.encoder(images)
        return fine.permute(0, 2, 3, 1), coarse.permute(0, 2, 3, 1)


class MambaDermEfficient(StemmedMambaDerm):
    """MambaDerm whose local evidence starts from ImageNet; arguments as `StemmedMambaDerm`.

    ``layers=0`` and ``has_gate=False`` leave out the VMamba layers and the gate, to learn what each is worth.
    """

    def __init__(
        self,
        *,
        groups: Sequence[BlockGroup] = LITE0,
        layers: int = 2,
        drop_path: float = LARGEST_DROP_PATH,
        **sizes: Any,  # noqa: ANN401  any argument of StemmedMambaDerm
    ) -> None:
        stem = EfficientStem(groups)
        coarsest = (stem.encoder.widths[-2], stem.encoder.widths[-1])
        super().__init__(stem, coarsest, rising_rates(drop_path, layers), **sizes)

    @property
    def pretrained_encoder(self) -> EfficientNetLite:
        """The part that ImageNet weights exist for."""
        assert isinstance(self.stem, EfficientStem)
        return self.stem.encoder


def mambaderm_efficient_tiny(**changes: Any) -> MambaDermEfficient:  # noqa: ANN401  any argument
    """Build the smallest variant, for tests."""
    sizes: dict[str, Any] = {
        "groups": TINY,
        "width": 16,
        "layers": 2,
        "state": 4,
        "attention_heads": 2,
        "table_width": 16,
        "table_layers": 1,
        "table_heads": 2,
    }
    return MambaDermEfficient(**sizes | changes)
