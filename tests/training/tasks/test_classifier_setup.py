import torch

from models.nets import build
from models.nets.classification.mambaderm import MambaDerm
from training.tasks.classifier_setup import disable_unseen_inputs


def _half_trained() -> MambaDerm:
    """Return a network that knew all numbers but the first two while it was trained."""
    torch.manual_seed(3)
    network = build("mambaderm_tiny").eval()
    assert isinstance(network, MambaDerm)
    features = network.table.features
    with torch.no_grad():
        for weights in (features.slope, features.bias, features.missing):
            weights.normal_()
        features.numeric_mean[2:] = 0.5
        features.numeric_std[2:] = 2.0
    return network


def _scores(network: MambaDerm, position: int) -> tuple[float, float]:
    """Return the score with one number missing and with it known."""
    torch.manual_seed(4)
    images, categorical = torch.randn(1, 3, 32, 32), torch.zeros(1, 6, dtype=torch.int64)
    missing = torch.full((1, 35), torch.nan)
    known = missing.clone()
    known[0, position] = 4.0
    with torch.no_grad():
        return float(network(images, missing, categorical)), float(network(images, known, categorical))


def test_a_number_that_was_never_taught_does_not_move_the_score() -> None:
    network = _half_trained()
    missing, known = _scores(network, 1)
    assert missing != known
    disable_unseen_inputs(network)
    missing, known = _scores(network, 1)
    assert missing == known


def test_a_taught_number_still_moves_the_score() -> None:
    network = _half_trained()
    before = _scores(network, 5)
    disable_unseen_inputs(network)
    assert _scores(network, 5) == before
    assert before[0] != before[1]
