"""From torch to ONNX: one graph per model whose weights are the model's own safetensors file.

The graph holds no weights of its own: every large initialiser is ONNX external data that points at the
half precision tensor inside ``weights.safetensors``, followed by a Cast to float32. So the weights are
stored once, and both engines compute with the same rounded numbers. Export ends with a comparison on given
inputs; a graph that differs by more than the tolerance is not kept.
"""

import json
import logging
import struct
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnx_ir
import onnxscript.optimizer
import torch
from torch import Tensor, nn

from models.contract.errors import NaevusError
from models.contract.onnx_runtime import InferenceSession, onnx_runtime
from models.contract.shelf.card import GRAPH_FILE, WEIGHTS_FILE

OPSET = 18
LARGEST_DIFFERENCE = 1e-4
"""Largest accepted difference of any output to torch, in float32 (spec of the product)."""

_SMALLEST_EXTERNAL_ELEMENTS = 256


class ParityError(NaevusError):
    """The exported graph does not compute what the network computes."""


@dataclass(frozen=True)
class GraphSignature:
    """The names of a graph's inputs and outputs, in the order of the network's arguments and results."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


SEGMENTER = GraphSignature(("images",), ("logits",))
"""Of a network that gives the lesion's logits and nothing else."""


def export_graph(
    network: nn.Module, signature: GraphSignature, examples: Sequence[Mapping[str, Tensor]], folder: Path
) -> float:
    """Write ``graph.onnx`` beside the folder's weights and return the largest difference to torch.

    Args:
        network: in evaluation mode, with the half-rounded weights of ``folder``.
        signature: names of inputs and outputs.
        examples: batches for the comparison; the first one, with at least two rows, is also traced.
        folder: the model's folder, which already holds ``weights.safetensors``.

    Raises:
        ParityError: an output differs by more than LARGEST_DIFFERENCE or is not finite.
    """
    model = _traced(network, signature, examples[0])
    _point_at_weights(model, folder / WEIGHTS_FILE)
    graph = folder / GRAPH_FILE
    onnx.save_model(model, graph)
    difference = largest_difference(network, signature, examples, graph)
    if not difference <= LARGEST_DIFFERENCE:
        graph.unlink()
        raise ParityError(f"the graph's outputs differ by {difference:.2e} from torch's")
    return difference


def largest_difference(
    network: nn.Module, signature: GraphSignature, examples: Sequence[Mapping[str, Tensor]], graph: Path
) -> float:
    """Return the largest absolute difference of any output between ONNX Runtime and torch."""
    session = onnx_runtime().InferenceSession(graph, providers=["CPUExecutionProvider"])
    # numpy's maximum, unlike Python's, keeps a value that is not a number wherever it stands.
    return float(np.max([_difference(network, signature, example, session) for example in examples]))


def _difference(
    network: nn.Module,
    signature: GraphSignature,
    example: Mapping[str, Tensor],
    session: InferenceSession,
) -> float:
    with torch.no_grad():
        expected = network(*(example[name] for name in signature.inputs))
    expected = (expected,) if isinstance(expected, Tensor) else tuple(expected)
    found = session.run(list(signature.outputs), {name: example[name].numpy() for name in signature.inputs})
    pairs = zip(expected, found, strict=True)
    return float(np.max([np.abs(ours.numpy() - theirs).max() for ours, theirs in pairs]))


def _traced(network: nn.Module, signature: GraphSignature, example: Mapping[str, Tensor]) -> onnx.ModelProto:
    graph = _captured(network.eval(), signature, example)
    _simplify(graph)
    model = onnx_ir.to_proto(graph)
    _forget_where_it_was_made(model)
    return model


def _captured(network: nn.Module, signature: GraphSignature, example: Mapping[str, Tensor]) -> onnx_ir.Model:
    """The graph as torch's exporter writes it: every weight whole and under its own name."""
    batch = torch.export.Dim("batch", min=1, max=64)
    with _quiet_exporter(), torch.no_grad():  # the exporter cannot lower the scan's gradient
        program = torch.onnx.export(
            network,
            tuple(example[name] for name in signature.inputs),
            dynamo=True,
            opset_version=OPSET,
            input_names=list(signature.inputs),
            output_names=list(signature.outputs),
            dynamic_shapes=tuple({0: batch} for _ in signature.inputs),
            # The exporter's own rewriting folds norms into weights, which would then be stored twice.
            optimize=False,
            verbose=False,
        )
    assert program is not None
    return program.model


def _simplify(model: onnx_ir.Model) -> None:
    """Inline functions and fold constants, and nothing that would change a weight."""
    onnxscript.optimizer.inline(model)
    onnxscript.optimizer.fold_constants(model)
    onnxscript.optimizer.remove_unused_nodes(model)


def _forget_where_it_was_made(model: onnx.ModelProto) -> None:
    """Drop the source paths and stack traces that the exporter writes into a graph."""
    graphs = [model.graph]
    while graphs:
        graph = graphs.pop()
        for node in graph.node:
            del node.metadata_props[:]
            node.doc_string = ""
            graphs.extend(attribute.g for attribute in node.attribute if attribute.HasField("g"))
        for value in (*graph.input, *graph.output, *graph.value_info):
            del value.metadata_props[:]
        for tensor in graph.initializer:
            del tensor.metadata_props[:]
        del graph.metadata_props[:]
    for function in model.functions:
        for node in function.node:
            del node.metadata_props[:]
    del model.metadata_props[:]


def _point_at_weights(model: onnx.ModelProto, weights: Path) -> None:
    """Replace large initialisers by references into the safetensors file and casts to float32.

    The exporter renames, reshapes and transposes weights, so they are recognised by their bytes.
    """
    place_by_content = dict(_places(weights))
    nodes = []
    for tensor in model.graph.initializer:
        place = place_by_content.get(_half_content(tensor))
        if place is not None and place.fits(tensor):
            nodes.extend(_restoring_nodes(tensor.name, place))
            tensor.CopyFrom(_reference(tensor, weights.name, place))
    nodes.extend(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)


@dataclass(frozen=True)
class _Place:
    """Where a half precision tensor lies in a safetensors file, and whether a graph wants it transposed."""

    shape: tuple[int, ...]
    offset_bytes: int
    length_bytes: int
    is_transposed: bool

    def fits(self, tensor: onnx.TensorProto) -> bool:
        """Say whether a reference can stand for the initialiser: any shape, but transposed only a matrix."""
        return not self.is_transposed or tuple(tensor.dims) == self.shape[::-1]


def _places(weights: Path) -> Iterator[tuple[bytes, _Place]]:
    """Yield contents and places; the header is 8 bytes of length, then JSON (the safetensors format)."""
    content = weights.read_bytes()
    (header_bytes,) = struct.unpack_from("<Q", content)
    body = 8 + header_bytes
    header = json.loads(content[8:body])
    header.pop("__metadata__", None)
    for entry in header.values():
        begin, end = entry["data_offsets"]
        stored, shape = content[body + begin : body + end], tuple(entry["shape"])
        if entry["dtype"] != "F16":
            continue
        if len(shape) >= 2:
            matrix = np.frombuffer(stored, np.float16).reshape(-1, shape[-1])
            yield matrix.T.tobytes(), _Place(matrix.shape, body + begin, end - begin, is_transposed=True)
        yield stored, _Place(shape, body + begin, end - begin, is_transposed=False)


def _half_content(tensor: onnx.TensorProto) -> bytes:
    """Return the bytes of a large float32 initialiser as float16, or nothing when it does not fit them."""
    if tensor.data_type != onnx.TensorProto.FLOAT or np.prod(tensor.dims) < _SMALLEST_EXTERNAL_ELEMENTS:
        return b""
    values = onnx.numpy_helper.to_array(tensor)
    with np.errstate(over="ignore"):
        half = values.astype(np.float16)
    return half.tobytes() if np.array_equal(half.astype(np.float32), values) else b""


def _reference(tensor: onnx.TensorProto, location: str, place: _Place) -> onnx.TensorProto:
    reference = onnx.TensorProto(
        name=f"{tensor.name}.half",
        data_type=onnx.TensorProto.FLOAT16,
        dims=place.shape if place.is_transposed else tensor.dims,
        data_location=onnx.TensorProto.EXTERNAL,
    )
    for key, value in (
        ("location", location),
        ("offset", place.offset_bytes),
        ("length", place.length_bytes),
    ):
        reference.external_data.add(key=key, value=str(value))
    return reference


def _restoring_nodes(name: str, place: _Place) -> list[onnx.NodeProto]:
    """Return the nodes that make the initialiser ``name`` from its half precision reference."""
    if not place.is_transposed:
        return [onnx.helper.make_node("Cast", [f"{name}.half"], [name], to=onnx.TensorProto.FLOAT)]
    return [
        onnx.helper.make_node("Transpose", [f"{name}.half"], [f"{name}.turned"], perm=[1, 0]),
        onnx.helper.make_node("Cast", [f"{name}.turned"], [name], to=onnx.TensorProto.FLOAT),
    ]


@contextmanager
def _quiet_exporter() -> Iterator[None]:
    """Keep the exporter's own notes (missing torchvision, deprecations inside torch) off the screen."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
