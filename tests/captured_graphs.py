"""Graphs of networks captured once for each architecture, for tests that are about something else.

Capturing takes torch's exporter many seconds and gives the same graph whatever the weights are, because
folding comes later. The first graph of an architecture is captured from a copy whose weights are all
different, so that each tensor of the graph shows which weight it is; later networks put theirs into it.
Export compares every graph with its network, so that one which did not fit would fail there. Tests of the
export itself capture as the program does.
"""

import copy
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import onnx
import onnx_ir
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

import models.export
from models.export import GraphSignature

_capture = models.export._captured


@dataclass(frozen=True)
class _Graph:
    model: bytes
    weights: Mapping[str, str]
    """Names of weights by the names of the graph's tensors."""


_graphs: dict[str, _Graph] = {}


@contextmanager
def captured_once() -> Iterator[None]:
    """Capture each architecture once while this lasts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(models.export, "_captured", _captured)
        yield


def _captured(network: nn.Module, signature: GraphSignature, example: Mapping[str, Tensor]) -> onnx_ir.Model:
    key = _key(network, signature, example)
    if key not in _graphs:
        _graphs[key] = _graph(network, signature, example)
    model, weights = onnx.ModelProto.FromString(_graphs[key].model), _weights(network)
    for tensor in model.graph.initializer:
        if tensor.name in _graphs[key].weights:
            tensor.raw_data = weights[_graphs[key].weights[tensor.name]].tobytes()
    return onnx_ir.from_proto(model)


def _graph(network: nn.Module, signature: GraphSignature, example: Mapping[str, Tensor]) -> _Graph:
    different, random = copy.deepcopy(network), torch.Generator().manual_seed(1)
    for weight in _tensors(different).values():
        weight.data = torch.rand(weight.shape, generator=random)
    model = onnx_ir.to_proto(_capture(different, signature, example))
    names = {values.tobytes(): name for name, values in _weights(different).items()}
    contents = ((tensor.name, onnx.numpy_helper.to_array(tensor)) for tensor in model.graph.initializer)
    weights = {
        name: names[content.tobytes()]
        for name, content in contents
        if content.dtype == np.float32 and content.tobytes() in names
    }
    return _Graph(model.SerializeToString(), weights)


def _tensors(network: nn.Module) -> dict[str, Tensor]:
    named = (*network.named_parameters(), *network.named_buffers())
    return {name: tensor for name, tensor in named if tensor.dtype == torch.float32}


def _weights(network: nn.Module) -> dict[str, NDArray[np.float32]]:
    return {name: np.ascontiguousarray(tensor.detach().numpy()) for name, tensor in _tensors(network).items()}


def _key(network: nn.Module, signature: GraphSignature, example: Mapping[str, Tensor]) -> str:
    """What a graph depends on: layers, shapes, and whole numbers such as the order of a scan."""
    shapes = [(name, tuple(tensor.shape)) for name, tensor in (*_tensors(network).items(), *example.items())]
    orders = [
        (name, tensor.tolist())
        for name, tensor in network.named_buffers()
        if not tensor.is_floating_point() and not name.endswith("num_batches_tracked")
    ]
    return hashlib.sha256(repr((network, signature, shapes, orders)).encode()).hexdigest()
