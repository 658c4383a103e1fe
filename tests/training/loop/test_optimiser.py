import pytest
import torch
from torch import nn

from models.nets import build
from tests.training.contract.test_plan import a_plan
from training.loop.average import AveragedNetwork
from training.loop.optimiser import learning_rate, parameter_groups


def names_without_decay(network: nn.Module) -> set[str]:
    groups = parameter_groups(network, 0.05)
    kept = {id(p) for group in groups if group["weight_decay"] == 0 for p in group["params"]}
    assert len({id(p) for group in groups for p in group["params"]}) == len(list(network.parameters()))
    return {name for name, parameter in network.named_parameters() if id(parameter) in kept}


@pytest.mark.parametrize("name", ["dermomamba_tiny", "mambaderm_tiny"])
def test_only_matrices_and_kernels_decay(name: str) -> None:
    network = build(name)
    kept = names_without_decay(network)
    for key, parameter in network.named_parameters():
        if key.endswith(("a_log", "skip", "delta_bias", ".bias", ".grid", "missing")) or parameter.ndim < 2:
            assert key in kept, key
    assert any(key.endswith("conv.weight") or "convolution.weight" in key for key in
               set(dict(network.named_parameters())) - kept)  # fmt: skip


@pytest.mark.parametrize("schedule", ["one_cycle", "warmup_cosine"])
def test_the_rate_rises_to_its_peak_and_falls_to_its_last_share(schedule: str) -> None:
    plan = a_plan(schedule=schedule, learning_rate=1.0, warmup_share=0.1, final_rate_share=0.01)
    rates = [learning_rate(plan, step, 1000) for step in range(1000)]
    assert max(rates) == pytest.approx(1.0, abs=1e-6)
    assert rates.index(max(rates)) in (99, 100)
    assert rates[:100] == sorted(rates[:100])
    assert rates[100:] == sorted(rates[100:], reverse=True)
    assert rates[-1] == pytest.approx(0.01, abs=1e-4)
    assert min(rates) > 0


def test_the_average_trails_with_a_decay_that_grows_to_its_limit() -> None:
    network = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(network.weight)
    average = AveragedNetwork(network, 0.5)
    nn.init.ones_(network.weight)
    average.update(network, step=0)  # decay 1 / 10
    assert average.network.weight.item() == pytest.approx(0.9)
    average.update(network, step=1000)  # decay 0.5, not 1001 / 1010
    assert average.network.weight.item() == pytest.approx(0.95)


def test_the_average_copies_buffers_as_they_are() -> None:
    network = nn.BatchNorm1d(3)
    average = AveragedNetwork(network, 0.9)
    network.running_mean += 5
    network.num_batches_tracked += 7
    average.update(network, step=0)
    assert torch.equal(average.network.running_mean, network.running_mean)
    assert average.network.num_batches_tracked.item() == 7


def test_the_average_never_learns_by_itself() -> None:
    average = AveragedNetwork(nn.Linear(2, 2), 0.9)
    assert not any(parameter.requires_grad for parameter in average.network.parameters())
