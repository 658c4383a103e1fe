"""What a training task offers to the loop, which knows nothing of boundaries or scores."""

from typing import Protocol, TypeAlias

from torch import Tensor, nn

from training.contract.plan import Stage

Batch: TypeAlias = dict[str, Tensor]


def entrances(network: nn.Module) -> tuple[nn.Module, ...]:
    """Return the modules that a measurement may begin a batch with, for hooks that watch one.

    Tasks ask the network itself, or the core within the extra heads of a classifier, and that as a whole or
    in its parts.
    """
    core: nn.Module = getattr(network, "core", network)
    return (core, *core.children())


class TrainingTask(Protocol):
    """One kind of training: its data, its loss, its measurement."""

    @property
    def counts(self) -> tuple[int, int]:
        """Numbers of training and validation images."""

    def steps_per_epoch(self) -> int:
        """Batches in one epoch, the same at every stage."""

    def open_stage(self, stage: Stage) -> None:
        """Make images of this stage's size ready."""

    def batches(self, epoch: int) -> "EpochBatches":
        """The batches of an epoch; batch n is the same whenever it is asked for."""

    def loss(self, network: nn.Module, batch: Batch) -> Tensor:
        """The scalar to be minimised on one batch."""

    def evaluate(self, network: nn.Module) -> dict[str, float]:
        """Measurements on the validation images; ``score`` is the one to choose by."""


class EpochBatches(Protocol):
    """The batches of one epoch, by their number."""

    def batch(self, index: int) -> Batch:
        """Batch ``index`` on the CPU."""
