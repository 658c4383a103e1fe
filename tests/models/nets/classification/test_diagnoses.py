"""A head over diagnoses: the logit of malignancy stays what everything reads."""

from pathlib import Path

import onnx
import pytest
import torch

from models.contract.shelf.card import GRAPH_FILE
from models.export import LARGEST_DIFFERENCE, GraphSignature, export_graph
from models.nets import build
from models.nets.classification.diagnoses import DiagnosisLinear
from models.nets.classification.export_form import form_for_export, graph_inputs, graph_outputs
from models.nets.classification.image_classifier import ImageClassifier
from models.nets.classification.score_network import ScoreNetwork
from models.nets.overlays import OVERLAYS, overlays_of
from models.nets.weights import round_to_half, save_weights
from tests.model_folders import random_batch
from tests.tiny_scores import INPUTS, TINY, tiny_score_network

LABELS = (1, 0, 1, 0, 0)


def built(name: str) -> ScoreNetwork:
    return tiny_score_network(name, diagnosis_labels=LABELS)


def head_answering(*logits: float, labels: tuple[int, ...] = LABELS) -> DiagnosisLinear:
    """A head whose outputs do not depend on its features."""
    head = DiagnosisLinear(3, labels)
    with torch.no_grad():
        head.weight.zero_()
        head.bias.copy_(torch.tensor(logits))
    return head


def test_the_score_is_the_malignant_diagnoses_share_of_the_softmax() -> None:
    answer = head_answering(0.5, -1.0, 2.0, 0.3, 1.0)(torch.zeros(1, 3))[0]
    shares = torch.softmax(answer[1:], dim=0)
    torch.testing.assert_close(torch.sigmoid(answer[0]), shares[0] + shares[2])
    assert answer[1:].tolist() == pytest.approx([0.5, -1.0, 2.0, 0.3, 1.0])


def test_extreme_logits_give_a_finite_score() -> None:
    answer = head_answering(900.0, -900.0, 800.0, -900.0, -800.0)(torch.zeros(1, 3))
    assert answer[0, 0].item() == pytest.approx(1700.0)


@pytest.mark.parametrize("name", TINY)
def test_malignancy_stands_before_the_diagnoses_in_every_network(name: str) -> None:
    network = built(name)
    with torch.no_grad():
        told = network(*INPUTS)
        logits, _ = network.maps(*INPUTS)
        seen = network.seen(*INPUTS)
    assert network.tells_diagnoses
    assert told.shape == (2, 1 + len(LABELS))
    torch.testing.assert_close(logits, told)
    torch.testing.assert_close(seen.logits, told)
    malignant = told[:, [1, 3]].exp().sum(dim=1)
    benign = told[:, [2, 4, 5]].exp().sum(dim=1)
    torch.testing.assert_close(told[:, 0], (malignant / benign).log())


@pytest.mark.parametrize("name", TINY)
def test_a_network_without_diagnoses_is_what_it_was(name: str) -> None:
    plain, telling = build(name), build(name, diagnosis_labels=LABELS)
    assert isinstance(plain, ScoreNetwork)
    assert type(plain.last_layer) is torch.nn.Linear
    assert not plain.tells_diagnoses
    assert set(plain.state_dict()) == set(telling.state_dict())


@pytest.mark.parametrize("name", ["medmamba_tiny", "mambavision_tiny"])
def test_the_cells_of_an_image_classifier_share_the_slope_of_the_malignancy_logit(name: str) -> None:
    network = built(name)
    assert isinstance(network, ImageClassifier)
    features = network.features(INPUTS[0]).detach().requires_grad_()
    (slope,) = torch.autograd.grad(network.score(features)[:, 0].sum(), features)
    torch.testing.assert_close(network.shares(features), (features * slope).sum(dim=-1))


@pytest.mark.parametrize("name", TINY)
def test_overlays_explain_malignancy_whatever_it_is_made_of(name: str) -> None:
    """One benign diagnosis without a say of its own leaves the plain network's logit, and so its maps."""
    torch.manual_seed(3)
    plain, telling = build(name).eval(), build(name, diagnosis_labels=(0, 1)).eval()
    assert isinstance(plain, ScoreNetwork)
    assert isinstance(telling, ScoreNetwork)
    torch.nn.init.normal_(plain.last_layer.weight)
    state = plain.state_dict()
    for key, value in telling.state_dict().items():
        if value.shape != state[key].shape:
            state[key] = torch.cat([torch.zeros_like(state[key]), state[key]])
    telling.load_state_dict(state)
    for overlay in (each for each in OVERLAYS if each.name in overlays_of(plain)):
        wanted = overlay.compute(plain, *INPUTS)
        # Occlusion takes differences of logits, in which the last digits of logits are all there is.
        tolerance = 1e-3 * float(wanted.abs().max()) if overlay.name == "occlusion" else 1e-5
        torch.testing.assert_close(
            overlay.compute(telling, *INPUTS), wanted, rtol=1e-4, atol=tolerance, msg=overlay.name
        )
    assert overlays_of(telling) == overlays_of(plain)


@pytest.mark.slow
@pytest.mark.parametrize("name", TINY)
def test_the_graph_gives_malignancy_and_diagnoses_as_two_outputs(name: str, tmp_path: Path) -> None:
    network = built(name)
    round_to_half(network)
    save_weights(network, tmp_path)
    examples = [random_batch(rows, 64, 64, with_table=True) for rows in (2, 3)]
    signature = GraphSignature(graph_inputs(network), graph_outputs(network))

    difference = export_graph(form_for_export(network).eval(), signature, examples, tmp_path)

    assert difference <= LARGEST_DIFFERENCE
    outputs = onnx.load(tmp_path / GRAPH_FILE, load_external_data=False).graph.output
    assert [output.name for output in outputs] == ["logits", "diagnosis_logits", *network.graph_maps]
    columns = [output.type.tensor_type.shape.dim[1].dim_value for output in outputs[:2]]
    assert columns == [1, len(LABELS)]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"diagnosis_labels": (1, 1)}, "both must occur"),
        ({"diagnosis_labels": (0, 0, 0)}, "both must occur"),
        ({"diagnosis_labels": (0, 1, 2)}, "labelled 0"),
        ({"diagnosis_labels": (0, 1), "evidential": True}, "benign and malignant only"),
        ({"diagnosis_labels": (0, 1), "classes": 2}, "one logit"),
    ],
)
def test_labels_that_make_no_score_are_refused(arguments: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        build("mambaderm_tiny", **arguments)
