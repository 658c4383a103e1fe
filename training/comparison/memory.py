"""How much memory weights and one forward pass need, each model measured in a fresh process.

In a process that has run other models before, memory that those gave back would hide what the next one takes.
"""

import json
import multiprocessing
import signal
import sys
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

import torch
from torch import Tensor

from models.contract.errors import NaevusError
from training.comparison.benchmarked_models import BenchmarkedModel
from training.comparison.record import DeviceName, PeakMemory
from training.loop.error_messages import plain_reason
from training.loop.memory import peak_memory_bytes

_STATUS = Path("/proc/self/status")
_CLEAR_REFS = Path("/proc/self/clear_refs")
_FORGET_PEAK = "5"


class MemoryUnknownError(NaevusError):
    """The memory could not be measured; the message is the sentence to show."""


def peak_memory(
    benchmarked: BenchmarkedModel, *, device: DeviceName, batch_sizes: tuple[int, ...], threads: int
) -> tuple[PeakMemory, ...]:
    """Run the model in a process of its own and say what it needed.

    Raises:
        MemoryUnknownError: this system tells nobody, or the process failed or was ended by the system.
    """
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    arguments = (sender, benchmarked, device, batch_sizes, threads)
    process = context.Process(target=_measure, args=arguments, daemon=True)
    process.start()
    sender.close()
    try:
        answer = json.loads(receiver.recv_bytes())
    except EOFError as error:
        raise MemoryUnknownError(
            "The process in which the memory was measured was ended; the memory probably did not suffice."
        ) from error
    finally:
        process.kill()
        process.join()
        receiver.close()
    if "failure" in answer:
        raise MemoryUnknownError(answer["failure"])
    return tuple(PeakMemory.model_validate(each) for each in answer["peaks"])


def _measure(
    sender: Connection,
    benchmarked: BenchmarkedModel,
    device: DeviceName,
    batch_sizes: tuple[int, ...],
    threads: int,
) -> None:
    """What the fresh process does; its answer is one line of JSON."""
    # Ctrl+C reaches this process too; the one that started it says how to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(threads)
    try:
        peaks = (_peaks_on_cpu if device == "cpu" else _peaks_on_gpu)(benchmarked, batch_sizes)
        answer: dict[str, object] = {"peaks": [peak.model_dump() for peak in peaks]}
    except Exception as error:  # noqa: BLE001  told by the process that asked
        answer = {"failure": plain_reason(error) or f"{type(error).__name__}: {error}"}
    sender.send_bytes(json.dumps(answer).encode())


def _peaks_on_cpu(benchmarked: BenchmarkedModel, batch_sizes: tuple[int, ...]) -> list[PeakMemory]:
    """The highest resident size during each pass, less the one before there was a network or a batch."""
    _warm_up()
    _forget_peak()
    baseline_bytes = _peak_resident_bytes()
    network = benchmarked.network()
    peaks = []
    for batch_size in batch_sizes:
        inputs = benchmarked.inputs(batch_size)
        _forget_peak()
        with torch.inference_mode():
            network(**inputs)
        peak_bytes = max(0, _peak_resident_bytes() - baseline_bytes)
        peaks.append(PeakMemory(device="cpu", batch_size=batch_size, peak_bytes=peak_bytes))
    return peaks


def _peaks_on_gpu(benchmarked: BenchmarkedModel, batch_sizes: tuple[int, ...]) -> list[PeakMemory]:
    """The most that torch had allocated during each pass, weights included."""
    network = benchmarked.network().cuda()
    peaks = []
    for batch_size in batch_sizes:
        inputs = {name: tensor.cuda() for name, tensor in benchmarked.inputs(batch_size).items()}
        torch.cuda.reset_peak_memory_stats()
        with torch.inference_mode():
            network(**inputs)
        torch.cuda.synchronize()
        peak_bytes = torch.cuda.max_memory_allocated()
        peaks.append(PeakMemory(device="cuda", batch_size=batch_size, peak_bytes=peak_bytes))
    return peaks


def _warm_up() -> None:
    """Load what every network needs once, so that it is in the baseline: the compiled scan above all."""
    from models.nets.layers.ss2d import SS2D

    with torch.inference_mode():
        image: Tensor = torch.nn.Conv2d(3, 8, 3, padding=1)(torch.zeros(1, 3, 16, 16))
        SS2D(8)(image.permute(0, 2, 3, 1))


def _forget_peak() -> None:
    """Let the peak begin anew where the system can do that; elsewhere it stays the highest so far."""
    with suppress(OSError):
        _CLEAR_REFS.write_text(_FORGET_PEAK, "ascii")


def _peak_resident_bytes() -> int:
    if sys.platform == "linux":
        # Not getrusage: a new process inherits there what the one that started it once needed.
        lines = _STATUS.read_text("ascii").splitlines()
        peak = next(line for line in lines if line.startswith("VmHWM:"))
        return int(peak.split()[1]) * 1024
    return peak_memory_bytes(torch.device("cpu"))
