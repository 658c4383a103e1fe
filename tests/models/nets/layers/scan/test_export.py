from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from models.contract.onnx_runtime import onnx_runtime
from models.nets.layers.scan.export import exportable_scan
from models.nets.layers.scan.reference import sequential_scan
from models.nets.layers.ss2d import SS2D


def test_exportable_form_equals_the_recurrence(scan_input: Callable[..., tuple[Tensor, ...]]) -> None:
    tensors = [tensor.double() for tensor in scan_input((2, 3, 5, 4), states=6, rank=2)]

    found = exportable_scan(*tensors, (0, 1, 2, 3))

    torch.testing.assert_close(found, sequential_scan(*tensors, (0, 1, 2, 3)))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning", "ignore::UserWarning")
def test_a_graph_has_one_scan_node_per_ss2d_and_any_batch_size() -> None:
    torch.manual_seed(0)
    ss2d = SS2D(8).eval()
    batch = torch.export.Dim("batch", min=1)

    with torch.no_grad():
        program = torch.onnx.export(
            ss2d,
            (torch.randn(2, 3, 5, 8),),
            dynamo=True,
            opset_version=20,
            dynamic_shapes=({0: batch},),
            input_names=["tokens"],
            verbose=False,
        )
    graph = program.model_proto
    session = onnx_runtime().InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])

    assert [node.op_type for node in graph.graph.node].count("Scan") == 1
    for samples in (1, 4):
        tokens = torch.randn(samples, 3, 5, 8)
        (found,) = session.run(None, {"tokens": tokens.numpy()})
        assert np.abs(found - ss2d(tokens).detach().numpy()).max() < 1e-5
