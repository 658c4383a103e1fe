"""From an image to a stored-ready boundary and score, on tiny networks."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest

from app.domain.errors import InferenceError, ModelUnavailableError
from app.inference.choice import EngineChoice
from app.inference.engine import (
    ClassifierInput,
    ClassifierOutput,
    Engine,
    EngineUnavailableError,
    FloatArray,
    SegmenterOutput,
)
from app.inference.onnx_engine import OnnxEngine
from app.inference.predictor import ModelPredictor
from app.inference.server_engine import ServerEngine
from app.usecases.cancellation import CancelToken, NeverCancelled
from models.contract.imaging.preprocess import for_segmenter
from models.contract.imaging.suitability import SuitabilityLimits
from models.contract.lesion.tabular import without_metadata
from models.contract.shelf.card import Diagnosis, Metric, StructureMap, read_card, write_card
from models.contract.shelf.model_shelf import ModelShelf
from tests.model_folders import write_model

TOKEN = NeverCancelled()


def _predictor(tiny_models: Path, tmp_path: Path, *engines: Engine) -> ModelPredictor:
    shelf = ModelShelf((tiny_models / "models",), tiny_models / "active.json")
    return ModelPredictor(shelf, EngineChoice(engines, tmp_path / "choice.json"))


@pytest.fixture
def predictor(tiny_models: Path, tmp_path: Path) -> Iterator[ModelPredictor]:
    predictor = _predictor(tiny_models, tmp_path, OnnxEngine())
    yield predictor
    predictor.close()


def _skin(height_px: int, width_px: int) -> np.ndarray:
    return np.random.default_rng(4).integers(90, 210, (height_px, width_px, 3), dtype=np.uint8)


@pytest.mark.parametrize(("height_px", "width_px"), [(97, 131), (131, 97), (64, 64), (75, 300)])
def test_a_boundary_has_the_size_of_its_image(
    predictor: ModelPredictor, height_px: int, width_px: int
) -> None:
    result = predictor.boundary(_skin(height_px, width_px), TOKEN)
    assert result.mask.shape == result.probability.shape == (height_px, width_px)
    assert result.probability.min() >= 0.0
    assert result.probability.max() <= 1.0
    assert result.model.name == "dermomamba-tiny"
    assert len(result.model.weights_sha256) == 64


def test_a_score_names_its_model_and_lies_within_its_range(predictor: ModelPredictor) -> None:
    image = _skin(120, 160)
    mask = np.zeros((120, 160), bool)
    mask[30:80, 50:110] = True
    result = predictor.score(image, mask, without_metadata(), TOKEN)
    assert result.probability_low <= result.probability <= result.probability_high
    assert result.model.preprocessing == "lesion crop 64x64, imagenet"


@pytest.mark.parametrize("name", ["gate", "hidden_attention"])
def test_an_overlay_uses_the_whole_scale_of_its_colours(predictor: ModelPredictor, name: str) -> None:
    shown = predictor.overlay(name, _skin(120, 120), None, without_metadata(), TOKEN)
    assert shown.shape == (120, 120)
    assert shown.min() >= 0.0
    assert 0.9 <= shown.max() <= 1.0


@pytest.mark.parametrize(
    ("on_card", "offered"),
    [(("gradient_x_input",), ()), (("gradient_x_input", "hidden_attention"), ("hidden_attention",))],
)
def test_only_overlays_that_the_model_has_and_the_engine_computes_are_offered(
    tiny_models: Path, tmp_path: Path, on_card: tuple[str, ...], offered: tuple[str, ...]
) -> None:
    folder = tmp_path / "models" / "mambaderm-tiny" / "1"
    shutil.copytree(tiny_models / "models" / "mambaderm-tiny" / "1", folder)
    write_card(read_card(folder).model_copy(update={"overlays": on_card}), folder)
    shelf = ModelShelf((tmp_path / "models",), tmp_path / "active.json")
    predictor = ModelPredictor(shelf, EngineChoice((OnnxEngine(),), tmp_path / "choice.json"))
    assert predictor.overlay_names() == ()

    shelf.promote("mambaderm-tiny", "1", author="a test")

    assert predictor.overlay_names() == offered
    predictor.close()


def test_turning_and_mirroring_the_image_does_not_change_its_score(predictor: ModelPredictor) -> None:
    image = _skin(128, 128)
    scores = [
        predictor.score(np.ascontiguousarray(seen), None, without_metadata(), TOKEN).probability
        for seen in (image, np.rot90(image), image[:, ::-1], np.rot90(image, 2)[::-1])
    ]
    np.testing.assert_allclose(scores, scores[0], atol=1e-5)


def test_a_corrected_mask_changes_what_the_score_model_sees(predictor: ModelPredictor) -> None:
    image = _skin(120, 160)
    small, large = np.zeros((120, 160), bool), np.ones((120, 160), bool)
    small[10:40, 10:40] = True
    scores = [predictor.score(image, mask, without_metadata(), TOKEN).probability for mask in (small, large)]
    assert scores[0] != scores[1]


class Answering(OnnxEngine):
    """An engine with one answer for eight views: these logits of malignancy and of diagnoses."""

    def __init__(self, diagnosis_logits: np.ndarray | None) -> None:
        super().__init__()
        self.answer = ClassifierOutput(np.full(8, 0.5, np.float32), {}, diagnosis_logits)

    def classify(self, folder: Path, batch: ClassifierInput, token: CancelToken) -> ClassifierOutput:
        return self.answer


@pytest.fixture
def divided_by(tiny_models: Path, tmp_path: Path) -> Callable[[np.ndarray | None], ModelPredictor]:
    """A predictor whose active score model names three diagnoses, and whose engine answers so."""
    folder = tmp_path / "models" / "mambaderm-tiny" / "1"
    shutil.copytree(tiny_models / "models" / "mambaderm-tiny" / "1", folder)
    names = (("melanoma", True), ("nevus", False), ("wart", False))
    named = {
        "architecture_arguments": {"diagnosis_labels": [1, 0, 0]},
        "diagnoses": tuple(Diagnosis(name=name, is_malignant=kind) for name, kind in names),
    }
    write_card(read_card(folder).model_copy(update=named), folder)
    shelf = ModelShelf((tmp_path / "models",), tmp_path / "active.json")
    shelf.promote("mambaderm-tiny", "1", author="a test")
    return lambda logits: ModelPredictor(shelf, EngineChoice((Answering(logits),), tmp_path / "choice.json"))


def test_the_score_is_divided_by_the_mean_answer_of_the_views(
    divided_by: Callable[[np.ndarray | None], ModelPredictor],
) -> None:
    logits = np.random.default_rng(2).normal(size=(8, 3)).astype(np.float32)
    result = divided_by(logits).score(_skin(64, 64), None, without_metadata(), TOKEN)
    melanoma, nevus, wart = result.diagnosis_shares
    assert [(each.name, each.is_malignant) for each in result.diagnosis_shares] == [
        ("melanoma", True), ("nevus", False), ("wart", False),
    ]  # fmt: skip
    assert melanoma.share == pytest.approx(result.probability)
    means = np.exp(logits.mean(axis=0))
    assert nevus.share / wart.share == pytest.approx(means[1] / means[2], rel=1e-5)


@pytest.mark.parametrize("logits", [None, np.zeros((8, 2), np.float32)], ids=["none", "another number"])
def test_an_answer_that_does_not_fit_the_cards_diagnoses_is_refused(
    divided_by: Callable[[np.ndarray | None], ModelPredictor], logits: np.ndarray | None
) -> None:
    with pytest.raises(InferenceError, match="the diagnoses of its card"):
        divided_by(logits).score(_skin(64, 64), None, without_metadata(), TOKEN)


def test_a_model_without_diagnoses_divides_nothing(predictor: ModelPredictor) -> None:
    assert predictor.score(_skin(64, 64), None, without_metadata(), TOKEN).diagnosis_shares == ()


def test_without_an_active_model_the_sentence_says_what_to_do(tmp_path: Path) -> None:
    shelf = ModelShelf((tmp_path / "models",), tmp_path / "active.json")
    predictor = ModelPredictor(shelf, EngineChoice((OnnxEngine(),), tmp_path / "choice.json"))
    with pytest.raises(ModelUnavailableError, match="promote one"):
        predictor.boundary(_skin(64, 64), TOKEN)


class _GoneServer(ServerEngine):
    """An engine that was measured once and cannot start any more."""

    def _started(self) -> NoReturn:
        raise EngineUnavailableError("It cannot start.")


def test_an_engine_that_can_no_longer_start_leaves_its_place_to_the_next(
    tiny_models: Path, tmp_path: Path
) -> None:
    predictor = _predictor(tiny_models, tmp_path, _GoneServer(tmp_path / "server.txt"), OnnxEngine())
    card = predictor._active("segmentation")[1]
    predictor._choice._milliseconds[card.weights_sha256] = {"model server": 1.0, "ONNX Runtime": 9.0}
    result = predictor.boundary(_skin(64, 64), TOKEN)
    predictor.close()
    assert result.run.engine == "ONNX Runtime"


def test_every_engine_is_examined_with_a_real_run(tiny_models: Path, tmp_path: Path) -> None:
    engines = (OnnxEngine(), ServerEngine(tmp_path / "server.txt"))
    predictor = _predictor(tiny_models, tmp_path, *engines)
    reports = list(predictor.examine())
    predictor.close()
    assert [report.engine for report in reports] == ["ONNX Runtime", "model server"]
    assert all(report.boundary_ms and report.score_ms for report in reports)
    assert any(report.is_active for report in reports)


def test_the_measured_choice_is_remembered(tiny_models: Path, tmp_path: Path) -> None:
    _predictor(tiny_models, tmp_path, OnnxEngine()).boundary(_skin(64, 64), TOKEN)
    kept = (tmp_path / "choice.json").read_text(encoding="utf-8")
    assert "ONNX Runtime" in kept
    (tmp_path / "choice.json").write_text("{ damaged", encoding="utf-8")
    result = _predictor(tiny_models, tmp_path, OnnxEngine()).boundary(_skin(64, 64), TOKEN)
    assert result.run.engine == "ONNX Runtime"


class _SecondEngine(OnnxEngine):
    """The same engine under another name."""

    name = "second"


def test_engines_have_to_be_measured_once_for_each_active_model(tiny_models: Path, tmp_path: Path) -> None:
    predictor = _predictor(tiny_models, tmp_path, OnnxEngine(), _SecondEngine())
    assert predictor.has_to_measure()
    predictor.boundary(_skin(64, 64), TOKEN)
    assert predictor.has_to_measure()
    predictor.score(_skin(64, 64), None, without_metadata(), TOKEN)
    assert not predictor.has_to_measure()
    assert not _predictor(tiny_models, tmp_path, OnnxEngine(), _SecondEngine()).has_to_measure()


def test_without_a_choice_or_without_models_nothing_has_to_be_measured(
    tiny_models: Path, tmp_path: Path
) -> None:
    assert not _predictor(tiny_models, tmp_path, OnnxEngine()).has_to_measure()
    shelf = ModelShelf((tmp_path / "models",), tmp_path / "active.json")
    choice = EngineChoice((OnnxEngine(), _SecondEngine()), tmp_path / "choice.json")
    assert not ModelPredictor(shelf, choice).has_to_measure()


def test_no_engine_at_all_is_said_in_one_sentence(tiny_models: Path, tmp_path: Path) -> None:
    with pytest.raises(InferenceError, match="No inference engine works"):
        _predictor(tiny_models, tmp_path).boundary(_skin(64, 64), TOKEN)


def test_an_engine_that_was_not_there_at_first_is_measured_when_it_comes(
    tiny_models: Path, tmp_path: Path
) -> None:
    _predictor(tiny_models, tmp_path, OnnxEngine()).boundary(_skin(64, 64), TOKEN)
    server = ServerEngine(tmp_path / "server.txt")
    both = _predictor(tiny_models, tmp_path, server, OnnxEngine())
    both.boundary(_skin(64, 64), TOKEN)
    both.close()
    assert "model server" in (tmp_path / "choice.json").read_text(encoding="utf-8")


def test_the_doubt_of_a_boundary_has_the_shape_of_its_image(predictor: ModelPredictor) -> None:
    for height_px, width_px in ((97, 131), (131, 97), (600, 1200)):
        image = _skin(height_px, width_px)
        boundary = predictor.boundary(image, TOKEN)
        boundary_uncertainty = predictor.boundary_uncertainty(image, boundary.mask, TOKEN)
        height, width = boundary_uncertainty.disagreement.shape
        assert max(height, width) == min(512, max(height_px, width_px))
        assert height / width == pytest.approx(height_px / width_px, rel=0.02)
        assert 0.0 <= boundary_uncertainty.disagreement.min() < boundary_uncertainty.disagreement.max() <= 0.5
        assert 0.0 <= boundary_uncertainty.border_uncertainty < 1.0
        assert boundary_uncertainty.weights_sha256 == boundary.model.weights_sha256
        assert boundary_uncertainty.atypicality is None


def test_turning_the_image_by_half_turns_the_disagreement_with_it(predictor: ModelPredictor) -> None:
    image = _skin(96, 128)
    turned = np.ascontiguousarray(np.rot90(image, 2))
    mask = np.zeros((96, 128), bool)
    first, second = (predictor.boundary_uncertainty(each, mask, TOKEN) for each in (image, turned))
    np.testing.assert_allclose(np.rot90(second.disagreement, 2), first.disagreement, atol=2e-5)
    assert second.border_uncertainty == pytest.approx(first.border_uncertainty, rel=1e-3)


def test_the_model_server_doubts_as_the_graph_does(tiny_models: Path, tmp_path: Path) -> None:
    image, mask = _skin(96, 128), np.zeros((96, 128), bool)
    found = []
    for name, engine in (("onnx", OnnxEngine()), ("server", ServerEngine(tmp_path / "server.txt"))):
        predictor = _predictor(tiny_models, tmp_path / name, engine)
        found.append(predictor.boundary_uncertainty(image, mask, TOKEN))
        predictor.close()
    np.testing.assert_allclose(found[0].disagreement, found[1].disagreement, atol=2e-5)
    assert found[0].disagreement.max() > 2e-4


@pytest.fixture(scope="module")
def structure_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shelf whose boundary model maps structures and tells suitable frames from others."""
    folder = tmp_path_factory.mktemp("structures")
    model = write_model(folder / "models", "dermomamba_efficient_tiny", "segmentation")
    figure = Metric(value=0.9, n=10)
    maps = [
        StructureMap(
            name=name, presence_auc=figure, dice=figure, presence_threshold=0.5, is_offered=is_offered
        )
        for name, is_offered in (("globules", True), ("streaks", False))
    ]
    limits = SuitabilityLimits(largest_distance=1e6, least_lesion_logit=-1e6, false_alarm_rate=0.02, n=9)
    card = read_card(model).model_copy(update={"structure_maps": tuple(maps), "suitability": limits})
    write_card(card, model)
    ModelShelf((folder / "models",), folder / "active.json").promote(model.parent.name, "1", author="a test")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("engine", [OnnxEngine, ServerEngine])
def test_structures_and_suitability_come_from_either_engine(
    structure_models: Path, tmp_path: Path, engine: type[Engine]
) -> None:
    made = engine(tmp_path / "server.log") if engine is ServerEngine else engine()  # type: ignore[call-arg]
    predictor = _predictor(structure_models, tmp_path, made)
    image = _skin(70, 90)
    try:
        frame = predictor.boundary(image, TOKEN).frame
        globules = predictor.overlay("possible_globules", image, None, without_metadata(), TOKEN)
        names = predictor.overlay_names()
    finally:
        predictor.close()
    assert frame is not None
    assert (frame.is_dermoscopic, frame.has_lesion) == (True, True)
    assert np.isfinite([frame.distance, frame.lesion_logit]).all()
    assert globules.shape == image.shape[:2]
    assert 0 <= globules.min() <= globules.max() <= 1
    assert names == ("possible_globules",)


class _CountingEngine(OnnxEngine):
    """Counts the passes of each question to a boundary model."""

    def __init__(self) -> None:
        super().__init__()
        self.passes: list[int] = []

    def segment(self, folder: Path, images: FloatArray, token: CancelToken) -> SegmenterOutput:
        self.passes.append(len(images))
        return super().segment(folder, images, token)


@pytest.mark.slow
def test_an_image_is_prepared_once_and_one_pass_serves_boundary_and_structures(
    structure_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared: list[int] = []

    def counting(image: np.ndarray, *, height_px: int, width_px: int) -> object:
        prepared.append(id(image))
        return for_segmenter(image, height_px=height_px, width_px=width_px)

    monkeypatch.setattr("app.inference.predictor.for_segmenter", counting)
    engine = _CountingEngine()
    predictor = _predictor(structure_models, tmp_path, engine)
    image, other = _skin(70, 90), _skin(71, 90)
    loose = image.copy()
    image.flags.writeable = other.flags.writeable = False
    found = predictor.boundary(image, TOKEN)
    engine.passes.clear()
    predictor.boundary_uncertainty(image, found.mask, TOKEN)
    globules, streaks = (
        predictor.overlay(name, image, None, without_metadata(), TOKEN)
        for name in ("possible_globules", "possible_streaks")
    )
    assert (engine.passes, len(prepared)) == ([4], 1)
    of_copy = predictor.overlay("possible_globules", loose, None, without_metadata(), TOKEN)
    np.testing.assert_array_equal(globules, of_copy)
    assert not np.array_equal(globules, streaks)
    assert predictor.boundary(other, TOKEN).mask.shape == (71, 90)
    assert (engine.passes, len(prepared)) == ([4, 1, 1], 3)
    predictor.close()


@pytest.mark.slow
def test_a_frame_beyond_the_cards_limit_is_unsuitable(structure_models: Path, tmp_path: Path) -> None:
    shutil.copytree(structure_models, tmp_path / "copy")
    folder = tmp_path / "copy" / "models" / "dermomamba-efficient-tiny" / "1"
    strict = SuitabilityLimits(largest_distance=-1, least_lesion_logit=1e6, false_alarm_rate=0, n=9)
    write_card(read_card(folder).model_copy(update={"suitability": strict}), folder)
    predictor = _predictor(tmp_path / "copy", tmp_path, OnnxEngine())
    frame = predictor.boundary(_skin(70, 90), TOKEN).frame
    predictor.close()
    assert frame is not None
    assert (frame.is_dermoscopic, frame.has_lesion) == (False, False)


def test_a_model_that_does_not_tell_leaves_the_frame_open(predictor: ModelPredictor) -> None:
    assert predictor.boundary(_skin(64, 64), TOKEN).frame is None
    assert not [name for name in predictor.overlay_names() if name.startswith("possible_")]
