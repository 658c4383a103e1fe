"""What a test of the window must not leave behind, because it would disturb, or hang, a later one."""

import gc
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QApplication
from shiboken6 import Shiboken

_LONGEST_ENDING_S = 5.0
"""Within which a thread that was told to end has to be gone."""
_LONGEST_LEAVE_S = 20.0
"""Within which a process has to be gone: one that trained lets go of its memory first."""


@pytest.fixture(autouse=True)
def nothing_left_running(qapp: QApplication) -> Iterator[None]:
    """Fail a test that leaves a thread, a running timer or a process behind."""
    threads, timers, children = set(threading.enumerate()), _running_timers(), _child_processes()
    yield
    _destroy_what_was_let_go()
    left = [
        *(f"thread {thread.name}" for thread in _living_threads(threads)),
        *_names_of(_new_timers(timers)),
        *(f"process {pid}" for pid in sorted(_living_children(children))),
    ]
    assert left == [], "the test left something running"


def _destroy_what_was_let_go() -> None:
    """Carry out every deleteLater, as the event loop would."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _living_threads(before: set[threading.Thread]) -> list[threading.Thread]:
    new = [thread for thread in threading.enumerate() if thread not in before]
    for thread in new:
        thread.join(_LONGEST_ENDING_S)
    return [thread for thread in new if thread.is_alive()]


def _running_timers() -> dict[int, QTimer]:
    wrappers = Shiboken.getAllValidWrappers()
    return {id(each): each for each in wrappers if isinstance(each, QTimer) and each.isActive()}


def _new_timers(before: dict[int, QTimer]) -> list[QTimer]:
    new = [timer for key, timer in _running_timers().items() if key not in before]
    if not new:
        return []
    new.clear()
    # Widgets sit in cycles; what nobody can reach any more goes with them.
    gc.collect()
    _destroy_what_was_let_go()
    return [timer for key, timer in _running_timers().items() if key not in before]


def _names_of(timers: list[QTimer]) -> list[str]:
    return [f"timer of {type(timer.parent()).__name__}" for timer in timers]


def _living_children(before: frozenset[int]) -> frozenset[int]:
    """The processes that a test started and that do not end in time; a finished run still takes its leave."""
    ends_at = time.monotonic() + _LONGEST_LEAVE_S
    while (new := _child_processes() - before) and time.monotonic() < ends_at:
        time.sleep(0.1)
    return new


def _child_processes() -> frozenset[int]:
    """Return the living processes that this one started; none where the system does not list them."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            # After the name in brackets, which may hold anything: state and parent.
            state, parent = stat.read_text(encoding="utf-8", errors="replace").rpartition(") ")[2].split()[:2]
        except (OSError, ValueError):
            continue
        if int(parent) == os.getpid() and state != "Z":
            found.add(int(stat.parent.name))
    return frozenset(found)
