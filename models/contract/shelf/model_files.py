"""Is a file what it claims to be? Checks of safetensors and ONNX that load nothing and run nothing.

A pickle can run any program when it is opened, so nothing but safetensors, ONNX and JSON is taken. The
safetensors check follows the published format: 8 bytes of header length, a JSON header, then the
tensors' bytes without gap or overlap.
"""

import json
import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from models.contract.errors import ModelFileDamagedError, UnsafeModelFileError

_LONGEST_HEADER_BYTES: Final = 25_000_000
_BYTES_BY_DTYPE: Final = {
    "BOOL": 1, "U8": 1, "I8": 1, "I16": 2, "U16": 2, "F16": 2, "BF16": 2,
    "I32": 4, "U32": 4, "F32": 4, "I64": 8, "U64": 8, "F64": 8,
}  # fmt: skip

_PROGRAM_SUFFIXES: Final = frozenset(
    {".pt", ".pth", ".pkl", ".pickle", ".bin", ".ckpt", ".joblib", ".npy", ".npz", ".dill"}
)
_ARCHIVE_STARTS: Final = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"\x93NUMPY", b"\x89HDF")


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    dtype: str
    shape: list[int] = Field(max_length=16)
    data_offsets: list[int] = Field(min_length=2, max_length=2)


_ENTRY: Final = TypeAdapter(_Entry)


@dataclass(frozen=True)
class TensorSpan:
    """Where one tensor lies in a safetensors file, in bytes from the start of the file."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    start_bytes: int
    end_bytes: int


def refuse_programs(path: Path) -> None:
    """Refuse a file that opens as a pickle or an archive, by its name or by its first bytes.

    Raises:
        UnsafeModelFileError: it may hold a program.
    """
    if path.suffix.lower() in _PROGRAM_SUFFIXES or _starts_as_program(path):
        raise UnsafeModelFileError(
            f"The file {path.name} is a pickle or an archive, which could run a program when opened; "
            "only safetensors and ONNX models are accepted."
        )


def _starts_as_program(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(_ARCHIVE_STARTS):
        return True
    # A pickle starts with 0x80 and its protocol; so may a safetensors length, but only a small one.
    is_pickle = len(start) >= 2 and start[0] == 0x80 and 2 <= start[1] <= 5
    is_header_length = len(start) == 8 and start[3:] == b"\0\0\0\0\0"
    return is_pickle and not is_header_length


def safetensors_spans(path: Path) -> tuple[TensorSpan, ...]:
    """The tensors of a safetensors file in the order of their bytes, after checking every offset.

    Raises:
        ModelFileDamagedError: the header is absurd, or does not describe the file's bytes exactly.
    """
    header, data_start, size = _header(path)
    spans = [_span(path, name, entry, data_start) for name, entry in header.items() if name != "__metadata__"]
    spans.sort(key=lambda span: (span.start_bytes, span.end_bytes))
    starts = [data_start] + [span.end_bytes for span in spans]
    ends = [span.start_bytes for span in spans] + [size]
    if starts != ends:
        raise _damaged(path, "its tensors do not fill the file exactly")
    return tuple(spans)


def _header(path: Path) -> tuple[dict[str, object], int, int]:
    size = path.stat().st_size
    with path.open("rb") as file:
        first = file.read(8)
        length = struct.unpack("<Q", first)[0] if len(first) == 8 else size
        if length > min(_LONGEST_HEADER_BYTES, size - 8) or length < 2:
            raise _damaged(path, "the length of its header is impossible")
        text = file.read(length)
    try:
        header = json.loads(text, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError) as error:
        raise _damaged(path, "its header cannot be read") from error
    if not isinstance(header, dict):
        raise _damaged(path, "its header cannot be read")
    return header, 8 + length, size


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len({name for name, _ in pairs}) != len(pairs):
        msg = "a name occurs twice"
        raise ValueError(msg)
    return dict(pairs)


def _span(path: Path, name: str, entry: object, data_start: int) -> TensorSpan:
    try:
        tensor = _ENTRY.validate_python(entry)
    except ValidationError as error:
        raise _damaged(path, f"the entry of the tensor '{name[:80]}' is wrong") from error
    start, end = tensor.data_offsets
    expected = math.prod(tensor.shape) * _BYTES_BY_DTYPE.get(tensor.dtype, -1)
    if min(tensor.shape, default=0) < 0 or not 0 <= start <= end or end - start != expected:
        raise _damaged(path, f"the tensor '{name[:80]}' does not fit its place")
    return TensorSpan(name, tensor.dtype, tuple(tensor.shape), data_start + start, data_start + end)


def _damaged(path: Path, reason: str) -> ModelFileDamagedError:
    return ModelFileDamagedError(f"The file {path.name} is damaged or forged: {reason}.")
