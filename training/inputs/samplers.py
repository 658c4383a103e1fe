"""In which order an epoch shows its images: shuffled, balanced, or with a quota of melanomas."""

import numpy as np
from numpy.typing import NDArray

_MOST_REPEATS = 3
"""Draws of one negative in an epoch, where its source has few of them."""


def generator(*key: int) -> np.random.Generator:
    """A random generator that belongs to ``key``, e.g. (seed, epoch, position)."""
    return np.random.default_rng(key)


def shuffled_batches(count: int, batch_size: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """(batches, batch_size) positions, each once; the incomplete last batch is filled up anew."""
    order = rng.permutation(count)
    missing = -count % batch_size
    filler = rng.choice(count, size=missing, replace=missing > count)
    return np.concatenate([order, filler]).reshape(-1, batch_size)


def quota_batches(
    is_positive: NDArray[np.bool_],
    batch_size: int,
    positives_per_batch: int,
    rng: np.random.Generator,
) -> NDArray[np.intp]:
    """(batches, batch_size) positions with a fixed number of positives in each batch.

    Every negative is shown once per epoch; positives go round as often as the quota needs.
    """
    positives, negatives = np.flatnonzero(is_positive), np.flatnonzero(~is_positive)
    if positives_per_batch == 0 or len(positives) == 0 or len(negatives) == 0:
        return shuffled_batches(len(is_positive), batch_size, rng)
    benign_per_batch = batch_size - positives_per_batch
    batches = -(-len(negatives) // benign_per_batch)
    benign = rounds(negatives, batches * benign_per_batch, rng).reshape(batches, -1)
    malignant = rounds(positives, batches * positives_per_batch, rng).reshape(batches, -1)
    return np.concatenate([malignant, benign], axis=1)


def source_quota_batches(
    is_positive: NDArray[np.bool_],
    sources: NDArray[np.str_],
    batch_size: int,
    positives_per_batch: int,
    rng: np.random.Generator,
) -> NDArray[np.intp]:
    """(batches, batch_size) positions with a fixed number of positives, and no source richer in them.

    Where a collection of biopsies meets one of nevi, a network learns to tell the cameras apart instead of
    the lesions; here malignant draws have the same share in every source. Each negative comes once in an
    epoch, up to three times where its source has more positives.
    """
    share = positives_per_batch / (batch_size - positives_per_batch)
    negative_draws: list[NDArray[np.intp]] = []
    positive_draws: list[NDArray[np.intp]] = []
    for source in np.unique(sources):
        negatives = np.flatnonzero(~is_positive & (sources == source))
        positives = np.flatnonzero(is_positive & (sources == source))
        count = min(_MOST_REPEATS * len(negatives), max(len(negatives), len(positives)))
        if count:
            negative_draws.append(rounds(negatives, count, rng))
        if len(positives):
            positive_draws.append(rounds(positives, max(1, round(share * count)), rng))
    if positives_per_batch == 0 or not negative_draws or not positive_draws:
        return shuffled_batches(len(is_positive), batch_size, rng)
    benign = rng.permutation(np.concatenate(negative_draws))
    malignant = rng.permutation(np.concatenate(positive_draws))
    batches = -(-len(benign) // (batch_size - positives_per_batch))
    return np.concatenate(
        [
            rounds(malignant, batches * positives_per_batch, rng).reshape(batches, -1),
            np.resize(benign, batches * (batch_size - positives_per_batch)).reshape(batches, -1),
        ],
        axis=1,
    )


def balanced_batches(
    is_positive: NDArray[np.bool_], batch_size: int, rng: np.random.Generator
) -> NDArray[np.intp]:
    """(batches, batch_size) positions; half of an epoch's draws are positives, in any batch as it comes.

    An epoch has as many draws as there are images: of the rarer class each comes several times, of the
    other one some wait for a later epoch.
    """
    positives, negatives = np.flatnonzero(is_positive), np.flatnonzero(~is_positive)
    if len(positives) == 0 or len(negatives) == 0:
        return shuffled_batches(len(is_positive), batch_size, rng)
    draws = -(-len(is_positive) // batch_size) * batch_size
    chosen = [rounds(positives, draws // 2, rng), rounds(negatives, draws - draws // 2, rng)]
    return rng.permutation(np.concatenate(chosen)).reshape(-1, batch_size)


def rounds(items: NDArray[np.intp], count: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """``count`` of ``items`` in shuffled rounds: none comes again before all have come."""
    rounds = [rng.permutation(items) for _ in range(-(-count // len(items)))]
    return np.concatenate(rounds)[:count]
