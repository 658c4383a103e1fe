"""The last map of a score network: plain, with evidence, or over diagnoses."""

from collections.abc import Sequence

from torch import nn

from models.nets.classification.diagnoses import DiagnosisLinear
from models.nets.classification.evidence import EvidentialLinear


def score_layer(
    width: int, classes: int, *, evidential: bool = False, diagnosis_labels: Sequence[int] = ()
) -> nn.Linear:
    """Return the last map of a classifier.

    Args:
        width: features that it reads.
        classes: logits of a plain map; the others begin with that of malignancy and need no number.
        evidential: tell how much evidence there is; see `evidence`.
        diagnosis_labels: 0 (benign) or 1 (malignant) for each diagnosis to be told apart; see `diagnoses`.

    Raises:
        ValueError: evidence of more than malignancy is asked for, or a number of classes beside diagnoses.
    """
    if (evidential or diagnosis_labels) and classes != 1:
        raise ValueError("A head with evidence or diagnoses begins with one logit, that of malignancy.")
    if evidential and diagnosis_labels:
        raise ValueError("An evidential head knows benign and malignant only, not diagnoses.")
    if diagnosis_labels:
        return DiagnosisLinear(width, diagnosis_labels)
    return EvidentialLinear(width) if evidential else nn.Linear(width, classes)
