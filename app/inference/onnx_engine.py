"""ONNX Runtime inside the application: portable, quick to start, no torch."""

import ctypes
import logging
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import CancelledError, InferenceError, ModelUnavailableError
from app.inference.engine import (
    ClassifierInput,
    ClassifierOutput,
    EngineUnavailableError,
    FloatArray,
    SegmenterOutput,
)
from app.translation import _
from app.usecases.cancellation import CancelToken
from models.contract.lesion.diagnoses import DIAGNOSIS_LOGITS
from models.contract.onnx_runtime import InferenceSession, onnx_runtime, onnx_runtime_errors
from models.contract.shelf.card import GRAPH_FILE

_LOG = logging.getLogger(__name__)


class OnnxEngine:
    """Runs the graphs of model folders; a session is made at a model's first use and kept."""

    name = "ONNX Runtime"

    def __init__(self) -> None:
        self._session_by_folder: dict[Path, InferenceSession] = {}

    def segment(self, folder: Path, images: FloatArray, token: CancelToken) -> SegmenterOutput:
        """Return what the segmentation model in ``folder`` says of images (B, 3, h, w)."""
        return SegmenterOutput.of(self._named_outputs(folder, {"images": images}, token))

    def classify(self, folder: Path, batch: ClassifierInput, token: CancelToken) -> ClassifierOutput:
        """Return the logits and overlays of the score model in ``folder``."""
        maps = self._named_outputs(folder, batch.by_name(), token)
        diagnosis_logits = maps.pop(DIAGNOSIS_LOGITS, None)
        return ClassifierOutput(maps.pop("logits")[:, 0], maps, diagnosis_logits)

    def refine(
        self, folder: Path, images: FloatArray, guidance: FloatArray, token: CancelToken
    ) -> FloatArray:
        """Return logits (B, 1, h, w) of the refiner in ``folder`` for images and guidance (B, 3, h, w)."""
        return self._named_outputs(folder, {"images": images, "guidance": guidance}, token)["logits"]

    def explain(self, name: str, folder: Path, batch: ClassifierInput, token: CancelToken) -> FloatArray:
        """Return a map that is part of the model's graph; all others need the model server."""
        if name not in self.overlay_names():
            raise InferenceError(
                _("The overlay '{name}' needs the model server, which is not running here.").format(name=name)
            )
        maps = self.classify(folder, batch, token).maps
        if name not in maps:
            raise InferenceError(
                _(
                    "The graph of this model does not hold the overlay '{name}'; the model server computes "
                    "it."
                ).format(name=name)
            )
        return maps[name]

    def overlay_names(self) -> tuple[str, ...]:
        """Return the overlays that may be part of a graph; which ones are depends on the network."""
        return ("hidden_attention", "gate", "class_activation")

    def provider(self) -> str:
        """Return the provider that the newest session really uses."""
        if not self._session_by_folder:
            return "not started"
        *_, session = self._session_by_folder.values()
        return str(session.get_providers()[0])

    def close(self) -> None:
        """Drop all sessions."""
        self._session_by_folder.clear()

    def _named_outputs(
        self, folder: Path, inputs: dict[str, NDArray[Any]], token: CancelToken
    ) -> dict[str, FloatArray]:
        arrays = self._run(folder, inputs, token)
        names = [node.name for node in self._session(folder).get_outputs()]
        return dict(zip(names, arrays, strict=True))

    def _run(self, folder: Path, inputs: dict[str, NDArray[Any]], token: CancelToken) -> list[FloatArray]:
        session = self._session(folder)
        options = onnx_runtime().RunOptions()

        def terminate() -> None:
            options.terminate = True

        token.on_cancel(terminate)
        known = {node.name for node in session.get_inputs()}
        fed = {name: array for name, array in inputs.items() if name in known}
        try:
            outputs = session.run(None, fed, options)
        except _runtime_errors() as error:
            if token.is_cancelled:
                raise CancelledError from error
            raise InferenceError(
                _("The model could not be run on this image; the device page shows whether the engine works.")
            ) from error
        return [np.asarray(output, dtype=np.float32) for output in outputs]

    def _session(self, folder: Path) -> InferenceSession:
        if folder not in self._session_by_folder:
            self._session_by_folder[folder] = _open_session(folder)
        return self._session_by_folder[folder]


def _open_session(folder: Path) -> InferenceSession:
    """Open a graph on the GPU when that works, else on the CPU; raises ModelUnavailableError."""
    try:
        runtime = onnx_runtime()
    except ImportError as error:
        raise EngineUnavailableError(_("ONNX Runtime is not installed here.")) from error
    graph = folder / GRAPH_FILE
    if not graph.is_file():
        raise ModelUnavailableError(
            _("The model in {name} has no graph file, so it cannot be run.").format(name=folder.parent.name)
        )
    options = runtime.SessionOptions()
    options.intra_op_num_threads = os.cpu_count() or 1
    options.log_severity_level = 3
    for providers in _provider_choices(runtime.get_available_providers()):
        try:
            return runtime.InferenceSession(graph, options, providers=providers)
        except _runtime_errors() as error:
            _LOG.warning("provider %s refused the graph: %s", providers[0], type(error).__name__)
    raise ModelUnavailableError(
        _("The graph of the model {name} cannot be opened; install the model again.").format(
            name=folder.parent.name
        )
    )


def _runtime_errors() -> tuple[type[Exception], ...]:
    """Return what opening and running a graph raise; a terminated run is a Fail."""
    return (RuntimeError, *onnx_runtime_errors())


def _provider_choices(available: list[str]) -> list[list[str]]:
    """Return what to try, best first; CUDA only with a driver, since its failure prints to the console."""
    cpu = ["CPUExecutionProvider"]
    if "CUDAExecutionProvider" in available and _has_cuda_driver():
        return [["CUDAExecutionProvider", *cpu], cpu]
    return [cpu]


def _has_cuda_driver() -> bool:
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    return True
