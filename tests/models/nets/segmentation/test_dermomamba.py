import pytest
import torch
from torch import nn
from torch.nn import functional

from models.nets import CATALOGUE, build
from models.nets.layers.ss2d import SS2D

FAMILY = [architecture.name for architecture in CATALOGUE if architecture.name.startswith("dermomamba")]


def parameter_count(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.mark.parametrize(
    ("name", "size_px", "count"),
    [
        ("dermomamba", (192, 256), 4_953_425),
        ("dermomamba", (224, 224), 4_953_413),
        ("dermomamba", (256, 256), 4_954_473),
        ("dermomamba_lean", (256, 256), 1_015_241),
    ],
)
def test_parameter_count(name: str, size_px: tuple[int, int], count: int) -> None:
    network = build(name, reference_height_px=size_px[0], reference_width_px=size_px[1])

    assert parameter_count(network) == count


def test_parameter_count_of_every_stage() -> None:
    network = build("dermomamba", reference_height_px=256, reference_width_px=256)

    encoder = [parameter_count(block) for block in network.encoder]
    decoder = [parameter_count(block) for block in network.decoder]
    assert encoder == [9_265, 32_545, 121_153, 467_073, 1_833_217]
    assert decoder == [6_736, 26_784, 106_816, 426_624, 1_705_216]
    assert [parameter_count(block) for block in network.skip_attention] == [262, 680, 2_284, 8_564, 33_412]
    assert (parameter_count(network.pcam), parameter_count(network.bottleneck)) == (41_984, 131_777)
    assert (parameter_count(network.stem), parameter_count(network.head)) == (64, 17)


@pytest.mark.parametrize("name", FAMILY)
def test_steps_and_decays_are_safe_after_construction(name: str) -> None:
    scans = [module for module in build(name).modules() if isinstance(module, SS2D)]

    assert len(scans) >= 4
    for scan in scans:
        steps = functional.softplus(scan.delta_bias)
        assert steps.min() >= 0.999e-4
        assert steps.max() <= 0.1001
        decays = torch.arange(1.0, scan.a_log.shape[-1] + 1)
        torch.testing.assert_close(scan.a_log.exp(), decays.expand_as(scan.a_log))


@pytest.mark.parametrize("size_px", [(48, 64), (64, 48), (8, 40)])
def test_logits_have_the_size_of_the_image(size_px: tuple[int, int]) -> None:
    torch.manual_seed(0)
    network = build("dermomamba_tiny").eval()

    logits = network(torch.randn(2, 3, *size_px))

    assert logits.shape == (2, 1, *size_px)
    assert torch.isfinite(logits).all()


def test_an_image_is_outlined_the_same_alone_and_in_a_batch() -> None:
    torch.manual_seed(0)
    network = build("dermomamba_tiny").eval()
    images = torch.randn(3, 3, 24, 32)

    alone = torch.cat([network(image[None]) for image in images])

    torch.testing.assert_close(network(images), alone, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["dermomamba_tiny", "dermomamba_lean"])
def test_gradients_reach_every_parameter(name: str) -> None:
    torch.manual_seed(0)
    network = build(name, reference_height_px=64, reference_width_px=96)

    network(torch.randn(2, 3, 64, 96)).square().sum().backward()

    silent = [key for key, parameter in network.named_parameters() if parameter.grad is None]
    assert silent == []
    assert all(torch.isfinite(parameter.grad).all() for parameter in network.parameters())


def test_a_network_learns_to_outline_a_square() -> None:
    torch.manual_seed(0)
    network = build("dermomamba_tiny", reference_height_px=24, reference_width_px=32)
    masks = torch.zeros(4, 1, 24, 32)
    for i in range(4):
        masks[i, :, 4 + i : 14 + i, 6 + 3 * i : 18 + 3 * i] = 1.0
    images = masks.expand(4, 3, 24, 32) * -2 + 0.3 * torch.randn(4, 3, 24, 32)
    optimiser = torch.optim.AdamW(network.parameters(), 3e-3)

    for _ in range(25):
        optimiser.zero_grad()
        functional.binary_cross_entropy_with_logits(network(images), masks).backward()
        optimiser.step()

    found = network(images) > 0
    overlap = 2 * (found * masks).sum() / (found.sum() + masks.sum())
    assert overlap > 0.9


def test_an_unknown_architecture_is_named_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="no architecture named resnet; known are dermomamba, "):
        build("resnet")
