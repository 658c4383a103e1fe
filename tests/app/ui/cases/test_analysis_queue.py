"""What is computed after something changed, in which order, and what the foot of the work list says of it."""

from dataclasses import replace
from pathlib import Path

from pytestqt.qtbot import QtBot

from app.domain.analysis.need import FIRST_LOOK
from app.domain.case import Case
from app.domain.changes import Changes
from app.domain.ids import ImageId
from app.ui.cases.analysis_queue import AnalysisQueue
from app.ui.jobs.worker_queues import QueueName
from app.ui.session import Notice, Session
from app.ui.widgets.progress_foot import ProgressFoot
from app.usecases.analysis.analyse import MEASURING, analyse, outstanding
from app.usecases.patients.edit_lesion import assign_lesion
from app.usecases.patients.edit_patient import edit_patient
from app.usecases.services import Services
from tests.builders import a_case
from tests.fakes import FakePredictor, FakeToken


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
    queue = AnalysisQueue(session, foot)
    with qtbot.waitSignal(queue.analysed, timeout=30_000):
        queue.predict_again([image_id])
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


def _foot(qtbot: QtBot) -> ProgressFoot:
    foot = ProgressFoot()
    qtbot.addWidget(foot)
    return foot


def _case(services: Services, image_id: ImageId) -> Case:
    with services.store.reading() as work:
        return work.cases.case(image_id)


def _two_images_of_one_patient(services: Services, folder: Path) -> tuple[ImageId, ImageId]:
    first, second = (a_case(services, folder, seed=seed) for seed in (1, 2))
    assign_lesion(services, _case(services, second).lesion.id, _case(services, first).patient.code)
    for image_id in outstanding(services):
        analyse(services, image_id, FakeToken())
    return first, second


def _enter_sex(services: Services, image_id: ImageId) -> Changes:
    patient = _case(services, image_id).patient
    return edit_patient(services, patient, replace(patient, sex="female"))


def _settle(qtbot: QtBot, session: Session) -> None:
    qtbot.waitUntil(lambda: not session.queues.busy_queues, timeout=60_000)


def test_an_entry_about_a_patient_is_followed_by_the_scores_of_all_images(
    qtbot: QtBot, session: Session, services: Services, tmp_path: Path
) -> None:
    images = _two_images_of_one_patient(services, tmp_path)
    queue = AnalysisQueue(session, _foot(qtbot))
    session.act(QueueName.DATABASE, lambda services, _token: _enter_sex(services, images[0]))
    _settle(qtbot, session)
    for image_id in images:
        case = _case(services, image_id)
        assert case.is_score_current
        assert case.score is not None
        assert "sex" not in case.score.missing_inputs
        assert not queue.is_waiting(image_id)


def test_what_a_crash_left_outstanding_is_computed_at_the_start_the_open_case_first(
    qtbot: QtBot, session: Session, services: Services, tmp_path: Path
) -> None:
    images = _two_images_of_one_patient(services, tmp_path)
    new = a_case(services, tmp_path, seed=3, predicted=False)
    _enter_sex(services, images[0])
    queue, done = AnalysisQueue(session, _foot(qtbot)), list[str]()
    queue.analysed.connect(done.append)
    queue.attend(images[1])
    queue.look_over_all()
    assert queue.is_waiting(images[1])
    _settle(qtbot, session)
    assert done[0] == images[1]
    assert set(done) == {*images, new}
    assert _case(services, new).score is not None
    assert not any(needs & FIRST_LOOK for needs in outstanding(services).values())


def test_the_open_case_comes_before_what_was_asked_for_and_both_before_the_rest(
    qtbot: QtBot, session: Session, services: Services, tmp_path: Path
) -> None:
    images = [a_case(services, tmp_path, seed=seed, predicted=False) for seed in range(4)]
    queue, done = AnalysisQueue(session, _foot(qtbot)), list[str]()
    queue.analysed.connect(done.append)
    session.changed.emit(Changes(images=frozenset(images)))
    qtbot.waitUntil(lambda: queue._running is not None, timeout=60_000)
    running = queue._running
    opened, asked, other = (one for one in images if one != running)
    queue.predict_again([asked])
    queue.attend(opened)
    _settle(qtbot, session)
    assert done.index(asked) < done.index(other)
    assert done.index(opened) < done.index(other)


def test_a_missing_model_is_not_told_at_the_start_but_when_a_case_is_opened(
    qtbot: QtBot, session: Session, services: Services, tmp_path: Path
) -> None:
    assert isinstance(services.predictor, FakePredictor)
    services.predictor.is_segmenter_missing = True
    image_id = a_case(services, tmp_path, predicted=False)
    queue, told = AnalysisQueue(session, _foot(qtbot)), list[Notice]()
    session.noticed.connect(told.append)
    queue.look_over_all()
    _settle(qtbot, session)
    assert told == []
    queue.attend(image_id)
    _settle(qtbot, session)
    assert [notice.text for notice in told] == ["No model for lesion boundaries is installed."]
    assert not queue.is_waiting(image_id)


def test_what_is_cancelled_stays_outstanding(
    qtbot: QtBot, session: Session, services: Services, tmp_path: Path
) -> None:
    images = [a_case(services, tmp_path, seed=seed, predicted=False) for seed in range(3)]
    foot = _foot(qtbot)
    queue = AnalysisQueue(session, foot)
    session.changed.emit(Changes(images=frozenset(images)))
    qtbot.waitUntil(lambda: queue._running is not None, timeout=60_000)
    foot.cancel_requested.emit()
    _settle(qtbot, session)
    assert not any(queue.is_waiting(image_id) for image_id in images)
    assert sum(bool(needs & FIRST_LOOK) for needs in outstanding(services).values()) >= 2


def test_while_it_is_put_off_only_what_somebody_waits_for_is_computed(
    qtbot: QtBot, session: Session, services: Services, tmp_path: Path
) -> None:
    images = _two_images_of_one_patient(services, tmp_path)
    looked_at, later = (a_case(services, tmp_path, seed=seed, predicted=False) for seed in (3, 4))
    queue, done = AnalysisQueue(session, _foot(qtbot)), list[str]()
    queue.analysed.connect(done.append)
    queue.put_off(is_put_off=True)
    queue.expect((looked_at,))
    queue.look_over_all()
    session.act(QueueName.DATABASE, lambda services, _token: _enter_sex(services, images[0]))
    _settle(qtbot, session)
    assert done == [looked_at]
    queue.predict_again([images[1]])
    _settle(qtbot, session)
    assert done == [looked_at, images[1]]
    queue.put_off(is_put_off=False)
    _settle(qtbot, session)
    assert set(done) == {looked_at, later, *images}
    assert not any(needs & FIRST_LOOK for needs in outstanding(services).values())
