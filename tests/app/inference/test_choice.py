from pathlib import Path

from app.inference.choice import EngineChoice
from app.inference.engine import ClassifierInput, ClassifierOutput
from app.inference.onnx_engine import OnnxEngine
from app.usecases.cancellation import CancelToken, NeverCancelled
from models.contract.imaging.views import VIEW_COUNT
from models.contract.shelf.card import read_card


class _SecondEngine(OnnxEngine):
    """The same engine under another name."""

    name = "second"


def test_the_report_says_which_engine_serves_which_model(tiny_models: Path, tmp_path: Path) -> None:
    folders = [tiny_models / "models" / name / "1" for name in ("dermomamba-tiny", "mambaderm-tiny")]
    (outline, outline_card), (score, score_card) = ((folder, read_card(folder)) for folder in folders)
    choice = EngineChoice((OnnxEngine(), _SecondEngine()), tmp_path / "choice.json")
    measured = choice._milliseconds
    measured[outline_card.weights_sha256] = {OnnxEngine.name: 1.0, "second": 2.0}
    measured[score_card.weights_sha256] = {OnnxEngine.name: 2.0, "second": 1.0}
    divided = list(choice.examine(outline, outline_card, score, score_card))
    assert [(report.note, report.is_active) for report in divided] == [
        ("Serves the boundary.", True),
        ("Serves the score.", True),
    ]
    measured[score_card.weights_sha256] = {OnnxEngine.name: 1.0, "second": 2.0}
    whole, other = choice.examine(outline, outline_card, score, score_card)
    assert whole.note == "Serves the boundary and the score."
    assert other.note.startswith("Works; another engine was faster")
    assert not other.is_active
    choice.close()


class _CountingEngine(OnnxEngine):
    """Remembers how many views it was asked for at once."""

    def __init__(self) -> None:
        super().__init__()
        self.views: list[int] = []

    def classify(self, folder: Path, batch: ClassifierInput, token: CancelToken) -> ClassifierOutput:
        self.views.append(len(batch.images))
        return super().classify(folder, batch, token)


def test_engines_are_timed_with_the_views_that_a_score_takes(tiny_models: Path, tmp_path: Path) -> None:
    folder = tiny_models / "models" / "mambaderm-tiny" / "1"
    engine = _CountingEngine()
    choice = EngineChoice((engine,), tmp_path / "choice.json")
    choice.engine_for(folder, read_card(folder), NeverCancelled())
    choice.close()
    assert set(engine.views) == {VIEW_COUNT}
