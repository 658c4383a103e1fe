import math

import pytest
import torch
from scipy import integrate, stats

from training.tasks.evidential_loss import annealing_at, divergence_from_uniform, evidential_loss

NOW, NEVER = torch.ones(1), torch.zeros(1)


def test_the_expected_cross_entropy_is_the_integral_over_the_dirichlet() -> None:
    benign, malignant = 2.5, 4.0
    density = stats.beta(malignant, benign).pdf
    expected, _ = integrate.quad(lambda p: -math.log(p) * density(p), 0, 1)
    alphas = torch.tensor([[benign, malignant]])
    assert evidential_loss(alphas, torch.ones(1), NEVER).item() == pytest.approx(expected, abs=1e-5)


def test_the_divergence_is_the_integral_over_the_dirichlet() -> None:
    density = stats.beta(3.0, 1.7).pdf
    expected, _ = integrate.quad(lambda p: math.log(density(p)) * density(p), 0, 1)
    assert divergence_from_uniform(torch.tensor([1.7, 3.0])).item() == pytest.approx(expected, abs=1e-5)
    assert divergence_from_uniform(torch.ones(2)).item() == pytest.approx(0, abs=1e-6)


def test_evidence_for_the_right_label_costs_less_and_is_never_priced() -> None:
    right, wrong = torch.tensor([[1.0, 9.0]]), torch.tensor([[9.0, 1.0]])
    assert evidential_loss(right, torch.ones(1), NOW) < evidential_loss(wrong, torch.ones(1), NOW)
    assert evidential_loss(right, torch.ones(1), NOW) == evidential_loss(right, torch.ones(1), NEVER)
    assert evidential_loss(wrong, torch.ones(1), NOW) > evidential_loss(wrong, torch.ones(1), NEVER)
    assert evidential_loss(wrong, torch.zeros(1), NOW) == evidential_loss(right, torch.ones(1), NOW)


def test_much_evidence_stays_a_number_with_a_slope() -> None:
    alphas = torch.tensor([[1.0, 5000.0], [5000.0, 1.0001]], requires_grad=True)
    evidential_loss(alphas, torch.tensor([0.0, 0.3]), torch.ones(2)).backward()
    assert alphas.grad is not None
    assert torch.isfinite(alphas.grad).all()


def test_the_price_rises_over_the_first_half_of_the_run() -> None:
    assert [annealing_at(step, 8) for step in range(8)] == [0, 0.25, 0.5, 0.75, 1, 1, 1, 1]
