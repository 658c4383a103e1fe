"""Cases that show what another model than the active one has predicted."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from app.usecases.analysis.stale_predictions import stale_predictions
from app.usecases.cases.remove_case import remove_case
from app.usecases.cases.set_decision import set_decision
from app.usecases.services import Services
from models.contract.shelf.card import Task
from tests.builders import a_case, predict_again
from tests.fakes import CLASSIFIER, SEGMENTER


def activate(services: Services, monkeypatch: pytest.MonkeyPatch, *, boundary: str, score: str) -> None:
    """Let the shelf name models with these weights as the active ones."""
    weights = {"segmentation": boundary, "classification": score}

    def active(_shelf: object, task: Task) -> SimpleNamespace:
        return SimpleNamespace(card=SimpleNamespace(weights_sha256=weights[task]))

    monkeypatch.setattr(type(services.shelf), "active", active)


def test_with_the_same_models_in_use_nothing_is_earlier(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_case(services, tmp_path)
    activate(services, monkeypatch, boundary=SEGMENTER.weights_sha256, score=CLASSIFIER.weights_sha256)
    assert stale_predictions(services).images == frozenset()


@pytest.mark.parametrize(
    ("boundary", "score"), [("f" * 64, CLASSIFIER.weights_sha256), (SEGMENTER.weights_sha256, "f" * 64)]
)
def test_a_boundary_or_a_score_of_other_weights_is_earlier(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, boundary: str, score: str
) -> None:
    seen, decided, hidden = (a_case(services, tmp_path, seed=seed) for seed in (1, 2, 3))
    a_case(services, tmp_path, seed=4, predicted=False)
    set_decision(services, decided, diagnosis="Nevus")
    remove_case(services, hidden)
    activate(services, monkeypatch, boundary=boundary, score=score)
    found = stale_predictions(services)
    assert found.images == {seen, decided}
    assert found.undecided == (seen,)


def test_only_the_newest_prediction_counts(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image_id = a_case(services, tmp_path)
    with services.store.reading() as work:
        before = len(work.cases.case(image_id).boundaries)
    monkeypatch.setattr("tests.fakes.SEGMENTER", SEGMENTER.__class__("new", "2", "e" * 64, "", 0.5))
    activate(services, monkeypatch, boundary="e" * 64, score=CLASSIFIER.weights_sha256)
    assert stale_predictions(services).images == {image_id}
    predict_again(services, image_id)
    assert stale_predictions(services).images == frozenset()
    with services.store.reading() as work:
        assert len(work.cases.case(image_id).boundaries) == before + 1


def test_without_an_active_model_nothing_is_called_earlier(services: Services, tmp_path: Path) -> None:
    a_case(services, tmp_path)
    assert stale_predictions(services).images == frozenset()
