"""Several processes that carry out one run together, as torchrun starts them; usually there is one.

Each takes its part of every batch, and the gradients are averaged by DistributedDataParallel. The first
process alone keeps, measures and tells; what it decides is what all do. A process alone pays nothing and
computes what it would compute without this file.
"""

import gc
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

from models.contract.errors import NaevusError
from training.loop.task import Batch, TrainingTask

_PATIENCE = timedelta(days=1)
"""The others wait while the first measures; a process that ends is noticed at once all the same."""
_LOST_PEER = ("closed by peer", "reset by peer", "Broken pipe", "gloo", "NCCL", "ProcessGroup", "TCPStore")
"""What torch writes when the process at the other end of a connection has ended."""


class PeerLostError(NaevusError):
    """Another process of the run has ended too early."""

    def __init__(self) -> None:
        super().__init__(
            "Another process of this run broke off; its reason stands in the log. The run can be resumed."
        )


@dataclass(frozen=True)
class ProcessGroup:
    """One process among those of a run."""

    rank: int = 0
    size: int = 1
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))

    @property
    def is_first(self) -> bool:
        """Whether this process keeps, measures and tells."""
        return self.rank == 0

    @property
    def is_shared(self) -> bool:
        """Whether there are others."""
        return self.size > 1

    def broadcast_flag(self, flag: bool) -> bool:
        """The flag of the first process, in all of them."""
        if not self.is_shared:
            return flag
        answer = torch.tensor([int(flag)], device=self.device)
        with _losses_in_a_sentence():
            distributed.broadcast(answer, src=0)
            return bool(answer.item())

    def mean(self, value: float) -> float:
        """The mean of all processes' values."""
        if not self.is_shared:
            return value
        total = torch.tensor([value], dtype=torch.float64, device=self.device)
        with _losses_in_a_sentence():
            distributed.all_reduce(total)
            return float(total.item()) / self.size

    @contextmanager
    def main_process_first(self) -> Iterator[None]:
        """Let the others wait until the first has made ready what all read, such as decoded images."""
        if not self.is_first:
            self.mean(0.0)
        yield
        if self.is_first:
            self.mean(0.0)

    def part_of(self, batch: Batch) -> tuple[Batch, float]:
        """This process's images of a batch, and the factor that makes the mean over processes that of images.

        A process for which no image is left computes one whose loss counts nothing, because all have
        to take part in averaging.
        """
        if not self.is_shared:
            return batch, 1.0
        count = len(next(iter(batch.values())))
        own = len(range(self.rank, count, self.size))
        start = self.rank if own else 0
        return {name: values[start :: self.size] for name, values in batch.items()}, own * self.size / count

    def losses_of(self, task: TrainingTask, network: nn.Module) -> nn.Module:
        """The task's loss of a batch as a module whose gradients are the means over all processes."""
        losses = _Losses(task, network)
        if not self.is_shared:
            return losses
        with _losses_in_a_sentence():
            return DistributedDataParallel(losses, find_unused_parameters=True)


SINGLE_PROCESS = ProcessGroup()


class _Losses(nn.Module):
    """Wraps the loss, not the network, because tasks ask more of a network than its outputs."""

    def __init__(self, task: TrainingTask, network: nn.Module) -> None:
        super().__init__()
        self._task, self.network = task, network

    def forward(self, batch: Batch) -> Tensor:
        return self._task.loss(self.network, batch)


def is_first_process() -> bool:
    """Whether this process is the only one, or the first of those that torchrun started."""
    return int(os.environ.get("RANK", "0")) == 0


def processes_here() -> int:
    """How many processes of the run share this machine's cores."""
    return int(os.environ.get("LOCAL_WORLD_SIZE", "1"))


@contextmanager
def init_distributed(device: torch.device) -> Iterator[ProcessGroup]:
    """Meet the other processes of the run, if torchrun started some, and part when the block ends.

    Raises:
        PeerLostError: another process ended, or torchrun asks this one to end for it.
    """
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield ProcessGroup(device=device)
        return
    if device.type == "cuda":
        device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
        torch.cuda.set_device(device)
    signal.signal(signal.SIGTERM, _break_off)
    with _losses_in_a_sentence():
        distributed.init_process_group("nccl" if device.type == "cuda" else "gloo", timeout=_PATIENCE)
    try:
        yield ProcessGroup(distributed.get_rank(), size, device)
    finally:
        # From here on the process is about to end by itself, and has to say how.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        # What shares its gradients holds on to the group, whose threads abort a process that ends under them.
        gc.collect()
        with suppress(RuntimeError):
            distributed.destroy_process_group()


def is_peer_lost(error: BaseException) -> bool:
    """Whether this error says that another process has ended."""
    return isinstance(error, RuntimeError) and any(words in str(error) for words in _LOST_PEER)


@contextmanager
def _losses_in_a_sentence() -> Iterator[None]:
    try:
        yield
    except RuntimeError as error:
        raise PeerLostError from error


def _break_off(*_: object) -> None:
    # torchrun ends the processes that are left when one has failed.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise PeerLostError
