"""What the foot of the work list says while images are predicted."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from app.ui.cases.prediction_queue import PredictionQueue
from app.ui.session import Session
from app.ui.widgets.progress_foot import ProgressFoot
from app.usecases.analysis.predict_image import MEASURING
from app.usecases.ports import Services
from tests.builders import a_case
from tests.fakes import FakePredictor


class _SaidFoot(ProgressFoot):
    """Remembers what it showed."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def show_progress(self, done: int, of: int, label: str) -> None:
        super().show_progress(done, of, label)
        self.said.append(label)


def _said(qtbot: QtBot, session: Session, services: Services, folder: Path) -> list[str]:
    image_id = a_case(services, folder, predicted=False)
    foot = _SaidFoot()
    qtbot.addWidget(foot)
    queue = PredictionQueue(session, foot)
    with qtbot.waitSignal(queue.predicted, timeout=30_000):
        queue.add([image_id])
    qtbot.waitUntil(lambda: not session.queues.busy_queues, timeout=30_000)
    return foot.said


def test_the_first_prediction_of_a_model_says_why_it_takes_so_long(
    qtbot: QtBot, session: Session, services: Services, tmp_path: Path
) -> None:
    assert isinstance(services.predictor, FakePredictor)
    services.predictor.is_unmeasured = True
    said = _said(qtbot, session, services, tmp_path)
    assert said == ["Boundary and score, image 1 of 1", MEASURING]


def test_a_later_prediction_says_nothing_of_it(
    qtbot: QtBot, session: Session, services: Services, tmp_path: Path
) -> None:
    assert _said(qtbot, session, services, tmp_path) == ["Boundary and score, image 1 of 1"]
