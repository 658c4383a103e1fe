"""A model that serves no longer still answers when a stored prediction names it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import resources
from app.domain.errors import ModelUnavailableError
from app.inference.choice import EngineChoice
from app.inference.onnx_engine import OnnxEngine
from app.inference.predictor import ModelPredictor
from models.contract.shelf.model_shelf import ModelShelf
from tests.app.usecases.learning.learning_models import a_variant
from tests.builders import a_lesion_image
from tests.fakes import FakeToken


def test_the_model_of_an_old_prediction_is_asked_after_a_promotion(tmp_path: Path) -> None:
    shipped = resources.path("models")
    a_variant(shipped / "dermomamba" / "2", tmp_path / "models", "2-clinic1", last_byte=7)
    shelf = ModelShelf((tmp_path / "models", shipped), tmp_path / "active.json")
    shelf.promote("dermomamba", "2", author="the makers")
    predictor = ModelPredictor(shelf, EngineChoice((OnnxEngine(),), tmp_path / "engine_choice.json"))
    image, token = a_lesion_image(), FakeToken()
    before = predictor.boundary(image, token)
    shelf.promote("dermomamba", "2-clinic1", author="Dr Test")
    predictor.forget_models()
    now = predictor.boundary(image, token)
    again = predictor.boundary(image, token, model=before.model)
    assert now.model.weights_sha256 != before.model.weights_sha256
    assert again.model == before.model
    np.testing.assert_array_equal(again.mask, before.mask)
    with pytest.raises(ModelUnavailableError, match="not on the shelf any more"):
        predictor.boundary(image, token, model=replace(before.model, weights_sha256="0" * 64))
    predictor.close()
