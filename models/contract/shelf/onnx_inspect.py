"""What an ONNX file refers to, read by a walk over its bytes, without the onnx package.

Only three things matter before a graph may be opened: which outside files its tensors point to (also
in subgraphs and functions), where in them, and the shape of its inputs. The walk follows just the
message fields that can hold these; the numbers are those of onnx.proto (ONNX 1.x, stable since IR 3).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from models.contract.errors import ModelFileDamagedError

_LARGEST_BYTES: Final = 200_000_000
_DEEPEST: Final = 40

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5

_CHILDREN: Final[dict[str, dict[int, str]]] = {
    "Model": {7: "Graph", 20: "Training", 25: "Function"},
    "Training": {1: "Graph", 2: "Graph"},
    "Graph": {1: "Node", 5: "Tensor", 15: "SparseTensor"},
    "Function": {7: "Node", 11: "Attribute"},
    "Node": {5: "Attribute"},
    "Attribute": {
        5: "Tensor",
        6: "Graph",
        10: "Tensor",
        11: "Graph",
        22: "SparseTensor",
        23: "SparseTensor",
    },
    "SparseTensor": {1: "Tensor", 2: "Tensor"},
    "Tensor": {},
}
"""Fields of each message that lead to tensors."""

_GRAPH, _GRAPH_INPUT, _EXTERNAL_DATA, _IR_VERSION = 7, 11, 13, 1


@dataclass(frozen=True)
class ExternalTensor:
    """Bytes outside the graph's file: the location as written, and where they lie in it."""

    location: str
    start_bytes: int
    length_bytes: int | None


@dataclass(frozen=True)
class GraphInput:
    """One input of the graph; an open dimension is None."""

    name: str
    shape: tuple[int | None, ...]


@dataclass(frozen=True)
class OnnxOutline:
    """What a graph refers to."""

    inputs: tuple[GraphInput, ...]
    external: tuple[ExternalTensor, ...]


class _MalformedError(Exception):
    """The bytes are no protobuf message."""


def onnx_outline(path: Path) -> OnnxOutline:
    """The inputs and outside references of an ONNX file.

    Raises:
        ModelFileDamagedError: the file is no ONNX model, or too large for one without weights.
    """
    if path.stat().st_size > _LARGEST_BYTES:
        raise ModelFileDamagedError(f"The file {path.name} is too large to be a model's graph.")
    model = memoryview(path.read_bytes())
    try:
        top = [(number, value) for number, value in _fields(model)]
        graphs = [value for number, value in top if number == _GRAPH and not isinstance(value, int)]
        has_version = any(number == _IR_VERSION and isinstance(value, int) for number, value in top)
        if len(graphs) != 1 or not has_version:
            raise _MalformedError
        return OnnxOutline(inputs=tuple(_inputs(graphs[0])), external=tuple(_external(model, "Model", 0)))
    except (_MalformedError, UnicodeDecodeError, ValueError) as error:
        raise ModelFileDamagedError(f"The file {path.name} is damaged or no ONNX model.") from error


def _external(message: memoryview, kind: str, depth: int) -> Iterator[ExternalTensor]:
    if depth > _DEEPEST:
        raise _MalformedError
    if kind == "Tensor":
        entries = [_entry(value) for value in _messages(message, _EXTERNAL_DATA)]
        if len(dict(entries)) != len(entries):
            # Readers differ in which of two equal keys they believe.
            raise _MalformedError
        if entries:
            yield _external_tensor(dict(entries))
        return
    for number, value in _fields(message):
        child = _CHILDREN[kind].get(number)
        if child is not None:
            if isinstance(value, int):
                raise _MalformedError
            yield from _external(value, child, depth + 1)


def _external_tensor(entries: dict[str, str]) -> ExternalTensor:
    length = entries.get("length")
    return ExternalTensor(
        location=entries.get("location", ""),
        start_bytes=int(entries.get("offset", "0")),
        length_bytes=None if length is None else int(length),
    )


def _inputs(graph: memoryview) -> Iterator[GraphInput]:
    for value_info in _messages(graph, _GRAPH_INPUT):
        name = b"".join(_messages(value_info, 1)).decode()
        dimensions = [
            _dimension(dimension)
            for type_info in _messages(value_info, 2)
            for tensor_type in _messages(type_info, 1)
            for shape in _messages(tensor_type, 2)
            for dimension in _messages(shape, 1)
        ]
        yield GraphInput(name, tuple(dimensions))


def _dimension(message: memoryview) -> int | None:
    values = [value for number, value in _fields(message) if number == 1]
    return values[0] if values and isinstance(values[0], int) else None


def _entry(message: memoryview) -> tuple[str, str]:
    key, value = b"".join(_messages(message, 1)), b"".join(_messages(message, 2))
    return key.decode(), value.decode()


def _messages(message: memoryview, wanted: int) -> Iterator[memoryview]:
    for number, value in _fields(message):
        if number == wanted and not isinstance(value, int):
            yield value


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """The (field number, value) pairs of a protobuf message; strings and messages as bytes."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        number, wire = tag >> 3, tag & 7
        if number == 0:
            raise _MalformedError
        value: int | memoryview
        if wire == _VARINT:
            value, at = _varint(message, at)
        else:
            length, at = _length(message, at, wire)
            if at + length > len(message):
                raise _MalformedError
            value, at = message[at : at + length], at + length
        yield number, value


def _length(message: memoryview, at: int, wire: int) -> tuple[int, int]:
    if wire == _BYTES:
        return _varint(message, at)
    if wire == _FIXED64:
        return 8, at
    if wire == _FIXED32:
        return 4, at
    raise _MalformedError


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(message):
            raise _MalformedError
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise _MalformedError
