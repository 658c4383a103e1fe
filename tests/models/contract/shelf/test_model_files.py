"""Forged and damaged files are told apart from models without opening them."""

import io
import json
import pickle
import struct
import zipfile
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from safetensors.numpy import save_file

from models.contract.errors import ModelFileDamagedError, UnsafeModelFileError
from models.contract.shelf.model_files import refuse_programs, safetensors_spans
from models.contract.shelf.onnx_inspect import onnx_outline


def safetensors_bytes(header: object, data: bytes = b"", *, length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def entry(start: int, end: int, shape: tuple[int, ...] = (1,), dtype: str = "F32") -> dict:
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [start, end]}


def test_spans_are_where_the_tensors_are(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    tensors = {
        "a": np.arange(6, dtype=np.float16).reshape(2, 3),
        "b": np.arange(4, dtype=np.int64),
        "scalar": np.array(7.0, dtype=np.float32),
        "empty": np.zeros((0, 3), np.float32),
    }
    save_file(tensors, path, metadata={"made": "here"})
    content = path.read_bytes()
    spans = {span.name: span for span in safetensors_spans(path)}
    assert set(spans) == set(tensors)
    for name, tensor in tensors.items():
        span = spans[name]
        assert span.shape == tensor.shape
        assert content[span.start_bytes : span.end_bytes] == tensor.tobytes()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"1234567",
        safetensors_bytes({}, length=2**63),
        safetensors_bytes({}, length=1000),
        safetensors_bytes({}, length=0),
        safetensors_bytes(b"not json"),
        safetensors_bytes(b"\xff\xfe\xff"),
        safetensors_bytes([1, 2]),
        safetensors_bytes(b"[" * 100_000),
        safetensors_bytes(
            b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},'
            b'"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
            b"0000",
        ),
        safetensors_bytes({"a": entry(0, 4)}, b"000"),
        safetensors_bytes({"a": entry(0, 4)}, b"00000"),
        safetensors_bytes({"a": entry(4, 8)}, b"00000000"),
        safetensors_bytes({"a": entry(0, 4), "b": entry(2, 6)}, b"000000"),
        safetensors_bytes({"a": entry(0, 4), "b": entry(0, 4)}, b"0000"),
        safetensors_bytes({"a": entry(-4, 0)}, b""),
        safetensors_bytes({"a": entry(4, 0)}, b"0000"),
        safetensors_bytes({"a": entry(0, 4, (2,))}, b"0000"),
        safetensors_bytes({"a": entry(0, 4, (-1, -1))}, b"0000"),
        safetensors_bytes({"a": entry(0, 4, dtype="OBJECT")}, b"0000"),
        safetensors_bytes({"a": entry(0, 2**70)}, b"0000"),
        safetensors_bytes({"a": {"dtype": "F32", "shape": [1.0], "data_offsets": [0, 4]}}, b"0000"),
        safetensors_bytes({"a": {"dtype": "F32", "data_offsets": [0, 4]}}, b"0000"),
        safetensors_bytes({"a": 5}, b""),
    ],
)
def test_damaged_safetensors_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "weights.safetensors"
    path.write_bytes(content)
    with pytest.raises(ModelFileDamagedError, match=r"weights\.safetensors is damaged or forged"):
        safetensors_spans(path)


class _Program:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (print, ("this must never run",))


def archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("data.pkl", pickle.dumps(_Program()))
    return buffer.getvalue()


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_pickles_are_refused_whatever_their_name(
    tmp_path: Path, protocol: int, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "weights.safetensors"
    path.write_bytes(pickle.dumps(_Program(), protocol=protocol))
    with pytest.raises(UnsafeModelFileError, match="could run a program"):
        refuse_programs(path)
    assert capsys.readouterr().out == ""


def test_torch_archives_are_refused_whatever_their_name(tmp_path: Path) -> None:
    path = tmp_path / "graph.onnx"
    path.write_bytes(archive())
    with pytest.raises(UnsafeModelFileError, match=r"graph\.onnx is a pickle or an archive"):
        refuse_programs(path)


@pytest.mark.parametrize("suffix", ["pt", "pth", "pkl", "bin", "ckpt", "PT", "npz"])
def test_names_of_pickles_are_refused_whatever_is_inside(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"model.{suffix}"
    path.write_bytes(b"harmless")
    with pytest.raises(UnsafeModelFileError):
        refuse_programs(path)


@pytest.mark.parametrize("length", [0x0280, 0x0380, 0x0480, 0x0580])
def test_a_header_length_that_looks_like_a_pickle_is_accepted(tmp_path: Path, length: int) -> None:
    path = tmp_path / "weights.safetensors"
    header = json.dumps({"a": entry(0, 4)}).encode().ljust(length)
    path.write_bytes(safetensors_bytes(header, b"0000"))
    refuse_programs(path)
    assert len(safetensors_spans(path)) == 1


def external(location: str, **more: str) -> TensorProto:
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[1])
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in {"location": location, **more}.items():
        tensor.external_data.add(key=key, value=value)
    return tensor


def a_graph(**parts: object) -> onnx.GraphProto:
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, 8, None])
    return helper.make_graph(parts.get("nodes", []), "g", [image], [], parts.get("tensors", []))


def saved(path: Path, model: onnx.ModelProto) -> Path:
    path.write_bytes(model.SerializeToString())
    return path


def test_the_outline_names_inputs_and_outside_files(tmp_path: Path) -> None:
    graph = a_graph(tensors=[external("w.safetensors", offset="16", length="4")])
    outline = onnx_outline(saved(tmp_path / "g.onnx", helper.make_model(graph)))
    assert outline.inputs[0].name == "image"
    assert outline.inputs[0].shape == (None, 3, 8, None)
    [tensor] = outline.external
    assert (tensor.location, tensor.start_bytes, tensor.length_bytes) == ("w.safetensors", 16, 4)


def hiding_places() -> dict[str, onnx.ModelProto]:
    secret = external("/etc/passwd")
    constant = helper.make_node("Constant", [], ["w"], value=secret)
    body = helper.make_graph([constant], "body", [], [])
    nested = helper.make_node("If", ["c"], ["y"], then_branch=body, else_branch=body)
    scan = helper.make_node("Scan", ["x"], ["y"], body=helper.make_graph([nested], "b", [], []))
    tensors = helper.make_node("Custom", [], ["y"])
    tensors.attribute.append(helper.make_attribute("many", [secret]))
    function = helper.make_function("local", "f", [], ["w"], [constant], [])
    sparse = onnx.SparseTensorProto(values=secret, dims=[1])
    with_sparse = a_graph()
    with_sparse.sparse_initializer.append(sparse)
    training = helper.make_model(a_graph())
    training.training_info.add().algorithm.CopyFrom(body)
    return {
        "initialiser": helper.make_model(a_graph(tensors=[secret])),
        "constant": helper.make_model(a_graph(nodes=[constant])),
        "scan": helper.make_model(a_graph(nodes=[scan])),
        "list": helper.make_model(a_graph(nodes=[tensors])),
        "function": helper.make_model(a_graph(), functions=[function]),
        "sparse": helper.make_model(with_sparse),
        "training": training,
    }


@pytest.mark.parametrize("place", sorted(hiding_places()))
def test_outside_files_are_found_wherever_they_hide(tmp_path: Path, place: str) -> None:
    outline = onnx_outline(saved(tmp_path / "g.onnx", hiding_places()[place]))
    assert {tensor.location for tensor in outline.external} == {"/etc/passwd"}


def test_two_locations_for_one_tensor_are_refused(tmp_path: Path) -> None:
    tensor = external("w.safetensors")
    tensor.external_data.add(key="location", value="/etc/passwd")
    path = saved(tmp_path / "g.onnx", helper.make_model(a_graph(tensors=[tensor])))
    with pytest.raises(ModelFileDamagedError):
        onnx_outline(path)


def field(number: int, content: bytes) -> bytes:
    length, size = len(content), b""
    while length >= 0x80:
        size += bytes([length & 0x7F | 0x80])
        length >>= 7
    return bytes([number << 3 | 2]) + size + bytes([length]) + content


def deep_model() -> bytes:
    """Graphs in attributes of nodes of graphs ..., deeper than the onnx package would write."""
    graph = b""
    for _ in range(500):
        graph = field(1, field(5, field(6, graph)))
    return b"\x08\x0a" + field(7, graph)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello, this is text",
        b"\x00" * 50,
        b"\xff" * 50,
        b"\x08\x0a",
        b"\x3a\x7f\x01",
        deep_model(),
        helper.make_model(a_graph()).SerializeToString()[:-7],
    ],
)
def test_what_is_no_onnx_model_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "graph.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelFileDamagedError, match=r"graph\.onnx is damaged or no ONNX model"):
        onnx_outline(path)
