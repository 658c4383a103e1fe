"""A boundary redrawn from clicks, on a tiny refiner."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from app.domain.errors import ModelUnavailableError
from app.inference.choice import EngineChoice
from app.inference.onnx_engine import OnnxEngine
from app.inference.predictor import ModelPredictor
from app.usecases.cancellation import NeverCancelled
from models.contract.imaging.clicks import Click
from models.contract.shelf.model_shelf import ModelShelf

TOKEN = NeverCancelled()


@pytest.fixture
def predictor(tiny_models: Path, tmp_path: Path) -> Iterator[ModelPredictor]:
    shelf = ModelShelf((tiny_models / "models",), tiny_models / "active.json")
    predictor = ModelPredictor(shelf, EngineChoice((OnnxEngine(),), tmp_path / "choice.json"))
    yield predictor
    predictor.close()


def _skin(height_px: int, width_px: int) -> np.ndarray:
    return np.random.default_rng(4).integers(90, 210, (height_px, width_px, 3), dtype=np.uint8)


@pytest.mark.parametrize(("height_px", "width_px"), [(97, 131), (131, 97)])
def test_a_refined_mask_has_the_size_of_its_image_and_names_its_model(
    predictor: ModelPredictor, height_px: int, width_px: int
) -> None:
    mask = np.zeros((height_px, width_px), bool)
    mask[20:60, 20:60] = True
    clicks = [Click((70.0, 40.0), is_lesion=True)]
    refined = predictor.refine(_skin(height_px, width_px), mask, clicks, TOKEN)
    assert refined.mask.shape == mask.shape
    assert refined.mask.dtype == np.bool_
    assert refined.model.name == "click-refiner-tiny"
    assert refined.run.engine == "ONNX Runtime"


def test_a_mask_given_is_left_as_it_was(predictor: ModelPredictor) -> None:
    mask = np.zeros((64, 96), bool)
    mask[20:40, 20:60] = True
    before = mask.copy()
    predictor.refine(_skin(64, 96), mask, [Click((5.0, 5.0), is_lesion=True)], TOKEN)
    np.testing.assert_array_equal(mask, before)


def test_clicks_are_offered_where_a_refiner_is_active(predictor: ModelPredictor) -> None:
    assert predictor.can_refine()


def test_without_a_refiner_no_clicks_are_offered_and_the_reason_is_told(tmp_path: Path) -> None:
    shelf = ModelShelf((tmp_path / "models",), tmp_path / "active.json")
    predictor = ModelPredictor(shelf, EngineChoice((OnnxEngine(),), tmp_path / "choice.json"))
    assert not predictor.can_refine()
    with pytest.raises(ModelUnavailableError, match="refinement"):
        predictor.refine(_skin(64, 96), np.zeros((64, 96), bool), [], TOKEN)
