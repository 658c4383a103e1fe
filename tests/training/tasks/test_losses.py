import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import distance_transform_edt

from training.tasks import losses
from training.tasks.segmentation import border_attention


def images(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float32).reshape(1, 1, 1, -1)


def softplus(x: float) -> float:
    return math.log1p(math.exp(x))


def test_soft_dice_of_a_hand_computed_case() -> None:
    # p = (1/2, 1/2), y = (1, 0): 1 - (2 * 0.5 + 1) / (1 + 1 + 1)
    assert losses.soft_dice_loss(images(0, 0), images(1, 0)).item() == pytest.approx(1 / 3)


def test_soft_dice_is_the_mean_over_images_not_over_the_pooled_batch() -> None:
    logits = torch.tensor([[100.0, 100.0], [-100.0, -100.0]]).reshape(2, 1, 1, 2)
    targets = torch.tensor([[1.0, 1.0], [1.0, 0.0]]).reshape(2, 1, 1, 2)
    # First image: 0; second: 1 - 1 / (0 + 1 + 1).
    assert losses.soft_dice_loss(logits, targets).item() == pytest.approx(0.25)


def test_an_empty_mask_found_empty_costs_nothing() -> None:
    assert losses.soft_dice_loss(images(-100, -100), images(0, 0)).item() == pytest.approx(0)


def test_bce_plus_dice_of_a_hand_computed_case() -> None:
    found = losses.bce_dice_loss(images(0, 0), images(1, 0)).item()
    assert found == pytest.approx(math.log(2) + 1 / 3)


def test_focal_tversky_of_a_hand_computed_case() -> None:
    # TP = FN = FP = 1/2: T = 0.501 / (0.5 + 0.5 + 0.001)
    index = 0.501 / 1.001
    found = losses.focal_tversky_loss(images(0, 0), images(1, 0)).item()
    assert found == pytest.approx((1 - index) ** 0.75, rel=1e-5)


def test_a_perfect_mask_has_a_finite_focal_tversky_gradient() -> None:
    logits = images(60, -60).requires_grad_()
    losses.focal_tversky_loss(logits, images(1, 0)).backward()
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()


def test_guide_fusion_of_a_hand_computed_case() -> None:
    # A = (1/2, 1/4), mean 3/8, rho 1/2: w = (1/2 + 1/2 * 4/3, 1/2 + 1/2 * 2/3) = (7/6, 5/6)
    found = losses.guide_fusion_loss(images(0, 0), images(1, 0), images(0.5, 0.25)).item()
    bce = math.log(2)
    dice = 1 - (2 * 7 / 6 * 0.5 + 1) / (1 + 7 / 6 + 1)
    assert found == pytest.approx(bce + dice, rel=1e-6)


def test_guide_fusion_without_guide_is_bce_plus_dice() -> None:
    torch.manual_seed(0)
    logits, attention = torch.randn(2, 1, 8, 8), torch.rand(2, 1, 8, 8)
    targets = (torch.rand(2, 1, 8, 8) > 0.5).float()
    guided = losses.guide_fusion_loss(logits, targets, attention, guide_weight=0.0)
    assert guided.item() == pytest.approx(losses.bce_dice_loss(logits, targets).item(), rel=1e-6)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_guide_fusion_of_an_empty_or_full_mask_is_bce_plus_dice(value: float) -> None:
    mask = np.full((8, 8), int(value), np.uint8)
    attention = torch.from_numpy(border_attention(mask))[None, None]
    logits, targets = torch.randn(1, 1, 8, 8), torch.full((1, 1, 8, 8), value)
    guided = losses.guide_fusion_loss(logits, targets, attention)
    assert guided.item() == pytest.approx(losses.bce_dice_loss(logits, targets).item(), rel=1e-6)


def test_guide_fusion_weighs_an_error_at_the_border_more() -> None:
    mask = np.zeros((33, 33), np.uint8)
    mask[8:25, 8:25] = 1
    targets = torch.from_numpy(mask).float()[None, None]
    attention = torch.from_numpy(border_attention(mask))[None, None]
    at_border, inside = 20 * (2 * targets - 1), 20 * (2 * targets - 1)
    at_border[0, 0, 8, 16] = -20.0
    inside[0, 0, 16, 16] = -20.0
    cost = [losses.guide_fusion_loss(z, targets, attention).item() for z in (at_border, inside)]
    assert cost[0] > 2 * cost[1]


def test_border_attention_agrees_with_scipy() -> None:
    mask = (np.random.default_rng(0).random((24, 31)) > 0.7).astype(np.uint8)
    distance = distance_transform_edt(mask) + distance_transform_edt(1 - mask)
    np.testing.assert_allclose(border_attention(mask), 1 / (1 + distance), atol=2e-3)
    assert border_attention(mask).max() == pytest.approx(0.5)


def test_guide_fusion_as_coded_cannot_fall_below_its_double_sigmoid() -> None:
    mask = np.zeros((16, 16), np.uint8)
    mask[4:12, 4:12] = 1
    targets = torch.from_numpy(mask).float()[None, None]
    attention = torch.from_numpy(border_attention(mask))[None, None]
    perfect = losses.guide_fusion_as_coded_loss(200 * (2 * targets - 1), targets, attention).item()
    share = mask.mean()
    assert perfect == pytest.approx(share * softplus(-1) + (1 - share) * math.log(2), rel=1e-4)


def test_smoothed_bce_of_a_hand_computed_case() -> None:
    found = losses.smoothed_bce_loss(torch.tensor([2.0]), torch.tensor([1.0]), smoothing=0.1).item()
    assert found == pytest.approx(softplus(2) - 0.95 * 2, rel=1e-6)


def test_focal_loss_of_a_hand_computed_case() -> None:
    found = losses.focal_loss(torch.tensor([0.0, 0.0]), torch.tensor([1.0, 0.0])).item()
    each = 0.25 * math.log(2)
    assert found == pytest.approx((0.75 * each + 0.25 * each) / 2, rel=1e-6)


def test_asymmetric_loss_discards_easy_negatives_instead_of_raising_them() -> None:
    # p = 0.05 lies within the margin: no loss at all.
    easy = torch.tensor([math.log(0.05 / 0.95) - 1e-3], requires_grad=True)
    loss = losses.asymmetric_loss(easy, torch.tensor([0.0]))
    loss.backward()
    assert loss.item() == 0
    assert easy.grad is not None
    assert easy.grad.item() == 0


def test_asymmetric_loss_of_hand_computed_cases() -> None:
    negative = losses.asymmetric_loss(torch.tensor([0.0]), torch.tensor([0.0])).item()
    assert negative == pytest.approx(-(0.45**4) * math.log(0.55), rel=1e-5)
    positive = losses.asymmetric_loss(torch.tensor([0.0]), torch.tensor([1.0])).item()
    assert positive == pytest.approx(math.log(2), rel=1e-6)


def test_pairwise_auc_of_a_hand_computed_case() -> None:
    logits, targets = torch.tensor([1.0, 0.0, 2.0]), torch.tensor([1.0, 0.0, 0.0])
    expected = (softplus(-(1 - 0 - 0.5)) + softplus(-(1 - 2 - 0.5))) / 2
    assert losses.pairwise_auc_loss(logits, targets).item() == pytest.approx(expected, rel=1e-6)


def test_pairwise_auc_does_not_overflow() -> None:
    logits = torch.tensor([-500.0, 500.0], requires_grad=True)
    loss = losses.pairwise_auc_loss(logits, torch.tensor([1.0, 0.0]))
    loss.backward()
    assert loss.item() == pytest.approx(1000.5)
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()


@pytest.mark.parametrize("label", [0.0, 1.0])
def test_ranking_losses_of_one_class_are_zero_with_a_zero_gradient(label: float) -> None:
    for loss_of in (losses.pairwise_auc_loss, losses.PartialAucLoss()):
        logits = torch.tensor([0.3, -1.0], requires_grad=True)
        loss = loss_of(logits, torch.full((2,), label))
        loss.backward()
        assert loss.item() == 0
        assert logits.grad is not None
        assert logits.grad.abs().sum() == 0


def test_the_partial_auc_loss_is_the_mean_of_the_worst_fifth_at_its_best_t() -> None:
    torch.manual_seed(1)
    logits, targets = torch.randn(60), torch.cat([torch.ones(20), torch.zeros(40)])
    gaps = logits[:20, None] - logits[None, 20:]
    shortfall = torch.nn.functional.softplus(1.0 - gaps).mean(1).sort(descending=True).values
    found = []
    for t in torch.linspace(0, 4, 801):
        loss = losses.PartialAucLoss()
        loss.quantile.data.fill_(float(t))
        found.append(loss(logits, targets).item())
    assert min(found) == pytest.approx(shortfall[:4].mean().item(), abs=2e-3)


def test_the_partial_auc_loss_remembers_opponents_without_a_gradient_to_them() -> None:
    loss = losses.PartialAucLoss(positives_kept=4, negatives_kept=3)
    loss(torch.tensor([5.0, 6.0, 7.0, 8.0]), torch.zeros(4))
    assert loss.negative_memory.tolist() == [5.0, 6.0, 7.0]
    score = torch.tensor([0.0], requires_grad=True)
    loss(score, torch.ones(1)).backward()
    assert score.grad is not None
    assert score.grad.item() < 0
    assert not loss.negative_memory.requires_grad


@given(st.lists(st.floats(-30, 30), min_size=2, max_size=12), st.data())
def test_no_loss_is_ever_negative_or_not_a_number(values: list[float], data: st.DataObject) -> None:
    flags = data.draw(st.lists(st.booleans(), min_size=len(values), max_size=len(values)))
    logits, targets = torch.tensor(values), torch.tensor(flags).float()
    for loss_of in (
        losses.smoothed_bce_loss, losses.focal_loss, losses.asymmetric_loss, losses.pairwise_auc_loss,
    ):  # fmt: skip
        assert 0 <= loss_of(logits, targets).item() < math.inf
    square = logits.reshape(1, 1, 1, -1), targets.reshape(1, 1, 1, -1)
    for loss_of in (losses.soft_dice_loss, losses.bce_dice_loss, losses.focal_tversky_loss):
        assert -1e-6 <= loss_of(*square).item() < math.inf
