"""The form of a score network that goes into a graph: plain tensors in, plain tensors out."""

from torch import Tensor, nn

from models.nets.classification.score_network import ScoreNetwork


class ExplainedForExport(nn.Module):
    """Logits with the overlays that need no gradient, as a tuple that an exporter can trace."""

    def __init__(self, network: ScoreNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: Tensor, numeric: Tensor, categorical: Tensor) -> tuple[Tensor, ...]:
        """Return logits (B, classes) and maps (B, h, w), in the order of the network's `maps`."""
        logits, maps = self.network.maps(images, numeric, categorical)
        return logits, *maps.values()


class ImageForExport(nn.Module):
    """The same for a network that reads no metadata: a graph has no input that nothing depends on."""

    def __init__(self, network: ScoreNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return logits (B, classes) and maps (B, h, w), in the order of the network's `maps`."""
        nothing = images.new_empty(0)
        logits, maps = self.network.maps(images, nothing, nothing)
        return logits, *maps.values()


def form_for_export(network: ScoreNetwork) -> nn.Module:
    """Return what is traced in place of the network; its arguments are `graph_inputs`."""
    return ExplainedForExport(network) if network.reads_table else ImageForExport(network)


def graph_inputs(network: ScoreNetwork) -> tuple[str, ...]:
    """Return the names of the graph's inputs; metadata are none of them if they do not move the score."""
    return ("images", "numeric", "categorical") if network.reads_table else ("images",)


def graph_outputs(network: ScoreNetwork) -> tuple[str, ...]:
    """Return the names of the graph's outputs: the logits, then the maps."""
    return ("logits", *network.graph_maps)
