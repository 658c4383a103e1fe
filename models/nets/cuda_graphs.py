"""CUDA graphs: on a graphics card one image costs more time in starting kernels than in the kernels.

The kernels of the first such call are recorded and started all at once from then on.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import torch
from torch import Tensor

_LOG = logging.getLogger(__name__)

_Answer = TypeVar("_Answer")

_WARM_UP_CALLS = 3
"""Before a recording: libraries choose their algorithms, and Triton compiles, in the first calls."""


@dataclass(frozen=True)
class _Recording(Generic[_Answer]):
    graph: torch.cuda.CUDAGraph
    inputs: tuple[Tensor, ...]
    answer: _Answer


class Recorded(Generic[_Answer]):
    """A function of tensors without gradients that is recorded where that helps: on CUDA, for one image.

    Its answer holds the same memory at every call from a recording: take what you need before the next one.
    What cannot be recorded (it copies from the processor midway, or memory is short) is computed every time.
    """

    def __init__(self, function: Callable[..., _Answer]) -> None:
        self._function = function
        self._recording: _Recording[_Answer] | None = None
        self._is_recordable = True

    def __call__(self, *inputs: Tensor) -> _Answer:
        """Answer to inputs whose first axis is the batch; other sizes than the last are recorded anew."""
        if torch.is_grad_enabled() or not all(each.is_cuda and len(each) == 1 for each in inputs):
            return self._function(*inputs)
        recording = self._recording_for(inputs)
        if recording is None:
            return self._function(*inputs)
        for held, given in zip(recording.inputs, inputs, strict=True):
            held.copy_(given)
        recording.graph.replay()
        return recording.answer

    def _recording_for(self, inputs: tuple[Tensor, ...]) -> _Recording[_Answer] | None:
        if self._recording is not None and _fit(self._recording.inputs, inputs):
            return self._recording
        self._recording = None
        if self._is_recordable:
            try:
                self._recording = self._record(inputs)
            except RuntimeError as error:
                self._is_recordable = False
                _LOG.warning("Kernels cannot be recorded and are started one by one: %s", error)
        return self._recording

    def _record(self, inputs: tuple[Tensor, ...]) -> _Recording[_Answer]:
        held = tuple(each.clone() for each in inputs)
        beside = torch.cuda.Stream()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        beside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(beside):
            for _ in range(_WARM_UP_CALLS):
                self._function(*held)
        torch.cuda.current_stream().wait_stream(beside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            answer = self._function(*held)
        return _Recording(graph, held, answer)


def _fit(held: tuple[Tensor, ...], given: tuple[Tensor, ...]) -> bool:
    return [(each.shape, each.dtype) for each in held] == [(each.shape, each.dtype) for each in given]
