"""The graph of a score network: what is traced, and the names of what goes in and comes out."""

from torch import nn

from models.export import GraphSignature
from models.nets.classification.export_form import form_for_export, graph_inputs, graph_outputs
from models.nets.classification.score_network import ScoreNetwork


def score_graph(network: ScoreNetwork) -> tuple[nn.Module, GraphSignature]:
    """Return the form that an exporter can trace, and its signature."""
    return form_for_export(network).eval(), GraphSignature(graph_inputs(network), graph_outputs(network))
