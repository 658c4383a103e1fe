"""The form of a classifier that goes into a graph: plain tensors in, plain tensors out."""

from torch import Tensor, nn

from models.nets.classification.mambaderm import MambaDerm


class ExplainedForExport(nn.Module):
    """Logits with the two overlays that need no gradient, as a tuple that an exporter can trace."""

    def __init__(self, network: MambaDerm) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: Tensor, numeric: Tensor, categorical: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return logits (B, outputs), gate (B, h, w) and hidden attention (B, h, w)."""
        explained = self.network.forward_explained(images, numeric, categorical)
        return explained.logits, explained.gate, explained.hidden_attention
