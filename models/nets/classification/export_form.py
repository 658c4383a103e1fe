"""The form of a score network that goes into a graph: plain tensors in, plain tensors out."""

from torch import Tensor, nn

from models.contract.lesion.diagnoses import DIAGNOSIS_LOGITS
from models.nets.classification.score_network import ScoreNetwork


class ExplainedForExport(nn.Module):
    """Logits with the overlays that need no gradient, as a tuple that an exporter can trace."""

    def __init__(self, network: ScoreNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: Tensor, numeric: Tensor, categorical: Tensor) -> tuple[Tensor, ...]:
        """Return what `graph_outputs` names: logits, then maps (B, h, w)."""
        return _parted(self.network, *self.network.maps(images, numeric, categorical))


class ImageForExport(nn.Module):
    """The same for a network that reads no metadata: a graph has no input that nothing depends on."""

    def __init__(self, network: ScoreNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return what `graph_outputs` names: logits, then maps (B, h, w)."""
        nothing = images.new_empty(0)
        return _parted(self.network, *self.network.maps(images, nothing, nothing))


def _parted(network: ScoreNetwork, logits: Tensor, maps: dict[str, Tensor]) -> tuple[Tensor, ...]:
    """Malignancy apart from the diagnoses, so that whoever asks for the score gets one column."""
    if network.tells_diagnoses:
        return logits[:, :1], logits[:, 1:], *maps.values()
    return logits, *maps.values()


def form_for_export(network: ScoreNetwork) -> nn.Module:
    """Return what is traced in place of the network; its arguments are `graph_inputs`."""
    return ExplainedForExport(network) if network.reads_table else ImageForExport(network)


def graph_inputs(network: ScoreNetwork) -> tuple[str, ...]:
    """Return the names of the graph's inputs; metadata are none of them if they do not move the score."""
    return ("images", "numeric", "categorical") if network.reads_table else ("images",)


def graph_outputs(network: ScoreNetwork) -> tuple[str, ...]:
    """Return the names of the graph's outputs: the logits, those of the diagnoses if any, then the maps."""
    diagnoses = (DIAGNOSIS_LOGITS,) if network.tells_diagnoses else ()
    return ("logits", *diagnoses, *network.graph_maps)
