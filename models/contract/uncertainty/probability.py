"""How sure a probability is: entropies of several passes and conformal label sets.

None of these is a recommendation; they tell how far the number can be trusted.
"""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray


def binary_entropy(probability: ArrayLike) -> NDArray[np.float64]:
    """-p log2 p - (1 - p) log2 (1 - p) in bits, elementwise: 0 when sure, 1 at one half."""
    p = np.asarray(probability, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        # 0 log 0 is 0 here.
        terms = [np.where(q > 0, -q * np.log2(q), 0.0) for q in (p, 1.0 - p)]
    return np.asarray(terms[0] + terms[1])


def mutual_information(probabilities: ArrayLike) -> float:
    """Entropy of the mean minus mean entropy of several passes (T,), in bits, never negative.

    What the passes disagree about (the model's ignorance), as opposed to what is uncertain in each.
    """
    passes = np.asarray(probabilities, dtype=np.float64)
    total = float(binary_entropy(passes.mean()))
    return max(0.0, total - float(binary_entropy(passes).mean()))


def conformal_quantile(nonconformity: ArrayLike, error_rate: float) -> float:
    """The split-conformal threshold of held-out nonconformity scores 1 - p(true label), (n,).

    The ceil((n + 1)(1 - a))-th smallest score (the "higher" rule: never interpolated, which would
    cover too little). With too few cases for the wanted rate it is 1: every label stays possible.
    """
    scores = np.sort(np.asarray(nonconformity, dtype=np.float64))
    # The rounding keeps (n + 1)(1 - a) = 19.000000000000004 from asking for the 20th score.
    rank = math.ceil(round((len(scores) + 1) * (1.0 - error_rate), 9))
    return 1.0 if rank > len(scores) else float(scores[max(rank, 1) - 1])


def conformal_labels(probability_malignant: float, quantile_by_label: Mapping[str, float]) -> tuple[str, ...]:
    """The labels that cannot be excluded: those with 1 - p(label) within their own quantile.

    Quantiles are per label ("benign", "malignant"), because with few malignant lesions a common one
    would not cover them. Both labels, or none, mean that the score should not be relied upon.
    """
    probability_by_label = {
        "benign": 1.0 - probability_malignant,
        "malignant": probability_malignant,
    }
    return possible_labels(probability_by_label, quantile_by_label)


def possible_labels(
    probability_by_label: Mapping[str, float], quantile_by_label: Mapping[str, float]
) -> tuple[str, ...]:
    """As `conformal_labels`, for labels of any number, such as the diagnoses of a card, in their order."""
    return tuple(
        label
        for label, probability in probability_by_label.items()
        if 1.0 - probability <= quantile_by_label[label] + 1e-12
    )
