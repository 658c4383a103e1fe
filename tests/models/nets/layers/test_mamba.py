import torch

from models.nets.layers.mamba import Mamba


def test_parameter_count() -> None:
    assert sum(parameter.numel() for parameter in Mamba(256).parameters()) == 437_760


def test_a_token_changes_only_itself_and_later_tokens() -> None:
    torch.manual_seed(0)
    mamba = Mamba(8)
    tokens = torch.randn(2, 11, 8)
    moved = tokens.clone()
    moved[:, 5] += 1.0

    change = (mamba(moved) - mamba(tokens)).abs().amax(-1)

    assert (change[:, :5] == 0).all()
    assert (change[:, 5:] > 0).all()


def test_gradients_reach_every_parameter() -> None:
    torch.manual_seed(0)
    mamba = Mamba(8)

    mamba(torch.randn(2, 11, 8)).square().sum().backward()

    assert all(parameter.grad.abs().max() > 0 for parameter in mamba.parameters())
