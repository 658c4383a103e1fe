"""The loss that teaches diagnoses, its targets and its weights."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from models.contract.shelf.card import Diagnosis
from models.nets.classification.diagnoses import DiagnosisLinear
from training.contract.data_set import DataSetError, Sample
from training.tasks.diagnosis_loss import DiagnosisTargets, diagnoses_loss, places_of

DIAGNOSES = (
    Diagnosis(name="bcc", is_malignant=True),
    Diagnosis(name="melanoma", is_malignant=True),
    Diagnosis(name="nevus", is_malignant=False),
)
EVEN = torch.ones(3)


def sample(diagnosis: str | None, *, malignant: bool) -> Sample:
    return Sample(
        "image", "train", Path("i.png"), None, diagnosis, malignant, None, None, None, "g", None, (None,) * 5
    )


def outputs_of(logits: Tensor) -> dict[str, Tensor]:
    head = DiagnosisLinear(1, (1, 1, 0))
    return {"by_diagnosis": logits, "malignant": head.malignancy(logits)}


def test_a_known_diagnosis_costs_focal_and_smoothed_cross_entropy() -> None:
    logits = torch.tensor([[0.2, 1.0, -0.5]])
    weights = torch.tensor([0.5, 2.0, 0.5])
    known = torch.tensor([[0.0, 1.0, 0.0, 0.0, 0.0]])
    p = torch.softmax(logits, dim=1)[0, 1]
    focal = 2.0 * (1 - p) ** 2 * -p.log()
    smoothed = functional.cross_entropy(logits, torch.tensor([1]), label_smoothing=0.1)
    loss = diagnoses_loss(outputs_of(logits), known, weights, smoothing=0.1)
    torch.testing.assert_close(loss, 0.7 * focal + 0.3 * smoothed)


@pytest.mark.parametrize(("column", "places"), [(4, [0, 1]), (3, [2])])
def test_an_image_without_diagnosis_teaches_the_sum_of_its_label(column: int, places: list[int]) -> None:
    logits = torch.tensor([[0.2, 1.0, -0.5]])
    known = functional.one_hot(torch.tensor([column]), 5).float()
    expected = -torch.softmax(logits, dim=1)[0, places].sum().log()
    torch.testing.assert_close(diagnoses_loss(outputs_of(logits), known, EVEN, smoothing=0.1), expected)


def test_such_an_image_leaves_the_diagnoses_of_its_label_where_they_are_to_each_other() -> None:
    logits = torch.tensor([[0.7, 0.7, 0.0]], requires_grad=True)
    known = functional.one_hot(torch.tensor([4]), 5).float()
    diagnoses_loss(outputs_of(logits), known, EVEN, smoothing=0.1).backward()
    assert logits.grad is not None
    assert logits.grad[0, 0] == logits.grad[0, 1] < 0 < logits.grad[0, 2]


def test_a_mixed_image_costs_what_both_cost_by_their_shares() -> None:
    logits = torch.tensor([[0.2, 1.0, -0.5]])
    first, second = (functional.one_hot(torch.tensor([column]), 5).float() for column in (1, 3))
    costs = [diagnoses_loss(outputs_of(logits), known, EVEN, smoothing=0.1) for known in (first, second)]
    mixed = diagnoses_loss(outputs_of(logits), 0.3 * first + 0.7 * second, EVEN, smoothing=0.1)
    torch.testing.assert_close(mixed, 0.3 * costs[0] + 0.7 * costs[1])


def test_rare_diagnoses_weigh_more_as_they_are_drawn() -> None:
    samples = [
        *(sample("melanoma", malignant=True) for _ in range(2)),
        sample("bcc", malignant=True),
        *(sample("nevus", malignant=False) for _ in range(6)),
        sample(None, malignant=False),
    ]
    once = DiagnosisTargets.of(samples, DIAGNOSES, np.arange(10).reshape(2, 5))
    inverse = np.array([1.0, 1 / 2, 1 / 6])
    assert once.weights.tolist() == pytest.approx((inverse / inverse.mean()).tolist())
    # The sampler shows malignant images three times as often.
    order = np.array([[0, 1, 2, 3, 4, 5], [0, 1, 2, 6, 7, 8], [0, 1, 2, 9, 3, 4]])
    often = DiagnosisTargets.of(samples, DIAGNOSES, order)
    drawn = np.array([3.0, 6.0, 6 * 9 / 7])
    assert often.weights.tolist() == pytest.approx(((1 / drawn) / (1 / drawn).mean()).tolist())


def test_every_image_is_known_by_its_diagnosis_or_else_its_label() -> None:
    samples = [
        sample("nevus", malignant=False),
        sample(None, malignant=True),
        sample("wart", malignant=False),
        sample("melanoma", malignant=True),
    ]
    targets = DiagnosisTargets.of(samples, DIAGNOSES, np.arange(4)[None])
    assert targets.known.argmax(dim=1).tolist() == [2, 4, 3, 1]
    assert targets.known.sum(dim=1).tolist() == [1.0] * 4
    assert targets.weights.tolist() == pytest.approx([0.0, 1.0, 1.0])


def test_a_diagnosis_with_another_meaning_than_planned_is_refused() -> None:
    with pytest.raises(DataSetError, match="not called malignant"):
        places_of([sample("melanoma", malignant=False)], DIAGNOSES)
