"""Monte Carlo dropout: many passes with dropout awake, and how far they disagree.

Source: Gal and Ghahramani, arXiv 1506.02142. Only dropout is awake: norms use their running statistics, and
whole branches (stochastic depth) are never left out.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from models.contract.uncertainty.probability import binary_entropy
from training.contract.data_set import DataSetError

_SEED = 1
_NATS_PER_BIT = float(np.log(2))
_DROPOUTS = (nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d, nn.AlphaDropout, nn.FeatureAlphaDropout)


@dataclass(frozen=True)
class Disagreement:
    """What passes say together, each an array of the shape that one pass has; entropies in nats."""

    mean: NDArray[np.float64]
    """Mean probability."""
    predictive_entropy: NDArray[np.float64]
    """Of the mean: everything that is uncertain."""
    mutual_information: NDArray[np.float64]
    """The part of it that comes from disagreement between the passes; 0 where all say the same."""


def disagreement(probabilities: NDArray[np.floating]) -> Disagreement:
    """What passes (T, ...) of probabilities in [0, 1] say together."""
    passes = probabilities.astype(np.float64)
    mean = passes.mean(axis=0)
    entropy = _NATS_PER_BIT * binary_entropy(mean)
    expected = _NATS_PER_BIT * binary_entropy(passes).mean(axis=0)
    return Disagreement(mean, entropy, np.maximum(entropy - expected, 0.0))


def check_has_dropout(network: nn.Module) -> None:
    """Raise DataSetError if all passes of a network would be one."""
    if not _dropouts(network):
        raise DataSetError("This network has no dropout, so many passes would all say the same.")


def passes_of(network: nn.Module, ask: Callable[[], NDArray[np.float32]], count: int) -> NDArray[np.float32]:
    """(count, ...): the answers of so many passes, the same ones whenever they are asked for.

    Raises:
        DataSetError: the network has no dropout, so that all passes would be one.
    """
    check_has_dropout(network)
    with torch.random.fork_rng(), dropout_awake(network):
        answers = []
        for number in range(count):
            torch.manual_seed(_SEED * 1_000_003 + number)
            answers.append(ask())
    return np.stack(answers)


@contextmanager
def dropout_awake(network: nn.Module) -> Iterator[None]:
    """Let dropout drop in a network that is otherwise evaluated; its mode is put back afterwards."""
    modes = [(module, module.training) for module in network.modules()]
    network.eval()
    for layer in _dropouts(network):
        layer.train()
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode


def _dropouts(network: nn.Module) -> list[nn.Module]:
    return [layer for layer in network.modules() if isinstance(layer, _DROPOUTS) and layer.p > 0]
