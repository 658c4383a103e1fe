"""The network that redraws a boundary from clicks."""

import torch
from torch import nn

from models.nets.segmentation.click_refiner import click_refiner_tiny


def test_logits_have_the_size_of_the_image() -> None:
    network = click_refiner_tiny().eval()
    images = torch.randn(2, 3, 64, 96)
    assert network(images, torch.zeros(2, 3, 64, 96)).shape == (2, 1, 64, 96)


def test_learning_starts_from_what_the_image_says_and_guidance_can_be_learned() -> None:
    torch.manual_seed(3)
    network = click_refiner_tiny().eval()
    images, clicked = torch.randn(1, 3, 64, 64), torch.zeros(1, 3, 64, 64)
    clicked[:, 1, 28:36, 28:36] = 1.0
    before = network(images, torch.zeros_like(clicked))
    assert torch.equal(before, network(images, clicked))
    network(images, clicked).sum().backward()
    last = list(network.guidance.parameters())[-2]
    assert last.grad is not None
    assert last.grad.abs().sum() > 0


def test_each_channel_of_guidance_is_heeded_once_its_weights_are_not_zero() -> None:
    torch.manual_seed(3)
    network = click_refiner_tiny().eval()
    for weight in network.guidance.parameters():
        nn.init.normal_(weight)
    images, none = torch.randn(1, 3, 64, 64), torch.zeros(1, 3, 64, 64)
    for channel in range(3):
        guidance = none.clone()
        guidance[:, channel, 20:40, 20:40] = 1.0
        assert not torch.allclose(network(images, none), network(images, guidance), atol=1e-4)
