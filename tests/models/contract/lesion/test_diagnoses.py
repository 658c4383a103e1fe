"""The score divided among diagnoses."""

import numpy as np
import pytest

from models.contract.lesion.diagnoses import divided_score

IS_MALIGNANT = (True, False, True, False)


def test_the_malignant_diagnoses_share_the_score_and_the_benign_ones_the_rest() -> None:
    logits = np.array([[1.0, 0.0, 1.0, np.log(3.0)]])
    (shares,) = divided_score(logits, np.array([0.4]), IS_MALIGNANT)
    assert shares.tolist() == pytest.approx([0.2, 0.15, 0.2, 0.45])


def test_extreme_logits_still_sum_to_one() -> None:
    logits = np.array([[2000.0, -3000.0, 1000.0, 3000.0]], dtype=np.float32)
    (shares,) = divided_score(logits, np.array([0.25]), IS_MALIGNANT)
    assert shares.tolist() == pytest.approx([0.25, 0.0, 0.0, 0.75])


def test_without_a_lesion_there_is_nothing_to_divide() -> None:
    assert divided_score(np.zeros((0, 4)), np.zeros(0), IS_MALIGNANT).shape == (0, 4)
