"""One optimiser step: in parts when the memory asks for it, and without a trace when it fails."""

import math

import torch
from torch import Tensor, nn

from models.contract.errors import NaevusError
from training.contract.plan import TrainingPlan
from training.loop.distributed import SINGLE_PROCESS, ProcessGroup
from training.loop.frozen_batchnorm import hold_statistics
from training.loop.gradient_checkpointing import recomputed_stages
from training.loop.memory import is_out_of_memory, let_go
from training.loop.task import Batch, TrainingTask

_MOST_BAD_STEPS = 20
"""Steps in a row whose loss or gradient is not finite before the run gives up."""


class TrainingFailedError(NaevusError):
    """The run cannot go on; the message is the sentence to show."""


class Stepper:
    """Moves a network's weights by one batch after the other.

    A batch that does not fit into the memory, or that the plan puts together from several, is computed in
    parts whose gradients are added up, so that steps and sampling stay what the plan says. Losses that are
    means over all images come out the same; batch normalisation, losses over pairs of images and means over
    the images with a known target see the images of a part only.
    """

    def __init__(
        self,
        plan: TrainingPlan,
        task: TrainingTask,
        network: nn.Module,
        processes: ProcessGroup = SINGLE_PROCESS,
    ) -> None:
        self._plan, self._network, self._processes = plan, network, processes
        self._losses = processes.losses_of(task, network)
        self._device = next(network.parameters()).device
        self.micro_batch_size: int | None = None
        """Images computed at once; None as long as whole batches fit."""
        self._bad_steps = 0

    def take(self, batch: Batch, optimiser: torch.optim.Optimizer, *, seed: int) -> float:
        """The loss of the step that was taken; NaN if the batch was unusable and nothing changed.

        Raises:
            TrainingFailedError: unusable batches follow each other, or one image is too large, or the
                part of one among several processes.
        """
        self._enter_training()
        buffers = [buffer.clone() for buffer in self._network.buffers()]
        measured = self._gradients(batch, optimiser, seed)
        while measured is None:
            self._put_back(buffers)
            self._halve(batch)
            measured = self._gradients(batch, optimiser, seed)
        loss, gradient_norm = measured
        if math.isfinite(loss) and math.isfinite(gradient_norm):
            self._bad_steps = 0
            optimiser.step()
            return loss
        self._put_back(buffers)
        self._count_bad_step()
        return math.nan

    def _enter_training(self) -> None:
        self._network.train()
        fine_tuning = self._plan.fine_tuning
        if fine_tuning is not None and fine_tuning.frozen_normalisation:
            hold_statistics(self._network)

    def _gradients(
        self, batch: Batch, optimiser: torch.optim.Optimizer, seed: int
    ) -> tuple[float, float] | None:
        """Loss and gradient norm of the batch, None if the memory did not suffice."""
        torch.manual_seed(seed)
        optimiser.zero_grad(set_to_none=True)
        try:
            loss = self._processes.mean(self._accumulated(batch))
            norm = nn.utils.clip_grad_norm_(self._network.parameters(), self._plan.gradient_clip)
            return loss, float(norm)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
        # Outside of the handler, whose traceback would keep the tensors of the failed attempt.
        optimiser.zero_grad(set_to_none=True)
        let_go(self._device)
        return None

    def _accumulated(self, batch: Batch) -> float:
        """The loss of a batch, with its gradients added up over the parts."""
        total = 0.0
        own, factor = self._processes.part_of(batch)
        for part, share in parts_of(own, self._part_count(batch)):
            on_device = {name: tensor.to(self._device) for name, tensor in part.items()}
            with torch.autocast(self._device.type, torch.bfloat16, enabled=self._plan.amp):
                loss = self._loss(on_device) * (share * factor)
            loss.backward()  # type: ignore[no-untyped-call]
            total += float(loss.detach())
        return total

    def _part_count(self, batch: Batch) -> int:
        """In how many parts a process computes what is its own of a batch."""
        count = image_count(batch)
        if self._processes.is_shared:
            # All processes have to average equally often, so what one can hold does not count here.
            return max(1, min(self._plan.batches_per_step, count // self._processes.size))
        return -(-count // self._at_once(batch))

    def _at_once(self, batch: Batch) -> int:
        """Images that are computed at once."""
        planned = self._plan.batch_size if self._plan.batches_per_step > 1 else image_count(batch)
        return min(self.micro_batch_size or planned, planned, image_count(batch))

    def _loss(self, batch: Batch) -> Tensor:
        with recomputed_stages(self._network, enabled=self._plan.gradient_checkpointing):
            loss: Tensor = self._losses(batch)
            return loss

    def _put_back(self, buffers: list[Tensor]) -> None:
        with torch.no_grad():
            for buffer, earlier in zip(self._network.buffers(), buffers, strict=True):
                buffer.copy_(earlier)

    def _halve(self, batch: Batch) -> None:
        if self._processes.is_shared:
            raise TrainingFailedError(
                "The memory of one process did not suffice; choose smaller images or smaller batches."
            )
        at_once = self._at_once(batch)
        if at_once == 1:
            raise TrainingFailedError(
                "Not even one image fits into the memory; choose smaller images or a smaller network."
            )
        self.micro_batch_size = at_once // 2

    def _count_bad_step(self) -> None:
        self._bad_steps += 1
        if self._bad_steps >= _MOST_BAD_STEPS:
            raise TrainingFailedError(
                "The loss is no longer a number; try a smaller learning rate or train without amp."
            )


def image_count(batch: Batch) -> int:
    """Images in a batch."""
    return len(next(iter(batch.values())))


def parts_of(batch: Batch, parts: int) -> list[tuple[Batch, float]]:
    """So many ``parts`` of nearly the same number of images, each with its share of the batch.

    Every n-th image goes into the same part, so that a batch which has its melanomas in front gives
    each part some of them.
    """
    count = image_count(batch)
    return [
        (part, image_count(part) / count)
        for part in ({name: tensor[first::parts] for name, tensor in batch.items()} for first in range(parts))
    ]
