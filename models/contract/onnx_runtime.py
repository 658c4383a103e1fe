"""The one door to ONNX Runtime, which would otherwise keep a record of its use and send it to its maker.

Its official builds write events and an identifier of the machine into the person's cache folder and upload
them over HTTPS, unless they are told not to before they are loaded (its Privacy.md, "Disabling Telemetry").
Importing this module tells them, also for libraries that load ONNX Runtime by themselves.
"""

import os
from types import ModuleType
from typing import Any, TypeAlias

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

InferenceSession: TypeAlias = Any
"""An open graph; the library ships no types."""


def onnx_runtime() -> ModuleType:
    """Return the library's module, loaded at the first call; raises ImportError where it is not installed."""
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    module: ModuleType = onnxruntime
    return module


def onnx_runtime_errors() -> tuple[type[Exception], ...]:
    """Return what is raised for a graph that cannot be opened or run; the types share no parent."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    names = (
        "Fail",
        "RuntimeException",
        "InvalidArgument",
        "InvalidGraph",
        "InvalidProtobuf",
        "NoSuchFile",
        "EPFail",
        "NotImplemented",
    )
    return tuple(getattr(state, name) for name in names)
