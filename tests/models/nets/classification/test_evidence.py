import math

import pytest
import torch
from torch import Tensor

from models.nets import build
from models.nets.classification.evidence import EvidentialLinear, aleatoric, epistemic
from models.nets.classification.image_classifier import ImageClassifier
from models.nets.classification.score_network import ScoreNetwork
from tests.tiny_scores import INPUTS, TINY, tiny_score_network


def built(name: str) -> ScoreNetwork:
    return tiny_score_network(name, evidential=True)


def head_answering(benign: float, malignant: float) -> EvidentialLinear:
    """A head whose outputs do not depend on its features."""
    head = EvidentialLinear(3)
    with torch.no_grad():
        head.weight.zero_()
        head.bias.copy_(torch.tensor([benign, malignant]))
    return head


def test_evidence_for_malignancy_raises_the_score() -> None:
    assert head_answering(0.0, 4.0)(torch.zeros(1, 3)).item() > 1
    assert head_answering(4.0, 0.0)(torch.zeros(1, 3)).item() < -1
    assert head_answering(3.0, 3.0)(torch.zeros(1, 3)).item() == 0


def test_the_score_is_the_expected_probability_of_the_second_label() -> None:
    head = head_answering(-1.0, 2.5)
    alphas = head.alphas(torch.zeros(1, 3))[0]
    assert alphas.tolist() == pytest.approx([1 + math.log1p(math.exp(-1)), 1 + math.log1p(math.exp(2.5))])
    probability = torch.sigmoid(head(torch.zeros(1, 3)))[0, 0]
    torch.testing.assert_close(probability, alphas[1] / alphas.sum())


def test_little_evidence_and_evidence_on_both_sides_are_told_apart() -> None:
    nothing, contradicting = torch.tensor([1.0, 1.0]), torch.tensor([200.0, 200.0])
    assert epistemic(nothing).item() == 1
    assert epistemic(contradicting).item() == pytest.approx(0.005)
    assert aleatoric(nothing).item() == aleatoric(contradicting).item() == pytest.approx(math.log(2))
    assert aleatoric(torch.tensor([400.0, 1.0])).item() < 0.02


@pytest.mark.parametrize("name", TINY)
def test_an_evidential_network_answers_with_one_logit_like_any_other(name: str) -> None:
    network = built(name)
    with torch.no_grad():
        logits, maps = network.maps(*INPUTS)
        seen = network.seen(*INPUTS)
        told = network(*INPUTS)
    assert logits.shape == told.shape == (2, 1)
    torch.testing.assert_close(told, seen.logits)
    torch.testing.assert_close(told, logits)
    assert all(map_.shape[0] == 2 for map_ in maps.values())
    head = network.last_layer
    assert isinstance(head, EvidentialLinear)
    alphas: Tensor = head.alphas(seen.read)
    torch.testing.assert_close(alphas[:, 1].log() - alphas[:, 0].log(), told[:, 0])


@pytest.mark.parametrize("name", TINY)
def test_without_evidence_no_parameter_is_added(name: str) -> None:
    plain, evidential = build(name), build(name, evidential=True)
    head = plain.last_layer
    assert isinstance(head, torch.nn.Linear)
    more = sum(p.numel() for p in evidential.parameters()) - sum(p.numel() for p in plain.parameters())
    assert more == head.in_features + 1
    assert set(plain.state_dict()) == set(evidential.state_dict())


@pytest.mark.parametrize("name", ["medmamba_tiny", "mambavision_tiny"])
def test_the_cells_of_an_evidential_image_classifier_share_the_slope_of_its_logit(name: str) -> None:
    network = built(name)
    assert isinstance(network, ImageClassifier)
    features = network.features(INPUTS[0]).detach().requires_grad_()
    (slope,) = torch.autograd.grad(network.score(features).sum(), features)
    torch.testing.assert_close(network.shares(features), (features * slope).sum(dim=-1))


def test_evidence_for_more_than_malignancy_is_refused() -> None:
    with pytest.raises(ValueError, match="one logit"):
        build("mambaderm_tiny", evidential=True, classes=7)
