"""The program's collector of cyclic garbage, for every test module that shows widgets."""

import gc
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from app.ui.jobs.collector import UiThreadCollector


@pytest.fixture(scope="module", autouse=True)
def collected_on_the_ui_thread(qapp: QApplication) -> Iterator[None]:
    """Keep widgets of finished tests from being destroyed by a worker of a later one, as the program does."""
    collector = UiThreadCollector()
    yield
    collector.stop()
    gc.collect()
