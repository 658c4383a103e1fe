"""What of a network goes into its graph: the form that is traced, and the names of inputs and outputs."""

from torch import Tensor, nn

from models.export import GraphSignature
from models.nets.classification.export_form import form_for_export, graph_inputs, graph_outputs
from models.nets.classification.score_network import ScoreNetwork
from models.nets.segmentation.click_refiner import ClickRefiner
from models.nets.segmentation.outliner import Outliner


class _EveryAnswer(nn.Module):
    """An outliner that gives all its answers as a tuple."""

    def __init__(self, network: Outliner) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return what `answer_names` names."""
        return self.network.answers(images)


def score_graph(network: ScoreNetwork) -> tuple[nn.Module, GraphSignature]:
    """Return the form that an exporter can trace, and its signature."""
    return form_for_export(network).eval(), GraphSignature(graph_inputs(network), graph_outputs(network))


def boundary_graph(network: Outliner) -> tuple[nn.Module, GraphSignature]:
    """Return the form that an exporter can trace, and its signature."""
    return _EveryAnswer(network).eval(), GraphSignature(("images",), network.answer_names)


def refiner_graph(network: ClickRefiner) -> tuple[nn.Module, GraphSignature]:
    """Return the form that an exporter can trace, and its signature."""
    return network.eval(), GraphSignature(("images", "guidance"), ("logits",))
