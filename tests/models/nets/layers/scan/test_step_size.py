import torch
from torch.nn import functional

from models.nets.layers.scan.step_size import decay_logarithm, step_bias, step_rank, step_weight


def test_starting_steps_are_spread_over_their_range() -> None:
    steps = functional.softplus(step_bias(4, 5000))

    assert steps.min() >= 1e-4 * 0.999
    assert steps.max() <= 0.1 * 1.001
    assert 0.008 < steps.log().mean().exp() < 0.0125


def test_decays_are_minus_one_to_minus_n_in_memory_of_their_own() -> None:
    logarithm = decay_logarithm(4, 3, 16)

    torch.testing.assert_close(-logarithm.exp(), -torch.arange(1.0, 17.0).expand(4, 3, 16))
    logarithm[0, 0] = 0
    assert logarithm[1, 0, 3] > 0


def test_step_weight_is_bounded_by_its_rank() -> None:
    assert step_weight(4, 100, 4).abs().max() <= 0.5


def test_rank_is_a_sixteenth_rounded_up() -> None:
    assert [step_rank(width) for width in (4, 16, 17, 64, 384)] == [1, 1, 2, 4, 24]
