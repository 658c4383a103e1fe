from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from models.contract.lesion.tabular import (
    CATEGORICAL_FEATURES,
    CATEGORICAL_VALUES,
    NUMERIC_FEATURES,
    without_metadata,
)
from models.nets.classification.mambaderm import MambaDerm
from models.nets.layers import tabular_encoder


def test_the_encoder_counts_features_as_the_contract_does() -> None:
    sizes = tuple(len(CATEGORICAL_VALUES[name]) + 1 for name in CATEGORICAL_FEATURES)

    assert len(NUMERIC_FEATURES) == tabular_encoder.NUMERIC_FEATURES == 35
    assert sizes == tabular_encoder.CATEGORY_SIZES


def test_metadata_tokens_are_one_per_feature_and_a_class_token(
    network: MambaDerm, inputs: tuple[Tensor, ...]
) -> None:
    assert network.table(*inputs[1:]).shape == (2, 1 + 35 + 6, 16)


@pytest.mark.parametrize(("numbers", "words"), [(34, 6), (35, 5), (36, 6), (34, 7)])
def test_a_wrong_number_of_columns_is_refused(
    network: MambaDerm, inputs: tuple[Tensor, ...], numbers: int, words: int
) -> None:
    with pytest.raises(ValueError, match=f"{numbers} numeric and {words} categorical"):
        network(inputs[0], torch.zeros(2, numbers), torch.zeros(2, words, dtype=torch.int64))


def test_marking_everything_missing_is_the_path_without_metadata(
    network: MambaDerm, inputs: tuple[Tensor, ...]
) -> None:
    images, numeric, categorical = inputs
    nothing = without_metadata()

    marked = network(images, torch.full_like(numeric, torch.nan), torch.zeros_like(categorical))
    without = network(
        images,
        torch.from_numpy(nothing.numeric).expand(2, -1),
        torch.from_numpy(nothing.categorical).expand(2, -1),
    )

    assert torch.equal(marked, without)
    assert torch.isfinite(without).all()
    assert not torch.equal(without, network(*inputs))


def test_missing_is_not_the_average(network: MambaDerm, inputs: tuple[Tensor, ...]) -> None:
    images, numeric, categorical = inputs
    average = torch.where(numeric.isnan(), network.table.features.numeric_mean, numeric)

    assert not torch.equal(network(images, average, categorical), network(*inputs))


def test_a_missing_number_does_not_depend_on_the_scale_of_its_column(
    network: MambaDerm, inputs: tuple[Tensor, ...]
) -> None:
    before = network(*inputs)
    network.table.features.numeric_mean[::3] = 123.0
    network.table.features.numeric_std[::3] = 45.0

    assert torch.equal(network(*inputs), before)


def test_raw_units_are_standardised_inside(
    network: MambaDerm, make_batch: Callable[..., tuple[Tensor, ...]]
) -> None:
    images, numeric, categorical = make_batch()
    standard = network(images, numeric, categorical)
    network.table.features.numeric_mean.fill_(50.0)
    network.table.features.numeric_std.fill_(12.0)

    torch.testing.assert_close(network(images, numeric * 12.0 + 50.0, categorical), standard)


def test_an_extreme_number_counts_as_six_deviations(network: MambaDerm, inputs: tuple[Tensor, ...]) -> None:
    images, numeric, categorical = inputs
    extreme, limit, within = numeric.clone(), numeric.clone(), numeric.clone()
    extreme[:, 1], limit[:, 1], within[:, 1] = 1e9, 6.0, 5.0

    assert torch.equal(network(images, extreme, categorical), network(images, limit, categorical))
    assert not torch.equal(network(images, within, categorical), network(images, limit, categorical))


def test_a_constant_column_does_not_divide_by_zero(network: MambaDerm, inputs: tuple[Tensor, ...]) -> None:
    network.table.features.numeric_std.zero_()

    assert torch.isfinite(network(*inputs)).all()


def test_the_same_index_means_different_things_in_different_columns(
    network: MambaDerm, inputs: tuple[Tensor, ...]
) -> None:
    images, numeric, _ = inputs
    logits = []
    for column in range(6):
        categorical = torch.zeros(2, 6, dtype=torch.int64)
        categorical[:, column] = 1
        logits.append(network(images, numeric, categorical)[0].item())

    assert len(set(logits)) == 6


def test_attention_chooses_among_all_features(network: MambaDerm, inputs: tuple[Tensor, ...]) -> None:
    attention = network.fusion.attention
    tokens = network.evidence(inputs[0]).local.flatten(1, 2)

    weights = attention.weights(tokens, attention.norm_table(network.table(*inputs[1:])))

    assert weights.shape == (2, 2, 36, 42)
    torch.testing.assert_close(weights.sum(-1), torch.ones(2, 2, 36))
    assert weights.max() < 0.5
    assert (weights.amax(-1) > weights.amin(-1)).all()
