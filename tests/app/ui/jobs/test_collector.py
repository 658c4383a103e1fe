"""Garbage with Qt objects in it is collected on the UI thread, whatever the workers allocate."""

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.ui.jobs.collector import UiThreadCollector


class _Cycle:
    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def collector(qtbot: QtBot) -> Iterator[UiThreadCollector]:
    made = UiThreadCollector()
    yield made
    made.stop()


def _ended_in(thread_names: list[str]) -> weakref.finalize:
    cycle = _Cycle()
    return weakref.finalize(cycle, lambda: thread_names.append(threading.current_thread().name))


def _allocate_much() -> None:
    for _ in range(20_000):
        _Cycle()


def test_a_worker_that_allocates_collects_nothing(collector: UiThreadCollector) -> None:
    names: list[str] = []
    _ended_in(names)
    worker = threading.Thread(target=_allocate_much, name="worker")
    worker.start()
    worker.join()
    assert names == []
    gc.collect()
    assert names == [threading.main_thread().name]


def test_what_is_due_is_collected_by_the_timer(collector: UiThreadCollector, qtbot: QtBot) -> None:
    names: list[str] = []
    _ended_in(names)
    _allocate_much()
    qtbot.waitUntil(lambda: names == [threading.main_thread().name], timeout=10_000)


def test_python_collects_by_itself_again_afterwards(qtbot: QtBot) -> None:
    collector = UiThreadCollector()
    assert not gc.isenabled()
    collector.stop()
    assert gc.isenabled()
