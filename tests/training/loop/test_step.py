import math
from collections.abc import Callable
from itertools import pairwise

import pytest
import torch
from torch import Tensor, nn

from tests.training.loop.toy_task import ToyTask, toy_network, toy_plan
from training.loop.distributed import SINGLE_PROCESS, ProcessGroup
from training.loop.memory import is_device_lost, is_out_of_memory
from training.loop.step import Stepper, TrainingFailedError, parts_of
from training.loop.task import Batch, TrainingTask


def a_batch(count: int = 4) -> Batch:
    x = torch.randn(count, 6, generator=torch.Generator().manual_seed(5))
    return {"x": x, "y": (x.sum(1) > 0).float()}


class HungryTask(ToyTask):
    """Fits only so many images into a memory that fails in the given way."""

    def __init__(self, fits: int, failure: Callable[[], BaseException]) -> None:
        super().__init__()
        self.fits, self.failure = fits, failure
        self.sizes: list[int] = []

    def loss(self, network: nn.Module, batch: Batch) -> Tensor:
        self.sizes.append(len(batch["x"]))
        loss = super().loss(network, batch)
        if len(batch["x"]) > self.fits:
            raise self.failure()
        return loss


def cpu_allocator_failure() -> RuntimeError:
    return RuntimeError("[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can't allocate memory")


class SharedProcessGroup(ProcessGroup):
    """One of two processes, without the other one."""

    def losses_of(self, task: TrainingTask, network: nn.Module) -> nn.Module:
        return SINGLE_PROCESS.losses_of(task, network)

    def mean(self, value: float) -> float:
        return value


FAILURES = (
    lambda: torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
    cpu_allocator_failure,
    MemoryError,
)


def plain_network() -> nn.Module:
    """Without anything that depends on which images are seen together."""
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 1))


def stepper_for(task: ToyTask, network: nn.Module) -> tuple[Stepper, torch.optim.Optimizer]:
    return Stepper(toy_plan(), task, network), torch.optim.SGD(network.parameters(), lr=0.1)


def state_of(network: nn.Module) -> list[Tensor]:
    return [tensor.clone() for tensor in network.state_dict().values()]


@pytest.mark.parametrize("failure", FAILURES)
def test_a_batch_that_does_not_fit_is_computed_in_halves(failure: Callable[[], BaseException]) -> None:
    task = HungryTask(2, failure)
    stepper, optimiser = stepper_for(task, plain_network())
    stepper.take(a_batch(8), optimiser, seed=1)
    assert stepper.micro_batch_size == 2
    assert task.sizes == [8, 4, 2, 2, 2, 2]


def test_a_step_in_parts_equals_the_whole_step() -> None:
    whole, parts = plain_network(), plain_network()
    stepper, optimiser = stepper_for(ToyTask(), whole)
    loss = stepper.take(a_batch(6), optimiser, seed=1)
    hungry, other_optimiser = stepper_for(HungryTask(3, MemoryError), parts)
    assert hungry.take(a_batch(6), other_optimiser, seed=1) == pytest.approx(loss, abs=1e-6)
    # Sums of float32 in another order: a few units in the last place.
    for ours, theirs in zip(state_of(whole), state_of(parts), strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-6, rtol=1e-5)


def test_gradients_added_up_over_batches_make_the_step_of_one_large_batch() -> None:
    """Only without batch normalisation, which sees the images of one batch at a time."""
    large, added = plain_network(), plain_network()
    task = HungryTask(4, AssertionError)
    stepper, optimiser = stepper_for(ToyTask(), large)
    loss = stepper.take(a_batch(12), optimiser, seed=1)
    other_optimiser = torch.optim.SGD(added.parameters(), lr=0.1)
    other = Stepper(toy_plan(batch_size=4, batches_per_step=3), task, added)
    assert other.take(a_batch(12), other_optimiser, seed=1) == pytest.approx(loss, abs=1e-6)
    assert task.sizes == [4, 4, 4]
    for ours, theirs in zip(state_of(large), state_of(added), strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-6, rtol=1e-5)


def test_a_batch_among_several_is_halved_when_it_does_not_fit() -> None:
    task = HungryTask(2, MemoryError)
    network = plain_network()
    stepper = Stepper(toy_plan(batch_size=4, batches_per_step=2), task, network)
    stepper.take(a_batch(8), torch.optim.SGD(network.parameters(), lr=0.1), seed=1)
    assert task.sizes == [4, 2, 2, 2, 2]


def test_processes_take_the_same_number_of_parts_however_many_images_each_has() -> None:
    plan = toy_plan(batch_size=3, batches_per_step=3)
    counts = set()
    for rank in range(2):
        processes = SharedProcessGroup(rank=rank, size=2)
        task = ToyTask()
        network = plain_network()
        Stepper(plan, task, network, processes).take(
            a_batch(9), torch.optim.SGD(network.parameters(), lr=0.1), seed=1
        )
        counts.add(len(task.losses))
    assert counts == {3}


def test_a_halved_batch_stays_halved() -> None:
    task = HungryTask(2, MemoryError)
    stepper, optimiser = stepper_for(task, plain_network())
    stepper.take(a_batch(), optimiser, seed=1)
    del task.sizes[:]
    stepper.take(a_batch(), optimiser, seed=2)
    assert task.sizes == [2, 2]


def test_a_failed_attempt_leaves_the_statistics_alone() -> None:
    """The halves of a retried step update the running statistics as if they had come at once."""
    retried, planned = toy_network(), toy_network()
    stepper, optimiser = stepper_for(HungryTask(2, MemoryError), retried)
    stepper.take(a_batch(), optimiser, seed=1)
    other, other_optimiser = stepper_for(ToyTask(), planned)
    other.micro_batch_size = 2
    other.take(a_batch(), other_optimiser, seed=1)
    for ours, theirs in zip(state_of(retried), state_of(planned), strict=True):
        assert torch.equal(ours, theirs)


def test_one_image_that_does_not_fit_ends_with_a_sentence() -> None:
    stepper, optimiser = stepper_for(HungryTask(0, MemoryError), plain_network())
    with pytest.raises(TrainingFailedError, match="Not even one image fits into the memory"):
        stepper.take(a_batch(), optimiser, seed=1)


def test_an_unusable_batch_leaves_no_trace() -> None:
    network = toy_network()
    stepper, optimiser = stepper_for(ToyTask(spoiled_from=1), network)
    stepper.take(a_batch(), optimiser, seed=1)
    before = state_of(network)
    assert math.isnan(stepper.take(a_batch(), optimiser, seed=2))
    for ours, theirs in zip(before, state_of(network), strict=True):
        assert torch.equal(ours, theirs)


def test_other_errors_are_not_taken_for_a_lack_of_memory() -> None:
    def wrong_shape() -> RuntimeError:
        return RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    stepper, optimiser = stepper_for(HungryTask(2, wrong_shape), plain_network())
    with pytest.raises(RuntimeError, match="shapes"):
        stepper.take(a_batch(), optimiser, seed=1)


def test_the_processors_own_allocator_is_recognised() -> None:
    with pytest.raises(RuntimeError) as failure:
        torch.empty(1 << 60, dtype=torch.uint8)
    assert is_out_of_memory(failure.value)


def test_a_lost_device_is_not_a_lack_of_memory() -> None:
    lost = RuntimeError("CUDA error: an illegal memory access was encountered")
    assert is_device_lost(lost)
    assert not is_out_of_memory(lost)
    assert not is_device_lost(RuntimeError("CUDA error: out of memory"))


@pytest.mark.parametrize(("count", "number"), [(8, 4), (7, 3), (5, 2), (4, 1), (3, 3)])
def test_the_parts_of_a_batch_are_the_batch(count: int, number: int) -> None:
    batch = {"x": torch.arange(count)}
    parts = parts_of(batch, number)
    assert sorted(int(n) for part, _ in parts for n in part["x"]) == list(range(count))
    assert sum(share for _, share in parts) == pytest.approx(1)
    sizes = [len(part["x"]) for part, _ in parts]
    assert len(sizes) == number
    assert max(sizes) - min(sizes) <= 1


def test_each_part_has_some_of_the_melanomas_in_front() -> None:
    batch = {"malignant": torch.tensor([1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])}
    assert [float(part["malignant"].sum()) for part, _ in parts_of(batch, 2)] == [1.0, 1.0]
    shares = [share for _, share in parts_of(batch, 3)]
    assert all(abs(one - other) < 0.2 for one, other in pairwise(shares))
