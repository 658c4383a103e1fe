"""How a score divides among the diagnoses that a model tells apart."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

DIAGNOSIS_LOGITS: Final = "diagnosis_logits"
"""What both engines call them, (B, K) float32 in the order of the card's diagnoses."""


def divided_score(
    logits: NDArray[np.floating], malignancy: NDArray[np.floating], is_malignant: Sequence[bool]
) -> NDArray[np.float64]:
    """The probability of each diagnosis, (N, K) in [0, 1], rows summing to one.

    The malignant ones share the calibrated score by their softmax, the benign ones share the rest, so that
    what is said of the diagnoses never contradicts the score.

    Args:
        logits: (N, K) of the diagnoses.
        malignancy: (N,) calibrated probabilities of malignancy.
        is_malignant: for each diagnosis; both kinds occur.
    """
    malignant = np.array(is_malignant, dtype=bool)
    shares = np.empty(logits.shape, dtype=np.float64)
    for kind, whole in ((malignant, malignancy), (~malignant, 1.0 - np.asarray(malignancy))):
        shares[:, kind] = np.asarray(whole, np.float64)[:, None] * _softmax(logits[:, kind])
    return shares


def _softmax(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    raised = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))
