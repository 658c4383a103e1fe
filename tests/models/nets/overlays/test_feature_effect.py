import torch
from torch import Tensor

from models.nets.classification.mambaderm import MambaDerm
from models.nets.overlays.feature_effect import feature_effects


def test_an_effect_is_what_the_logit_loses_without_the_feature(
    network: MambaDerm, inputs: tuple[Tensor, ...]
) -> None:
    images, numeric, categorical = inputs
    effects = feature_effects(network, *inputs)
    assert effects.shape == (2, 41)

    without_number, without_word = numeric.clone(), categorical.clone()
    without_number[:, 4] = torch.nan
    without_word[:, 3] = 0
    whole = network(*inputs)[:, 0]

    found = effects[:, [4, 35 + 3]]
    expected = torch.stack(
        [
            whole - network(images, without_number, categorical)[:, 0],
            whole - network(images, numeric, without_word)[:, 0],
        ],
        dim=1,
    )
    assert expected.abs().min() > 0
    torch.testing.assert_close(found, expected, atol=1e-7, rtol=1e-3)


def test_a_feature_that_is_missing_already_has_no_effect(
    network: MambaDerm, inputs: tuple[Tensor, ...]
) -> None:
    effects = feature_effects(network, *inputs)
    missing = torch.cat([inputs[1].isnan(), inputs[2] == 0], dim=1)

    assert effects[missing].abs().max() < 1e-7
    assert (effects[~missing].abs() > 1e-7).float().mean() > 0.9
