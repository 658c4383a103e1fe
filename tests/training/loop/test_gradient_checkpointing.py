from functools import partial

import pytest
import torch
from torch import Tensor, nn

from models.nets import build
from models.nets.classification.score_network import ScoreNetwork
from training.loop.frozen_batchnorm import hold_statistics
from training.loop.gradient_checkpointing import outermost_stages, recomputed_stages

IMAGES = torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(3))
RECOMPUTED = (
    *("dermomamba_tiny", "mamba_unet_tiny", "unet_tiny", "mambaderm_tiny"),
    *("mambaderm_hierarchical_tiny", "mambavision_tiny", "medmamba_tiny"),
)
SMALL_LEAN = {"base_channels": 8, "stages": 3}


def answers(network: nn.Module, *, enabled: bool) -> Tensor:
    """One forward and backward pass on the same images with the same dropout."""
    torch.manual_seed(7)
    inputs: tuple[Tensor, ...] = (IMAGES,)
    if isinstance(network, ScoreNetwork):
        inputs = (IMAGES, torch.full((2, 35), torch.nan), torch.zeros(2, 6, dtype=torch.int64))
    with recomputed_stages(network, enabled=enabled):
        logits: Tensor = network(*inputs)
    logits.square().sum().backward()
    return logits.detach()


def built(name: str) -> nn.Module:
    torch.manual_seed(0)
    return build(name, **(SMALL_LEAN if name == "dermomamba_lean" else {})).train()


@pytest.mark.parametrize("held", [False, True], ids=["learned statistics", "held statistics"])
@pytest.mark.parametrize("name", [*RECOMPUTED, "dermomamba_lean"])
def test_gradients_and_statistics_are_those_without_recomputation(name: str, held: bool) -> None:
    kept, recomputed = built(name), built(name)
    if held:
        hold_statistics(kept)
        hold_statistics(recomputed)
    assert torch.equal(answers(kept, enabled=False), answers(recomputed, enabled=True))
    for (label, ours), theirs in zip(kept.named_parameters(), recomputed.parameters(), strict=True):
        assert (ours.grad is None) == (theirs.grad is None), label
        if ours.grad is not None and theirs.grad is not None:
            assert torch.equal(ours.grad, theirs.grad), label
    for (label, ours), theirs in zip(kept.named_buffers(), recomputed.buffers(), strict=True):
        assert torch.equal(ours, theirs), label


@pytest.mark.parametrize("name", RECOMPUTED)
def test_less_is_kept_for_the_backward_pass(name: str) -> None:
    def kept_bytes(*, enabled: bool) -> int:
        sizes: dict[int, int] = {}

        def note(tensor: Tensor) -> Tensor:
            storage = tensor.untyped_storage()
            sizes[storage.data_ptr()] = storage.nbytes()
            return tensor

        network = built(name)
        with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
            answers(network, enabled=enabled)
        return sum(sizes.values())

    assert kept_bytes(enabled=True) < 0.7 * kept_bytes(enabled=False)


def test_no_stage_lies_within_another_one() -> None:
    stages = outermost_stages(built("dermomamba_tiny"))
    assert len(stages) >= 3
    parts = {id(part) for stage in stages for part in stage.modules() if part is not stage}
    assert not parts & {id(stage) for stage in stages}


def test_the_network_is_as_before_once_the_loss_is_known() -> None:
    network = built("dermomamba_tiny")
    names = list(network.state_dict())
    answers(network, enabled=True)
    assert list(network.state_dict()) == names
    assert not any(isinstance(module.__dict__.get("forward"), partial) for module in network.modules())
