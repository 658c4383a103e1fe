"""The messages between the application and the model server: a JSON header and raw arrays, over a pipe.

Layout: 8 bytes little-endian length of the header, the header (UTF-8 JSON), then the arrays' bytes in the
order in which the header lists them. Nothing is pickled, so a message can never run code.
A request for one image is below 1 MB, so that copying it through the pipe costs well under a millisecond.
"""

import json
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

AnyArray = NDArray[Any]

_LONGEST_HEADER_BYTES = 1 << 20
_LARGEST_ARRAY_BYTES = 1 << 30
_DTYPES = frozenset({"float32", "int64", "uint8", "bool"})


class ConnectionLostError(ConnectionError):
    """The other end of the pipe is gone, or what it sent is not a message."""


@dataclass(frozen=True)
class Message:
    """One request or answer: plain values and named arrays."""

    values: Mapping[str, Any]
    arrays: Mapping[str, AnyArray] = field(default_factory=dict)


def send(stream: BinaryIO, message: Message) -> None:
    """Write one message and flush; raises ConnectionLostError when nobody reads any more."""
    listed = [[name, str(array.dtype), list(array.shape)] for name, array in message.arrays.items()]
    header = json.dumps({"values": dict(message.values), "arrays": listed}).encode()
    try:
        stream.write(struct.pack("<Q", len(header)) + header)
        for array in message.arrays.values():
            stream.write(np.ascontiguousarray(array).tobytes())
        stream.flush()
    except (OSError, ValueError) as error:
        raise ConnectionLostError("the pipe is closed") from error


def receive(stream: BinaryIO) -> Message:
    """Read one message; raises ConnectionLostError at the end of the stream or on anything malformed."""
    (length,) = struct.unpack("<Q", _exactly(stream, 8))
    if length > _LONGEST_HEADER_BYTES:
        raise ConnectionLostError("the header is too long to be one")
    try:
        header = json.loads(_exactly(stream, length))
        arrays = {name: _array(stream, dtype, shape) for name, dtype, shape in header["arrays"]}
        return Message(cast("dict[str, Any]", header["values"]), arrays)
    except (KeyError, TypeError, ValueError) as error:
        raise ConnectionLostError("the header cannot be read") from error


def _array(stream: BinaryIO, dtype: str, shape: list[int]) -> AnyArray:
    if dtype not in _DTYPES or any(side < 0 for side in shape):
        raise ConnectionLostError(f"an array of {dtype} {shape} is not expected")
    size_bytes = math.prod(shape) * np.dtype(dtype).itemsize
    if size_bytes > _LARGEST_ARRAY_BYTES:
        raise ConnectionLostError("an array is too large")
    return np.frombuffer(_exactly(stream, size_bytes), dtype=dtype).reshape(shape)


def _exactly(stream: BinaryIO, count: int) -> bytes:
    try:
        content = stream.read(count)
    except (OSError, ValueError) as error:
        raise ConnectionLostError("the pipe is closed") from error
    if content is None or len(content) < count:
        raise ConnectionLostError("the other end closed the pipe")
    return content
