import threading
from collections.abc import Generator, Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.domain.errors import CancelledError, NotFoundError
from app.ui.jobs.job import JobToken
from app.ui.jobs.worker_queues import Lane, Lanes
from app.usecases.ports import Progress
from models.contract.errors import ContractError, NaevusError
from training.contract.data_set import DataSetError


@pytest.fixture
def lanes(qtbot: QtBot) -> Iterator[Lanes]:
    opened = Lanes()
    yield opened
    opened.close()


def test_work_runs_elsewhere_and_its_result_arrives_on_the_ui_thread(qtbot: QtBot, lanes: Lanes) -> None:
    threads: list[int] = []
    lanes.run(
        Lane.FILES,
        lambda _token: threading.get_ident(),
        done=lambda worker: threads.extend((worker, threading.get_ident())),
    )
    qtbot.waitUntil(lambda: len(threads) == 2)
    assert threads[0] != threading.get_ident()
    assert threads[1] == threading.get_ident()


def test_one_lane_does_one_thing_after_the_other(qtbot: QtBot, lanes: Lanes) -> None:
    order: list[str] = []
    gate = threading.Event()
    lanes.run(Lane.DATABASE, lambda _token: gate.wait(5) and order.append("first"))
    lanes.run(Lane.DATABASE, lambda _token: order.append("second"))
    lanes.run(Lane.FILES, lambda _token: order.append("other lane"), done=lambda _none: gate.set())
    qtbot.waitUntil(lambda: len(order) == 3)
    assert order == ["other lane", "first", "second"]


@pytest.mark.parametrize("kind", [NotFoundError, ContractError, DataSetError])
def test_an_expected_error_of_any_layer_reaches_its_own_callback(
    qtbot: QtBot, lanes: Lanes, kind: type[NaevusError]
) -> None:
    errors: list[NaevusError] = []

    def fail(_token: JobToken) -> None:
        raise kind("There is no such case.")

    lanes.run(Lane.DATABASE, fail, failed=errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    assert str(errors[0]) == "There is no such case."


def test_an_unexpected_error_reaches_the_hook(qtbot: QtBot, lanes: Lanes) -> None:
    def fail(_token: JobToken) -> None:
        raise ZeroDivisionError("unforeseen")

    with qtbot.captureExceptions() as caught:
        job = lanes.run(Lane.DATABASE, fail, failed=lambda _error: None)
        qtbot.waitUntil(lambda: job.is_ended and bool(caught))
    assert caught[0][0] is ZeroDivisionError


def test_of_one_kind_of_work_only_the_latest_is_delivered(qtbot: QtBot, lanes: Lanes) -> None:
    delivered: list[int] = []
    gate = threading.Event()
    cancelled: list[str] = []

    def slow(token: JobToken) -> int:
        token.on_cancel(lambda: cancelled.append("told"))
        gate.wait(5)
        return 1

    lanes.run(Lane.INFERENCE, slow, done=delivered.append, replaces="preview")
    lanes.run(Lane.INFERENCE, lambda _token: 2, done=delivered.append, replaces="preview")
    last = lanes.run(Lane.INFERENCE, lambda _token: 3, done=delivered.append, replaces="preview")
    gate.set()
    qtbot.waitUntil(lambda: last.is_ended)
    assert delivered == [3]


def test_cancelled_work_that_still_waits_is_never_begun(qtbot: QtBot, lanes: Lanes) -> None:
    begun: list[str] = []
    errors: list[NaevusError] = []
    gate = threading.Event()
    lanes.run(Lane.FILES, lambda _token: gate.wait(5))
    waiting = lanes.run(Lane.FILES, lambda _token: begun.append("begun"), failed=errors.append)
    waiting.cancel()
    gate.set()
    qtbot.waitUntil(lambda: waiting.is_ended)
    assert begun == []
    assert isinstance(errors[0], CancelledError)


def test_a_job_in_steps_tells_its_progress_and_returns_what_it_has_when_cancelled(
    qtbot: QtBot, lanes: Lanes
) -> None:
    seen: list[int] = []
    results: list[list[int]] = []
    go_on = threading.Event()

    def steps(token: JobToken) -> Generator[Progress, None, list[int]]:
        made: list[int] = []
        for number in range(100):
            if token.is_cancelled:
                break
            made.append(number)
            yield Progress(number, 100, "counting")
            if number == 2:
                go_on.wait(5)
        return made

    job = lanes.follow(
        Lane.FILES, steps, progressed=lambda progress: seen.append(progress.done), done=results.append
    )
    qtbot.waitUntil(lambda: 2 in seen)
    job.cancel()
    go_on.set()
    qtbot.waitUntil(lambda: bool(results))
    assert results == [[0, 1, 2]]


def test_closing_cancels_and_delivers_nothing_more(qtbot: QtBot) -> None:
    lanes = Lanes()
    delivered: list[bool] = []
    stopped = threading.Event()

    def until_cancelled(token: JobToken) -> bool:
        token.on_cancel(stopped.set)
        return stopped.wait(5)

    lanes.run(Lane.INFERENCE, until_cancelled, done=delivered.append)
    lanes.close()
    qtbot.wait(20)
    assert stopped.is_set()
    assert delivered == []


def test_what_is_being_stored_is_stored_before_the_lanes_close(qtbot: QtBot) -> None:
    lanes = Lanes()
    stored: list[str] = []
    gate = threading.Event()
    lanes.run(Lane.DATABASE, lambda _token: gate.wait(5))
    lanes.run(Lane.DATABASE, lambda _token: stored.append("note"))
    gate.set()
    lanes.close()
    assert stored == ["note"]


def test_a_token_tells_late_comers_at_once() -> None:
    token, told = JobToken(), []
    token.cancel()
    token.on_cancel(lambda: told.append("at once"))
    assert told == ["at once"]
