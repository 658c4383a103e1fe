"""Both engines on real (tiny) networks: same numbers, honest failures."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from app.domain.errors import CancelledError, InferenceError, ModelUnavailableError
from app.inference.engine import ClassifierInput, Engine
from app.inference.onnx_engine import OnnxEngine
from app.inference.server_engine import ServerEngine
from app.usecases.cancellation import NeverCancelled
from models.contract.shelf.card import read_card
from tests.model_folders import (
    CROP_SIZE_PX,
    REFINER_SIZE_PX,
    SEGMENTER_SIZE_PX,
    random_batch,
    random_guidance,
)

TOKEN = NeverCancelled()


class CancelledAtOnce:
    """A token whose person has already clicked cancel."""

    is_cancelled = True

    def on_cancel(self, action: Callable[[], None]) -> None:
        action()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerEngine]:
    engine = ServerEngine(tmp_path_factory.mktemp("log") / "server.txt")
    yield engine
    engine.close()


@pytest.fixture
def segmenter(tiny_models: Path) -> Path:
    return tiny_models / "models" / "dermomamba-tiny" / "1"


@pytest.fixture
def refiner(tiny_models: Path) -> Path:
    return tiny_models / "models" / "click-refiner-tiny" / "1"


@pytest.fixture
def classifier(tiny_models: Path) -> Path:
    return tiny_models / "models" / "mambaderm-tiny" / "1"


def _images(rows: int = 1) -> np.ndarray:
    return random_batch(rows, *SEGMENTER_SIZE_PX, with_table=False)["images"].numpy()


def _batch(rows: int = 2) -> ClassifierInput:
    tensors = random_batch(rows, CROP_SIZE_PX, CROP_SIZE_PX, with_table=True)
    return ClassifierInput(**{name: tensor.numpy() for name, tensor in tensors.items()})


def test_both_engines_give_the_same_boundary_logits(segmenter: Path, server: ServerEngine) -> None:
    images = _images(3)
    ours, theirs = (engine.segment(segmenter, images, TOKEN).logits for engine in (OnnxEngine(), server))
    assert ours.shape == (3, 1, *SEGMENTER_SIZE_PX)
    np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_both_engines_redraw_a_boundary_alike(refiner: Path, server: ServerEngine) -> None:
    images = random_batch(2, *REFINER_SIZE_PX, with_table=False)["images"].numpy()
    guidance = random_guidance(2, *REFINER_SIZE_PX).numpy()
    ours, theirs = (engine.refine(refiner, images, guidance, TOKEN) for engine in (OnnxEngine(), server))
    assert ours.shape == (2, 1, *REFINER_SIZE_PX)
    np.testing.assert_allclose(ours, theirs, atol=1e-4)
    unguided = OnnxEngine().refine(refiner, images, np.zeros_like(guidance), TOKEN)
    assert not np.allclose(ours, unguided, atol=1e-4)


def test_the_server_refuses_to_refine_with_a_boundary_model(segmenter: Path, server: ServerEngine) -> None:
    images = _images()
    with pytest.raises(InferenceError, match="redraws no boundary"):
        server.refine(segmenter, images, images, TOKEN)


def test_both_engines_give_the_same_score_and_overlays(classifier: Path, server: ServerEngine) -> None:
    batch = _batch(5)
    ours, theirs = (engine.classify(classifier, batch, TOKEN) for engine in (OnnxEngine(), server))
    assert ours.logits.shape == (5,)
    np.testing.assert_allclose(ours.logits, theirs.logits, atol=1e-4)
    assert set(ours.maps) == set(theirs.maps) == {"gate", "hidden_attention"}
    for name, maps in ours.maps.items():
        np.testing.assert_allclose(maps, theirs.maps[name], atol=1e-4)


@pytest.mark.parametrize("make", [OnnxEngine, "server"])
def test_the_same_input_twice_gives_identical_answers(
    make: type[OnnxEngine] | str, segmenter: Path, server: ServerEngine
) -> None:
    engine: Engine = server if isinstance(make, str) else make()
    images = _images()
    first, second = (engine.segment(segmenter, images, TOKEN).logits for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_the_server_explains_with_every_overlay_of_the_card(classifier: Path, server: ServerEngine) -> None:
    names = read_card(classifier).overlays
    assert {"gradient_x_input", "hidden_attention", "gate", "grad_cam"} <= set(names)
    assert set(names) <= set(server.overlay_names())
    batch = _batch(8)
    maps = [server.explain(name, classifier, batch, TOKEN) for name in names]
    assert all(each.shape == (8, CROP_SIZE_PX // 16, CROP_SIZE_PX // 16) for each in maps)
    assert all(np.isfinite(each).all() for each in maps)


def test_a_killed_server_is_started_again(segmenter: Path, server: ServerEngine) -> None:
    images = _images()
    before = server.segment(segmenter, images, TOKEN).logits
    process = server._process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    np.testing.assert_array_equal(server.segment(segmenter, images, TOKEN).logits, before)


def test_the_server_refuses_weights_of_another_network(
    segmenter: Path, server: ServerEngine, tmp_path: Path
) -> None:
    folder = tmp_path / "odd" / "1"
    folder.mkdir(parents=True)
    (folder / "card.json").write_bytes((segmenter / "card.json").read_bytes())
    (folder / "weights.safetensors").write_bytes(b"\x80\x04 a pickle, not safetensors")
    with pytest.raises(InferenceError, match="damaged or belong to another network"):
        server.segment(folder, _images(), TOKEN)


def test_a_missing_graph_is_said_in_one_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "lost" / "1"
    folder.mkdir(parents=True)
    with pytest.raises(ModelUnavailableError, match="no graph file"):
        OnnxEngine().segment(folder, _images(), TOKEN)


def test_a_damaged_graph_is_said_in_one_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "damaged" / "1"
    folder.mkdir(parents=True)
    (folder / "graph.onnx").write_bytes(b"not a graph")
    with pytest.raises(ModelUnavailableError, match="cannot be opened"):
        OnnxEngine().segment(folder, _images(), TOKEN)


def test_a_cancelled_run_ends_as_cancelled(segmenter: Path, server: ServerEngine) -> None:
    for engine in (OnnxEngine(), server):
        with pytest.raises(CancelledError):
            engine.segment(segmenter, _images(), CancelledAtOnce())
