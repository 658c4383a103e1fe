import torch
from torch import nn

from models.nets import build


def counted(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def test_the_published_count_is_what_remains_without_scans_and_positions() -> None:
    with torch.device("meta"):
        network = build("mamba_unet")
    mamba = [layer.mamba for layer in network.layers]

    assert [counted(block) for block in mamba] == [437_760] * 6
    assert counted(network.position) == 65_536
    assert counted(network) - 6 * 437_760 - 65_536 == 473_953


def test_a_patch_changes_its_own_logits_and_those_of_later_patches_only() -> None:
    torch.manual_seed(0)
    network = build("mamba_unet_tiny").eval()
    images = torch.randn(1, 3, 24, 32)
    moved = images.clone()
    moved[..., 8:16, 16:24] += 1.0

    change = (network(moved) - network(images)).abs()[0, 0]
    by_patch = change.view(3, 8, 4, 8).amax(dim=(1, 3)).flatten()

    assert (by_patch[: 4 + 2] == 0).all()
    assert (by_patch[4 + 2 :] > 0).all()


def test_it_answers_with_logits_and_not_with_probabilities() -> None:
    torch.manual_seed(0)
    network = build("mamba_unet_tiny").eval()
    nn.init.constant_(network.head.bias, -5.0)

    assert network(torch.randn(2, 3, 24, 32)).max() < 0


def test_positions_tell_equal_patches_apart() -> None:
    torch.manual_seed(0)
    network = build("mamba_unet_tiny").eval()
    nn.init.zeros_(network.layers[0].mamba.out_proj.weight)
    nn.init.zeros_(network.layers[1].mamba.out_proj.weight)

    logits = network(torch.ones(1, 3, 24, 32))[0, 0]

    assert not torch.equal(logits[:8, :8], logits[8:16, 8:16])
