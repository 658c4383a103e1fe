"""The model server as an engine: a process of its own that holds torch and the fast scan kernels.

A process of its own survives running out of memory, and keeps torch out of the application.
"""

import logging
import subprocess
import sys
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import CancelledError, InferenceError
from app.inference.engine import (
    ClassifierInput,
    ClassifierOutput,
    EngineUnavailableError,
    FloatArray,
    SegmenterOutput,
)
from app.subprocesses import HEAVY_WORK, environment
from app.translation import _
from app.usecases.cancellation import CancelToken
from models.contract.files.private_files import create_private, make_private_folder
from models.contract.lesion.diagnoses import DIAGNOSIS_LOGITS
from models.contract.messages import ConnectionLostError, Message, receive, send

_LOG = logging.getLogger(__name__)


class ServerEngine:
    """Talks to ``python -m models.serve``; starts it at first use and again after it died."""

    name = "model server"

    def __init__(self, log_file: Path) -> None:
        self._log_file = log_file
        self._process: subprocess.Popen[bytes] | None = None
        self._greeting: dict[str, Any] = {}

    def segment(self, folder: Path, images: FloatArray, token: CancelToken) -> SegmenterOutput:
        """Return what the segmentation model in ``folder`` says of images (B, 3, h, w)."""
        arrays = self._ask({"verb": "segment", "folder": str(folder)}, {"images": images}, token)
        return SegmenterOutput.of(arrays)

    def classify(self, folder: Path, batch: ClassifierInput, token: CancelToken) -> ClassifierOutput:
        """Return the logits and overlays of the score model in ``folder``."""
        arrays = self._ask({"verb": "classify", "folder": str(folder)}, batch.by_name(), token)
        diagnosis_logits = arrays.pop(DIAGNOSIS_LOGITS, None)
        return ClassifierOutput(arrays.pop("logits"), arrays, diagnosis_logits)

    def refine(
        self, folder: Path, images: FloatArray, guidance: FloatArray, token: CancelToken
    ) -> FloatArray:
        """Return logits (B, 1, h, w) of the refiner in ``folder`` for images and guidance (B, 3, h, w)."""
        arrays = {"images": images, "guidance": guidance}
        return self._ask({"verb": "refine", "folder": str(folder)}, arrays, token)["logits"]

    def explain(self, name: str, folder: Path, batch: ClassifierInput, token: CancelToken) -> FloatArray:
        """Return an overlay's maps (B, g, g) for the batch."""
        values = {"verb": "explain", "folder": str(folder), "overlay": name}
        return self._ask(values, batch.by_name(), token)["maps"]

    def overlay_names(self) -> tuple[str, ...]:
        """Return the overlays the server offers; starts it if need be."""
        self._started()
        return tuple(self._greeting["overlays"])

    def provider(self) -> str:
        """Return the device and scan kernel the server uses; starts it if need be."""
        self._started()
        return str(self._greeting["provider"])

    def close(self) -> None:
        """End the server."""
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                _close_quietly(pipe)
        try:
            process.wait(timeout=3)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _ask(
        self, values: dict[str, Any], arrays: dict[str, NDArray[Any]], token: CancelToken
    ) -> dict[str, FloatArray]:
        if token.is_cancelled:
            raise CancelledError
        try:
            answer = self._exchange(Message(values, arrays))
        except ConnectionLostError:
            _LOG.warning("the model server ended; starting it again")
            self.close()
            answer = self._exchange_once_more(Message(values, arrays))
        if token.is_cancelled:
            raise CancelledError
        if "error" in answer.values:
            raise InferenceError(str(answer.values["error"]))
        return {name: np.asarray(array, dtype=np.float32) for name, array in answer.arrays.items()}

    def _exchange(self, message: Message) -> Message:
        process = self._started()
        send(cast("BinaryIO", process.stdin), message)
        return receive(cast("BinaryIO", process.stdout))

    def _exchange_once_more(self, message: Message) -> Message:
        try:
            return self._exchange(message)
        except ConnectionLostError as error:
            self.close()
            raise InferenceError(
                _("The model server ended twice while working on this image; there may be too little memory.")
            ) from error

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self.close()
        if self._process is None:
            self._process = self._start()
        return self._process

    def _start(self) -> subprocess.Popen[bytes]:
        make_private_folder(self._log_file.parent)
        create_private(self._log_file)
        with self._log_file.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "models.serve"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment(HEAVY_WORK),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        try:
            self._greeting = dict(receive(cast("BinaryIO", process.stdout)).values)
        except ConnectionLostError as error:
            process.kill()
            process.wait()
            raise EngineUnavailableError(
                _("The model server could not start here; {name} in the log folder says why.").format(
                    name=self._log_file.name
                )
            ) from error
        return process


def _close_quietly(pipe: Any) -> None:  # noqa: ANN401 - subprocess types its pipes as IO[Any]
    try:
        pipe.close()
    except OSError:
        # The process died with unsent bytes in the pipe; there is nobody left to send them to.
        _LOG.debug("the pipe to the model server was already broken")
