import threading
import weakref
from collections.abc import Callable, Generator, Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.domain.errors import CancelledError, NotFoundError
from app.ui.jobs.job import JobToken
from app.ui.jobs.worker_queues import QueueName, WorkerQueues
from app.usecases.progress import Progress
from models.contract.errors import ContractError, NaevusError
from training.contract.data_set import DataSetError


@pytest.fixture
def queues(qtbot: QtBot) -> Iterator[WorkerQueues]:
    opened = WorkerQueues()
    yield opened
    opened.close()


def test_work_runs_elsewhere_and_its_result_arrives_on_the_ui_thread(
    qtbot: QtBot, queues: WorkerQueues
) -> None:
    threads: list[int] = []
    queues.run(
        QueueName.FILES,
        lambda _token: threading.get_ident(),
        done=lambda worker: threads.extend((worker, threading.get_ident())),
    )
    qtbot.waitUntil(lambda: len(threads) == 2)
    assert threads[0] != threading.get_ident()
    assert threads[1] == threading.get_ident()


def test_one_queue_does_one_thing_after_the_other(qtbot: QtBot, queues: WorkerQueues) -> None:
    order: list[str] = []
    gate = threading.Event()
    queues.run(QueueName.DATABASE, lambda _token: gate.wait(5) and order.append("first"))
    queues.run(QueueName.DATABASE, lambda _token: order.append("second"))
    queues.run(QueueName.FILES, lambda _token: order.append("other lane"), done=lambda _none: gate.set())
    qtbot.waitUntil(lambda: len(order) == 3)
    assert order == ["other lane", "first", "second"]


@pytest.mark.parametrize("kind", [NotFoundError, ContractError, DataSetError])
def test_an_expected_error_of_any_layer_reaches_its_own_callback(
    qtbot: QtBot, queues: WorkerQueues, kind: type[NaevusError]
) -> None:
    errors: list[NaevusError] = []

    def fail(_token: JobToken) -> None:
        raise kind("There is no such case.")

    queues.run(QueueName.DATABASE, fail, failed=errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    assert str(errors[0]) == "There is no such case."


def test_an_unexpected_error_reaches_the_hook(qtbot: QtBot, queues: WorkerQueues) -> None:
    def fail(_token: JobToken) -> None:
        raise ZeroDivisionError("unforeseen")

    with qtbot.captureExceptions() as caught:
        job = queues.run(QueueName.DATABASE, fail, failed=lambda _error: None)
        qtbot.waitUntil(lambda: job.is_ended and bool(caught))
    assert caught[0][0] is ZeroDivisionError


class Widget:
    """Stands for what must not be destroyed on the worker's thread."""


def failing_work(
    error: Exception, because: Exception, *, begun: threading.Event, gate: threading.Event
) -> tuple[Callable[[JobToken], None], weakref.ref[Widget]]:
    """Return work that nobody else knows, and the widget that only the work knows."""
    widget = Widget()

    def fail(_token: JobToken, _widget: Widget = widget) -> None:
        begun.set()
        gate.wait(5)
        try:
            raise because
        except Exception as cause:
            raise error from cause

    return fail, weakref.ref(widget)


def test_an_expected_error_and_its_cause_know_nothing_of_the_work_any_more(
    qtbot: QtBot, queues: WorkerQueues
) -> None:
    begun, gate = threading.Event(), threading.Event()
    errors: list[NaevusError] = []
    because = OSError("the disk is full")
    work, widget = failing_work(NotFoundError("There is no such case."), because, begun=begun, gate=gate)
    job = queues.run(QueueName.FILES, work, failed=errors.append)
    del work
    gate.set()
    qtbot.waitUntil(lambda: job.is_ended and bool(errors))
    assert errors[0].__cause__ is because
    assert widget() is None


def test_an_error_that_nobody_waits_for_knows_nothing_of_the_work_any_more(
    qtbot: QtBot, queues: WorkerQueues
) -> None:
    begun, gate = threading.Event(), threading.Event()
    unforeseen = ZeroDivisionError("unforeseen")
    work, widget = failing_work(unforeseen, OSError("the disk is full"), begun=begun, gate=gate)
    job = queues.run(QueueName.FILES, work)
    del work
    begun.wait(5)
    job.supersede()
    gate.set()
    qtbot.waitUntil(lambda: job.is_ended)
    assert unforeseen.__cause__ is not None
    assert widget() is None


def test_of_one_kind_of_work_only_the_latest_is_delivered(qtbot: QtBot, queues: WorkerQueues) -> None:
    delivered: list[int] = []
    gate = threading.Event()
    cancelled: list[str] = []

    def slow(token: JobToken) -> int:
        token.on_cancel(lambda: cancelled.append("told"))
        gate.wait(5)
        return 1

    queues.run(QueueName.INFERENCE, slow, done=delivered.append, replaces="preview")
    queues.run(QueueName.INFERENCE, lambda _token: 2, done=delivered.append, replaces="preview")
    last = queues.run(QueueName.INFERENCE, lambda _token: 3, done=delivered.append, replaces="preview")
    gate.set()
    qtbot.waitUntil(lambda: last.is_ended)
    assert delivered == [3]


def test_cancelled_work_that_still_waits_is_never_begun(qtbot: QtBot, queues: WorkerQueues) -> None:
    begun: list[str] = []
    errors: list[NaevusError] = []
    gate = threading.Event()
    queues.run(QueueName.FILES, lambda _token: gate.wait(5))
    waiting = queues.run(QueueName.FILES, lambda _token: begun.append("begun"), failed=errors.append)
    waiting.cancel()
    gate.set()
    qtbot.waitUntil(lambda: waiting.is_ended)
    assert begun == []
    assert isinstance(errors[0], CancelledError)


def test_a_job_in_steps_tells_its_progress_and_returns_what_it_has_when_cancelled(
    qtbot: QtBot, queues: WorkerQueues
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

    job = queues.follow(
        QueueName.FILES, steps, progressed=lambda progress: seen.append(progress.done), done=results.append
    )
    qtbot.waitUntil(lambda: 2 in seen)
    job.cancel()
    go_on.set()
    qtbot.waitUntil(lambda: bool(results))
    assert results == [[0, 1, 2]]


def test_closing_cancels_and_delivers_nothing_more(qtbot: QtBot) -> None:
    queues = WorkerQueues()
    delivered: list[bool] = []
    stopped = threading.Event()

    def until_cancelled(token: JobToken) -> bool:
        token.on_cancel(stopped.set)
        return stopped.wait(5)

    queues.run(QueueName.INFERENCE, until_cancelled, done=delivered.append)
    queues.close()
    qtbot.wait(20)
    assert stopped.is_set()
    assert delivered == []


@pytest.mark.parametrize("queue_name", [QueueName.DATABASE, QueueName.IMAGES])
def test_what_is_being_stored_is_stored_before_the_queues_close(qtbot: QtBot, queue_name: QueueName) -> None:
    queues = WorkerQueues()
    stored: list[str] = []
    gate = threading.Event()
    queues.run(queue_name, lambda _token: gate.wait(5))
    queues.run(queue_name, lambda _token: stored.append("note"))
    gate.set()
    queues.close()
    assert stored == ["note"]


def test_what_is_only_to_be_shown_is_not_read_any_more_when_the_queues_close(qtbot: QtBot) -> None:
    queues = WorkerQueues()
    done: list[str] = []
    gate = threading.Event()
    queues.run(
        QueueName.IMAGES, lambda token: (token.on_cancel(gate.set), gate.wait(5)), replaces="first look"
    )
    queues.run(QueueName.IMAGES, lambda _token: done.append("read"), replaces="read case")
    queues.run(QueueName.IMAGES, lambda _token: done.append("stored"))
    queues.close()
    assert done == ["stored"]


def test_a_token_tells_late_comers_at_once() -> None:
    token, cancelled = JobToken(), []
    token.cancel()
    token.on_cancel(lambda: cancelled.append("at once"))
    assert cancelled == ["at once"]


def test_what_is_held_back_starts_at_the_end_in_its_order_even_after_an_error(
    qtbot: QtBot, queues: WorkerQueues
) -> None:
    order: list[str] = []

    def ask_and_fail() -> None:
        with queues.holding_back():
            queues.run(QueueName.DATABASE, lambda _token: order.append("first"))
            with queues.holding_back():
                queues.run(QueueName.DATABASE, lambda _token: order.append("second"))
            qtbot.wait(50)
            assert order == []
            assert queues.busy_queues == {QueueName.DATABASE}
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ask_and_fail()
    qtbot.waitUntil(lambda: len(order) == 2)
    assert order == ["first", "second"]
    queues.run(QueueName.DATABASE, lambda _token: order.append("third"))
    qtbot.waitUntil(lambda: len(order) == 3)


def test_what_was_replaced_while_it_was_held_back_is_never_done(qtbot: QtBot, queues: WorkerQueues) -> None:
    done: list[str] = []
    with queues.holding_back():
        for name in ("older", "newer"):
            queues.run(QueueName.IMAGES, lambda _token, name=name: done.append(name), replaces="read case")
    qtbot.waitUntil(lambda: not queues.busy_queues)
    assert done == ["newer"]
