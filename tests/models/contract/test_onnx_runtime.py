"""Computing with a graph leaves no record of its use on the machine, which could be sent elsewhere."""

import os
import subprocess
import sys
from pathlib import Path

import resources

_OPENS_A_GRAPH = """
import sys
from models.contract.onnx_runtime import onnx_runtime
onnx_runtime().InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
"""
_HOMES = (
    "HOME",
    "USERPROFILE",
    "LOCALAPPDATA",
    "APPDATA",
    "XDG_CACHE_HOME",
    "XDG_DATA_HOME",
    "XDG_CONFIG_HOME",
)


def test_no_record_of_its_use_is_kept(tmp_path: Path) -> None:
    graph = next(resources.path("models").glob("*/*/graph.onnx"))
    environment = {**os.environ, **dict.fromkeys(_HOMES, str(tmp_path))}
    environment.pop("ORT_DISABLE_TELEMETRY", None)

    subprocess.run([sys.executable, "-c", _OPENS_A_GRAPH, str(graph)], env=environment, check=True)

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
